#!/usr/bin/python3
# test-faults.py: everything that can go wrong on the way of a picture, through sheaf-cli
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each row below is a fault of a host on the internet of internet.py.  All of them at once, among
# sound pictures: every fault has its own message, is tried again or not as promised, and none costs
# another picture.  Then each alone: the exit status says which it was.
import gzip
import os
import socket
import struct
import sys
import time
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

import internet
from internet import PUBLIC, Ran, head, jpeg, whole

internet.enter()
import internet_h2  # noqa: E402

LENGTH = 40000
PATIENCE = 20  # seconds; a busy machine needs some, too


def region_sign():
    head = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 336, 478) + b"\x08\2\0\0\0"
    return head + b"\0" * (34641 - len(head))


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def end_by_reset(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


CHUNKED = head("200 OK", "Transfer-Encoding: chunked")
OVER = b"<html><body>Imgur is over capacity!</body></html>"
BOMB = gzip.compress(bytes(30000000))
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"


# How hosts answer: what they send, and then "close", "reset", "hold" (says no more) or "" (goes on).
def send_sound(picture):
    return whole(picture), ""


PLAIN = {
    "reset": lambda p: (head("200 OK", f"Content-Length: {len(p)}") + p[:9000], "reset"),
    "no-answer": lambda p: (b"", "close"),
    "no-http": lambda p: (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "close"),
    "silent": lambda p: (b"", "hold"),
    "stalled": lambda p: (head("200 OK", f"Content-Length: {len(p)}") + p[:9000], "hold"),
    "slow-drip": lambda p: (head("200 OK", f"Content-Length: {len(p)}"), "drip"),
    "short": lambda p: (head("200 OK", f"Content-Length: {len(p)}") + p[:9000], "close"),
    "short-chunked": lambda p: (CHUNKED + chunk(p[:9000]), "close"),
    "short-unframed": lambda p: (head("200 OK", "Connection: close") + p[:9000], "close"),
    "empty": lambda p: (whole(b""), ""),
    "other-length": lambda p: (whole(jpeg("other", LENGTH - 100)), ""),
    "too-long": lambda p: (CHUNKED + chunk(p) + chunk(p) + b"0\r\n\r\n", ""),
    "endless": lambda p: (CHUNKED, "endless"),
    "huge": lambda p: (head("200 OK", "Content-Length: 3000000000"), "hold"),
    "401": lambda p: (whole(b"no", status="401 Unauthorized"), ""),
    "403": lambda p: (whole(b"no", status="403 Forbidden"), ""),
    "404": lambda p: (whole(b"no", status="404 Not Found"), ""),
    "410": lambda p: (whole(b"no", status="410 Gone"), ""),
    "429": lambda p: (whole(b"no", "Retry-After: 1", status="429 Too Many Requests"), ""),
    "429-bare": lambda p: (whole(b"no", status="429 Too Many Requests"), ""),
    "429-late": lambda p: (whole(b"no", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT",
                                 status="429 Too Many Requests"), ""),
    "429-soon": lambda p: (whole(b"no", "Retry-After: "
                                 + formatdate(time.time() + 2, usegmt=True),
                                 status="429 Too Many Requests"), ""),
    "500": lambda p: (whole(b"no", status="500 Internal Server Error"), ""),
    "501": lambda p: (whole(b"no", status="501 Not Implemented"), ""),
    "503": lambda p: (whole(OVER, status="503 Service Unavailable"), ""),
    "capacity": lambda p: (whole(b'{"data":{"error":"Imgur is over capacity"}}',
                                 status="403 Forbidden"), ""),
    "capacity-page": lambda p: (whole(OVER), ""),
    "451": lambda p: (whole(b"no", status="451 Unavailable For Legal Reasons"), ""),
    "region-page": lambda p: (whole(b"<html>Content not viewable in your region"), ""),
    "region-sign": lambda p: (whole(region_sign()), ""),
    "removed": lambda p: (head("302 Found", "Location: https://i.imgur.com/removed.png",
                               "Content-Length: 0"), ""),
    "loop": lambda p: (head("302 Found", "Location: ?again", "Content-Length: 0"), ""),
    "unencrypted": lambda p: (head("301 Moved", "Location: http://a.example.com/x.jpg",
                                   "Content-Length: 0"), ""),
    "to-file": lambda p: (head("302 Found", "Location: file:///etc/passwd",
                               "Content-Length: 0"), ""),
    "to-private": lambda p: (head("302 Found", "Location: https://192.168.1.1/x.jpg",
                                  "Content-Length: 0"), ""),
    "page": lambda p: (whole(b"<!DOCTYPE html><title>Imgur</title>"), ""),
    "text": lambda p: (whole(b"just words " * 9), ""),
    "drawing": lambda p: (whole(SVG), ""),
    "no-content": lambda p: (head("204 No Content"), ""),
    "no-gzip": lambda p: (whole(p, "Content-Encoding: gzip"), ""),
    "unknown-packing": lambda p: (whole(p, "Content-Encoding: br"), ""),
    "cut-gzip": lambda p: (whole(gzip.compress(p)[:-30], "Content-Encoding: gzip"), ""),
    "gzip-bomb": lambda p: (whole(BOMB, "Content-Encoding: gzip"), ""),
    # Surprises that cost nothing.
    "gzip": lambda p: (whole(gzip.compress(p), "Content-Encoding: gzip"), ""),
    "deflate": lambda p: (whole(zlib.compress(p), "Content-Encoding: deflate"), ""),
    "identity": lambda p: (whole(p, "Content-Encoding: identity"), ""),
    "chunked": lambda p: (CHUNKED + chunk(p[:9]) + chunk(p[9:]) + b"0\r\n\r\n", ""),
    "wrong-type": lambda p: (whole(p, "Content-Type: text/html"), ""),
}

class Fault:
    def __init__(self, name, kind, words, status, tries=0, url=None, size=LENGTH):
        self.name, self.kind, self.words, self.status, self.size = name, kind, words, status, size
        self.tries = tries  # further ones, where one is allowed; more where a host asks to wait
        self.url = url or f"https://{name}.example.com/{name}.jpg"


FAULTS = [
    # What connects to nothing.
    Fault("refused", "refused", "Nobody answers at", 4, 1, "http://refused.example.com:81/a.jpg"),
    Fault("nowhere", "dns", "There is no host called", 4, 1, "https://nowhere.invalid/a.jpg"),
    Fault("servfail", "dns", "could not be looked up", 4, 1),
    Fault("slow-connect", "timeout", "No connection to", 4, 1, "http://late.example.com:82/a.jpg"),
    Fault("cut-off", "reset", "broke off at its beginning", 4, 1),
    Fault("tls-past", "tls", "has expired", 4),
    Fault("tls-future", "tls", "is not valid yet", 4),
    Fault("tls-other", "tls", "belongs to another host", 4),
    Fault("tls-self", "tls", "not signed by an authority", 4),
    # What breaks off, or never comes.
    Fault("reset", "reset", "broke off the connection", 4, 1),
    Fault("no-answer", "reset", "closed the connection without an answer", 4, 1),
    Fault("no-http", "protocol", "does not speak HTTP", 4),
    Fault("silent", "timeout", "did not answer in time", 4, 1),
    Fault("stalled", "stalled", "stopped sending in the middle", 4, 1),
    Fault("slow-drip", "stalled", "sends too slowly", 4, 1),
    Fault("short", "short", "ended the file before it was whole", 4, 1),
    Fault("short-chunked", "short", "ended the file before it was whole", 4, 1),
    Fault("short-unframed", "short", "The file ends before the picture does", 4, 1, size=0),
    Fault("empty", "short", "The file that came is empty", 4, 1, size=0),
    Fault("other-length", "short", "of another length than it should be", 4, 1),
    Fault("too-long", "short", "sends more than the whole file", 4, 1),
    Fault("endless", "short", "sends more than the whole file", 4, 1),
    Fault("huge", "too-large", "is larger than", 4, size=0),
    # What says no.
    Fault("401", "http", "does not allow this file to be fetched (401)", 4),
    Fault("403", "http", "does not allow this file to be fetched (403)", 4),
    Fault("404", "not-found", "does not have this file (404)", 4),
    Fault("410", "not-found", "does not have this file (410)", 4),
    Fault("429", "rate-limited", "asks to be asked less often", 5, 3),
    Fault("429-bare", "rate-limited", "asks to be asked less often", 5, 3),
    Fault("429-late", "rate-limited", "asks to be asked less often", 5, 3),
    Fault("429-soon", "rate-limited", "asks to be asked less often", 5, 3),
    Fault("500", "http", "has a fault of its own (500)", 4, 1),
    Fault("501", "http", "has a fault of its own (501)", 4),
    Fault("503", "over-capacity", "is too busy", 4, 3),
    Fault("capacity", "over-capacity", "is too busy", 4, 3),
    Fault("capacity-page", "over-capacity", "says it is over capacity", 4, 3, size=0),
    Fault("451", "region", "where you are", 7),
    Fault("region-page", "region", "where you are", 7, size=0),
    Fault("region-sign", "region", "where you are", 7),
    # What leads astray.
    Fault("removed", "removed", "The picture was removed", 4),
    Fault("loop", "redirect", "redirects too many times", 4),
    Fault("unencrypted", "redirect", "not encrypted", 4),
    Fault("to-file", "redirect", "not a web address", 4),
    Fault("to-private", "redirect", "in a private network", 4),
    # What is no picture.
    Fault("page", "not-a-picture", "A web page came instead", 4, size=0),
    Fault("text", "not-a-picture", "What came is not a picture", 4, size=0),
    Fault("drawing", "not-a-picture", "A drawing (SVG) came instead", 4, size=0),
    Fault("no-content", "protocol", "answered without a file", 4),
    Fault("no-gzip", "protocol", "cannot be unpacked", 4),
    Fault("unknown-packing", "protocol", "packed in a way", 4),
    Fault("cut-gzip", "short", "ended the file before it was whole", 4, 1),
    Fault("gzip-bomb", "short", "sends more than the whole file", 4, 1),
    # HTTP/2.
    Fault("h2-cut", "reset", "broke off the connection", 4, 1),
    Fault("h2-goaway-cut", "reset", "broke off the connection", 4, 1),
    Fault("h2-refused-always", "reset", "refuses every attempt to ask it", 4, 1),
    Fault("h2-garbage", "reset", "broke off the connection", 4, 1),
]
# The last of them stall over HTTP/2, of which libsoup does not say that a stream was ended, and are
# fetched over HTTP/1.1.
SOUND = ["sound-1", "sound-2", "sound-3", "gzip", "deflate", "identity", "chunked", "wrong-type",
         "h2-sound", "h2-goaway", "h2-goaway-once", "h2-refused-once",
         "h2-stream-cut", "h2-short", "h2-long"]


class World:
    """What Imgur and all the other hosts say, and how often they were asked for a picture."""

    def __init__(self, folder):
        self.folder = folder
        self.asked = Counter()
        self.asked_at = {}
        self.faults = {fault.name: fault for fault in FAULTS}
        self.names, _ = internet.build(folder, self.answer, self.answer_2)
        self.names.zone.update({"api.imgur.com": [[PUBLIC]], "i.imgur.com": [[PUBLIC]],
                                "servfail.example.com": [None]})
        # A queue of connections that is full, and that nobody works off.
        self.full = [socket.socket() for _ in range(4)]
        self.full[0].bind((PUBLIC, 82))
        self.full[0].listen(0)
        for late in self.full[1:]:
            late.setblocking(False)
            late.connect_ex((PUBLIC, 82))

    def list(self, name):
        """The entries of r/NAME."""
        if name == "everything":
            return [self.entry(n) for n in list(self.faults) + SOUND]
        if name == "many":
            return [{"id": f"m{i}", "link": f"https://h2-few.example.com/m{i}.jpg"}
                    for i in range(24)]
        if name == "braked":
            return [{"id": f"b{i}", "link": f"https://braked.example.com/b{i}.jpg"}
                    for i in range(6)] + [self.entry("sound-1")]
        return [self.entry(name)]

    def entry(self, name):
        fault = self.faults.get(name)
        return {"id": name.replace("-", ""), "size": fault.size if fault else LENGTH,
                "link": fault.url if fault else f"https://{name}.example.com/{name}.jpg"}

    def answer(self, stream, host, path):
        name = host.split(".")[0]
        if host == "api.imgur.com":
            words = path.split("?")[0].split("/")
            items = self.list(words[4]) if words[-1] == "0" else []
            stream.sendall(whole(internet.gallery(items), "Content-Type: application/json"))
            return True
        self.asked[name] += 1
        self.asked_at.setdefault(name, []).append(time.monotonic())
        if name == "braked" and self.asked[name] == 1:
            stream.sendall(whole(b"no", "Retry-After: 12", status="429 Too Many Requests"))
            return True
        data, end = PLAIN.get(name, send_sound)(jpeg(name, LENGTH))
        stream.sendall(data)
        if end == "reset":
            time.sleep(0.1)
            end_by_reset(stream)
        elif end == "hold":
            time.sleep(600)
        elif end == "drip":
            while True:
                stream.sendall(b"\xff\xd8\xff\xfe\xff\xff" + b"." * 40)
                time.sleep(0.2)
        elif end == "endless":
            while True:
                stream.sendall(chunk(b"x" * 8000))
        return not end

    def answer_2(self, stream, host):
        internet_h2.answer(stream, host, self.picture_2)

    def picture_2(self, host, path):
        self.asked[host.split(".")[0]] += 1
        return jpeg(path, LENGTH) if host.startswith("h2-few") else jpeg(host.split(".")[0], LENGTH)

    def run(self, name, retries):
        return Ran(self.folder, f"download imgur:r/{name} -o {name} --no-thumbnails --read-timeout "
                   f"{PATIENCE} --connect-timeout {PATIENCE + 10} -j 12 --retries {retries}")


def check(fault, item):
    assert item["state"] == "failed", (fault.name, item)
    error = item["error"]
    assert error["kind"] == fault.kind and fault.words in error["message"], (fault.name, error)


def test_together(world):
    """None is silent, and none costs another picture."""
    ran = world.run("everything", 1)
    assert ran.status == 1, ran.status
    assert len(ran.items) == len(FAULTS) + len(SOUND)
    kinds = {}
    for fault in FAULTS:
        item = ran.items[fault.name.replace("-", "")]
        check(fault, item)
        # Without its host the message is of one kind only.
        message = item["error"]["message"].replace(fault.url.split("/")[2].split(":")[0], "")
        assert kinds.setdefault(message, fault.kind) == fault.kind, message
        assert item["error"]["message"] in ran.said, fault.name
        host = fault.url.split("/")[2].split(".")[0]
        if world.asked[host] > 0 and fault.name not in ("loop", "h2-refused-always"):
            assert world.asked[host] == 1 + fault.tries, (fault.name, world.asked[host])
    for name in SOUND:
        item = ran.items[name.replace("-", "")]
        assert item["state"] == "done", item
        with open(item["path"], "rb") as file:
            assert file.read() == jpeg(name, LENGTH), name
    left = [name for name in os.listdir(os.path.join(world.folder, "everything"))
            if name.startswith(".")]
    # Of what may pass, the beginning is kept.
    assert all(".part-" in name for name in left), left


def test_alone(world):
    """The exit status says which it was."""
    with ThreadPoolExecutor(4) as pool:
        for fault, ran in zip(FAULTS, pool.map(lambda f: world.run(f.name, 0), FAULTS)):
            check(fault, ran.items[fault.name.replace("-", "")])
            assert ran.status == fault.status, (fault.name, ran.status, ran.said)


def test_streams_refused(world):
    """Of many on a connection that goes away, those not begun are fetched over the next."""
    ran = world.run("many", 4)
    assert ran.status == 0, ran.said
    for name, item in ran.items.items():
        with open(item["path"], "rb") as file:
            assert file.read() == jpeg(f"/{name}.jpg", LENGTH), name


def test_brake(world):
    """All pictures of a host that asks for it wait, which is said; another host's do not."""
    world.asked.clear()
    world.asked_at.clear()
    ran = world.run("braked", 4)
    assert ran.status == 0, ran.said
    asked = world.asked_at["braked"]
    # What was under way already is not called back.
    assert max(asked) - asked[0] > 11.9, asked
    assert world.asked_at["sound-1"][0] < max(asked)
    assert ran.said.count("“braked.example.com” asks to wait until ") == 1, ran.said


if __name__ == "__main__":
    internet.run_tests(World, [test_together, test_alone, test_streams_refused, test_brake])
