#!/usr/bin/python3
# test-hostile-json.py: what a gallery's API can answer to do harm
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each answer comes from a server on the internet of internet.py, and in the same run another gallery
# that is sound: that one is downloaded whole, the hostile one has its sentence and its exit status,
# and neither time nor memory go where the answer wants them.
import gzip
import json
import os
import time

import internet
from internet import PUBLIC, Ran, head, jpeg, whole

internet.enter()

MOST_SECONDS = 120  # of a busy machine; alone it is two
MOST_MEMORY = 250e6  # more than a sound answer takes, 16 MB of text and its values included


def listing(items):
    return b'{"data":' + items + b',"success":true,"status":200}'


def entry(**fields):
    return {"id": "good", "link": "http://good.example.com/good.jpg", "type": "image/jpeg", "size": 0,
            **fields}


def entries(*items):
    return listing(json.dumps(items).encode())


DEEP = b"[" * 200000 + b"]" * 200000
ODD = [5, -1.5e300, "text", None, True, [], {}, [[]], {"a": {"b": [None]}}]

# The answer of r/NAME, the exit status, and words of the sentence; None where it only holds nothing.
ANSWERS = {
    "deep": (listing(DEEP), 4, "nested too deep"),
    "deepobjects": (b'{"data":' * 200000, 4, "nested too deep"),
    "hidden": (listing(b'[/*"*/' + DEEP + b"]"), 4, "is not JSON"),
    "hiddenquote": (listing(b"['\"'," + DEEP + b"]"), 4, "is not JSON"),
    "many": (listing(b"[" + b"{}," * 3000000 + b"{}]"), 4, "too many values"),
    "numbers": (listing(b"[" + b"0," * 6000000 + b"0]"), 4, "too many values"),
    "full": (listing(b"[" + b"{}," * 190000 + b"{}]"), 0, "had no usable address"),
    "cut": (entries(entry())[:-30], 4, "is not JSON"),
    "empty": (b"", 4, "form that Sheaf does not know"),
    "nul": (b"\0" * 5000, 4, "is not JSON"),
    "noise": (bytes(range(256)) * 50, 4, "is not JSON"),
    "null": (b"null", 4, "form that Sheaf does not know"),
    "page": (b"<!DOCTYPE html><html><body>hello", 4, "form that Sheaf does not know"),
    "capacity": (b"<html>Imgur is over capacity", 4, "over capacity at the moment"),
    "latin1": (entries(entry(title="caf@")).replace(b"@", b"\xe9\xff\xc0\x80"), 0, None),
    "halves": (entries(entry(title="@")).replace(b"@", b"\\ud800\\udc00\\udfff"), 0, None),
    "longtitle": (entries(entry(title="x" * 10000000)), 0, None),
    "longlink": (entries(entry(link="http://good.example.com/" + "x" * 10000000)), 0,
                 "had no usable address"),
    "longtype": (entries(entry(type="image/" + "x" * 10000000)), 0, None),
    "sizes": (entries(entry(size=-1, width=2 ** 63, height=-2 ** 63, views=1e308,
                            datetime=10 ** 30, bandwidth="9" * 400)), 0, None),
    "oddfields": (entries(*[entry(**{field: odd}) for odd in ODD for field in (
        "title", "description", "datetime", "type", "size", "width", "mp4", "nsfw", "images",
        "images_count", "cover", "is_album", "account_url", "animated", "tags")]), None, None),
    "oddkeys": (entries(*[{**entry(), field: odd} for odd in ODD for field in ("id", "link")]),
                None, None),
    "odditems": (listing(json.dumps(ODD).encode()), 0, "had no usable address"),
    "same": (entries(*[entry() for _ in range(20000)]), 0, None),
}
ANSWERS.update({f"data{i}": (listing(json.dumps(odd).encode()), None, None)
                for i, odd in enumerate(ODD)})
LONG = b" " * 1000000
PACKED = gzip.compress(listing(b"[" + b" " * 100000000 + b"]"))


class World:
    def __init__(self, folder):
        self.folder = folder
        names, _ = internet.build(folder, self.answer, None)
        names.zone["api.imgur.com"] = [[PUBLIC]]
        # What a sound answer takes, and this build of the program.
        self.usual = self.run("sound").most_memory

    def run(self, name):
        return Ran(self.folder, f"download imgur:r/{name} imgur:r/sound -o {os.urandom(4).hex()} "
                   "--no-thumbnails --retries 0 --read-timeout 20 --connect-timeout 40")

    def answer(self, stream, host, path):
        words = path.split("?")[0].split("/")
        if host != "api.imgur.com":
            stream.sendall(whole(jpeg(host + path[:20])))
            return True
        if words[2] != "gallery" or words[3] != "r":
            stream.sendall(whole(b'{"data":{"error":"no"},"success":false,"status":404}',
                                 status="404 Not Found"))
            return True
        name, page = words[4], int(words[-1])
        if name == "sound":
            item = {"id": "sound", "link": "http://sound.example.com/sound.jpg"}
            stream.sendall(whole(internet.gallery([item] if page == 0 else [])))
        elif name == "long":
            stream.sendall(head("200 OK", "Content-Length: 100000000"))
            for _ in range(100):
                stream.sendall(LONG)
        elif name == "longchunks":
            stream.sendall(head("200 OK", "Transfer-Encoding: chunked"))
            for _ in range(100):
                stream.sendall(b"%x\r\n%s\r\n" % (len(LONG), LONG))
            stream.sendall(b"0\r\n\r\n")
        elif name == "packed":
            stream.sendall(whole(PACKED, "Content-Encoding: gzip"))
        elif name == "drip":
            stream.sendall(head("200 OK", "Content-Length: 100000"))
            while True:
                stream.sendall(b"  ")
                time.sleep(0.1)
        elif name == "forever":
            self.pages = page + 1
            stream.sendall(whole(entries(entry(), entry(id=f"g{page % 3}"))))
        elif page > 0:
            stream.sendall(whole(entries()))
        else:
            text = ANSWERS[name][0]
            kind = "text/html" if text.startswith(b"<") else "application/json"
            stream.sendall(whole(text, f"Content-Type: {kind}"))
        return True

    def judge(self, name, status, words):
        begun = time.monotonic()
        ran = self.run(name)
        seconds, more = time.monotonic() - begun, ran.most_memory - self.usual
        print(f"# {name}: {ran.status}, {seconds:.1f} s, {more / 1e6:+.0f} MB: "
              f"{(ran.said.splitlines() or ['-'])[0][:150]}", flush=True)
        assert ran.items["sound"]["state"] == "done", (name, ran.said)
        assert status is None or ran.status == status, (name, ran.status, ran.said)
        assert ran.status >= 0, (name, ran.status)
        assert words is None or words in ran.said, (name, ran.said)
        assert seconds < MOST_SECONDS and more < MOST_MEMORY, name
        return ran


def test_answers(world):
    for name, (_, status, words) in ANSWERS.items():
        world.judge(name, status, words)


def test_lengths(world):
    """A hundred megabytes: announced, in chunks, and packed small."""
    for name in ("long", "longchunks", "packed"):
        world.judge(name, 4, "is longer than Sheaf reads")


def test_drip(world):
    world.judge("drip", 4, "sends too slowly")


def test_forever(world):
    """Page after page of what was there before."""
    world.judge("forever", 0, "only repeats itself")
    assert world.pages < 20, world.pages


if __name__ == "__main__":
    internet.run_tests(World, [test_answers, test_lengths, test_drip, test_forever])
