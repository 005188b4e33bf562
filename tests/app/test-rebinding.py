#!/usr/bin/python3
# test-rebinding.py: a public gallery whose links lead to this computer, or into its network
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Names that change their addresses between two look-ups, addresses in every disguise, redirects: on
# the internet of internet.py a server stands at every address there is, private ones included, and
# not one of those may have been reached in the end.
import os
import socket

import internet
from internet import PUBLIC, PUBLIC_6, Ran, head, is_local, jpeg, whole

internet.enter()

# What a name server says, look-up after look-up.
CHANGING = {
    "to-loopback": [[PUBLIC], ["127.0.0.1"]],
    "to-network": [[PUBLIC], ["10.1.2.3"]],
    "to-cloud": [[PUBLIC], ["169.254.169.254"]],
    "to-loopback-6": [[PUBLIC_6], ["::1"]],
    "to-mapped": [[PUBLIC_6], ["::ffff:127.0.0.1"]],
    "to-translated": [[PUBLIC_6], ["64:ff9b::7f00:1"]],
    "to-both": [[PUBLIC, PUBLIC_6], ["127.0.0.1", "::1"]],
}
PRIVATE = ["127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
           "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "::ffff:10.1.2.3",
           "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
           "2001:0:0:0:0:0:80ff:fffe", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1"]
MIXED = {"mixed": [["127.0.0.1", PUBLIC, "10.1.2.3"]], "mixed-6": [["::1", PUBLIC_6]]}
# How a host is written in a link.
DISGUISES = ["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
             "00000177.0.0.1", "127.0.0.1.", "0", "0.0.0.0", "10.1.2.3", "167838211",
             "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
             "[64:ff9b::7f00:1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[fe80::1%25lo]",
             "[fe80::1%lo]", "[::1%25lo]", "localhost", "localhost.", "LOCALHOST", "a.localhost",
             "localhost.localdomain", "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460", "127\u30020\u30020\u30021",
             "\uff11\uff12\uff17.0.0.1", "\u24dbocalhost", "loc\u00adalhost", "l\u043ecalhost",
             "127.0.0.1%00.example.com", f"{PUBLIC}@127.0.0.1", "a.example.com:80@127.0.0.1",
             "127.0.0.1:80#@a.example.com", "127.0.0.1?@a.example.com"]
# These only look like it, to one who reads an address otherwise than it is connected to.
HARMLESS = ["127.0.0.1%2eexample.com", "127.0.0.1\\@a.example.com", "127.0.0.1.example.com"]


class World:
    def __init__(self, folder):
        self.folder = folder
        self.links = {}
        self.names, self.server = internet.build(folder, self.answer, None)
        zone = self.names.zone
        zone["api.imgur.com"] = [[PUBLIC]]
        for name, turns in {**CHANGING, **MIXED}.items():
            zone[f"{name}.example.com"] = zone[f"{name}-again.example.com"] = turns
        for i, address in enumerate(PRIVATE):
            zone[f"private-{i}.example.com"] = [[address]]

    def answer(self, stream, host, path):
        if host == "api.imgur.com":
            first = path.split("?")[0].endswith("/0")
            items = [{"id": name, "link": link} for name, link in self.links.items()]
            stream.sendall(whole(internet.gallery(items if first else [])))
        elif path.startswith("/to/"):
            stream.sendall(head(f"{path[4:7]} Moved", f"Location: {self.targets[int(path[8:])]}",
                                "Content-Length: 0"))
        elif path == "/moves.jpg":
            stream.sendall(head("302 Found", "Location: /there.jpg", "Connection: close",
                                "Content-Length: 0"))
            return False
        elif path == "/breaks.jpg":
            stream.sendall(head("200 OK", "Content-Length: 40000", "Connection: close")
                           + jpeg(host)[:100])
            return False
        else:
            stream.sendall(whole(jpeg(host)))
        return True

    def run(self, links):
        self.links = {"sound": "http://sound.example.com/sound.jpg", **links}
        self.server.reached.clear()
        name = os.urandom(4).hex()
        ran = Ran(self.folder, f"download imgur:r/{name} -o {name} --no-thumbnails --retries 1 "
                  "--read-timeout 20 --connect-timeout 40")
        assert ran.items["sound"]["state"] == "done", ran.said
        reached = [address for address in self.server.reached if is_local(address)]
        assert not reached, (reached, ran.said)
        return ran.items


def refused(item, *kinds):
    assert item["state"] == "failed" and item["error"]["kind"] in kinds, item


def test_servers_everywhere(world):
    """That nothing was reached must mean something."""
    for address in ("127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "64:ff9b::7f00:1", "fc00::1"):
        socket.create_connection((address, 80), 5).close()
    while sum(is_local(address) for address in world.server.reached) < 6:
        pass


def test_changing_names(world):
    """Public when first asked about; private where the redirect, or the next try, leads."""
    links = {}
    for i, name in enumerate(CHANGING):
        links[f"m{i}"] = f"http://{name}.example.com/moves.jpg"
        links[f"b{i}"] = f"http://{name}-again.example.com/breaks.jpg"
    items = world.run(links)
    for i, name in enumerate(CHANGING):
        # It was asked about a second time, or the first address still held.
        for key in (f"m{i}", f"b{i}"):
            if items[key]["state"] != "done":
                refused(items[key], "redirect", "short")
    changed = sum(asked > 1 for asked in world.names.asked.values())
    blocked = sum(item["state"] == "failed" and item["error"]["kind"] == "redirect"
                  for item in items.values())
    assert changed > 0 and blocked > 0, (changed, blocked)


def test_private_names(world):
    items = world.run({f"p{i}": f"http://private-{i}.example.com/x.jpg"
                       for i in range(len(PRIVATE))})
    for i in range(len(PRIVATE)):
        refused(items[f"p{i}"], "redirect", "dns", "reset")


def test_one_of_several(world):
    """Where a name has public addresses, too, only they are gone to."""
    items = world.run({name.replace("-", ""): f"http://{name}.example.com/x.jpg" for name in MIXED})
    assert all(item["state"] == "done" for item in items.values()), items


def test_disguises(world):
    for scheme in ("http", "https"):
        items = world.run({f"d{i}": f"{scheme}://{host}/x.jpg" for i, host in enumerate(DISGUISES)})
        for i, host in enumerate(DISGUISES):
            # Some are no address at all, which is said by number.
            if f"d{i}" in items:
                refused(items[f"d{i}"], "redirect", "dns", "usage")
    world.run({f"h{i}": f"http://{host}/x.jpg" for i, host in enumerate(HARMLESS)})


def test_redirects(world):
    hosts = DISGUISES + [f"private-{i}.example.com" for i in range(len(PRIVATE))]
    world.targets = [f"http://{host}/x.jpg".encode().decode("latin-1") for host in hosts]
    codes = (301, 302, 303, 307, 308)
    items = world.run({f"r{i}": f"http://a{i % 4}.example.com/to/{codes[i % 5]}/{i}"
                       for i in range(len(hosts))})
    for i in range(len(hosts)):
        refused(items[f"r{i}"], "redirect", "dns", "usage", "reset")


if __name__ == "__main__":
    internet.run_tests(World, [test_servers_everywhere, test_changing_names, test_private_names,
                               test_one_of_several, test_disguises, test_redirects])
