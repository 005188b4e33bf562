"""batches.py: a gallery of small pictures that fails as it is told to, and a window that downloads all of it

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess

from driver import BUILD, Demo, Failure, Sheaf, wait

HOME = os.environ["HOME"]
PICTURES = os.path.join(HOME, "Pictures")
VIEWS = ("radio button", "toggle button", "page tab")


def make_pictures(folder, count, size):
    """Distinct whole JPEGs of size bytes or a little more: a small picture with comments of noise."""
    os.makedirs(folder)
    base = subprocess.run(
        ["convert", "-size", "64x48", "plasma:", "jpg:-"], check=True, stdout=subprocess.PIPE).stdout
    rand = random.Random(5)
    for i in range(count):
        with open(os.path.join(folder, f"p{i:03}.jpg"), "wb") as file:
            file.write(base[:2])
            for _ in range(max(1, size // 50000)):
                noise = rand.randbytes(min(size, 50000))
                file.write(b"\xff\xfe" + (len(noise) + 2).to_bytes(2, "big") + noise)
            file.write(base[2:])


def forget_everything():
    """No pictures and no record, as on the first day."""
    for left in (PICTURES, os.path.join(os.environ["XDG_DATA_HOME"], "sheaf")):
        shutil.rmtree(left, ignore_errors=True)


def files(folder=PICTURES):
    return [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]


def counts():
    """How many rows of the record are in which state."""
    path = os.path.join(os.environ["XDG_DATA_HOME"], "sheaf", "archive.sqlite")
    if not os.path.exists(path):
        return {}
    with sqlite3.connect(path, timeout=30) as archive:
        return dict(archive.execute("SELECT state, count (*) FROM wanted GROUP BY state"))


def n_unfinished():
    return sum(n for state, n in counts().items() if state in (1, 2))


class Gallery:
    """count pictures of size bytes at an address that stays, whatever the server does next."""

    def __init__(self, stack, count, *arguments, size=5000):
        forget_everything()
        self.stack = stack
        self.folder = os.path.join(HOME, "originals")
        self.log = os.path.join(HOME, "requests")
        for left in (self.folder, self.log):
            subprocess.run(["rm", "-rf", left], check=True)
        make_pictures(self.folder, count, size)
        self.count = count
        self.port = "0"
        self.serve(*arguments)

    def serve(self, *arguments):
        self.demo = Demo("--folder", self.folder, "--log", self.log, "--port", self.port, *arguments)
        self.stack.callback(self.demo.kill)
        self.port = re.search(r":(\d+)/", self.demo.url).group(1)

    def change(self, *arguments):
        """The server from now on fails otherwise, or not at all."""
        self.demo.kill()
        self.serve(*arguments)

    @property
    def environment(self):
        return {"IMGUR_CLIENT_ID": "0123456789abcde", "SHEAF_IMGUR_API": self.demo.url}

    def titles(self):
        """{path of the picture's address: title}, as the service lists them."""
        listed = subprocess.run(
            [os.path.join(BUILD, "app", "sheaf-cli"), "list", "imgur:hot", "--json", "--mature"],
            env={**os.environ, "SHEAF_HELPER_DIR": os.path.join(BUILD, "app"), **self.environment},
            check=True, stdout=subprocess.PIPE, text=True,
        ).stdout
        rows = [json.loads(line) for line in listed.splitlines()]
        return {"/" + row["url"].rpartition("/")[2]: row["title"] for row in rows if row.get("url")}

    def requests(self):
        """(time, path) of every picture that was asked for whole, in order; previews left out."""
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as log:
            lines = [line.rstrip("\n").split(" ", 3) for line in log]
        wanted = re.compile(r"^/\w{7}\.\w+$")
        return [(float(line[0]), line[3]) for line in lines if len(line) == 4 and wanted.match(line[3])]

    def same(self, folder=PICTURES):
        """Whether folder holds every picture byte for byte, and nothing else."""
        def contents(paths):
            return sorted(open(path, "rb").read() for path in paths)

        return contents(files(folder)) == contents(files(self.folder))


# Requests a second: with few, a batch cannot end while a busy machine is looking at it.
FEW, MANY = 0.04, 20


def choose(**values):
    """Settings, as Preferences would have stored them; a window that is there already takes them too."""
    folder = os.path.join(os.environ["XDG_CONFIG_HOME"], "glib-2.0", "settings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "keyfile"), "w", encoding="utf-8") as keyfile:
        keyfile.write("[io/github/sheaf_app/Sheaf]\n")
        for name, value in values.items():
            keyfile.write(f"{name.replace('_', '-')}={value}\n")


def open_gallery(stack, gallery):
    sheaf = Sheaf("imgur:hot", environment={"GSETTINGS_BACKEND": "keyfile", **gallery.environment})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    wait(lambda: len(sheaf.tiles()) >= 4, "four tiles")
    return sheaf


def start_again(stack, gallery):
    sheaf = Sheaf(environment={"GSETTINGS_BACKEND": "keyfile", **gallery.environment})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def download_all(sheaf):
    sheaf.click(sheaf.tiles()[0])
    sheaf.key("ctrl+a")
    sheaf.press("push button", re.compile(r"^Download"))


def sums(sheaf):
    """(n, total) of the page of downloads, which comes after the gallery's; nothing where it has none."""
    last = None
    for words in sheaf.words():
        found = re.fullmatch(r"(\d+) of (\d+)(?: or more)?(?: pictures)?|(\d+) pictures?", words)
        if found:
            last = tuple(int(number) for number in found.groups() if number)
    return last and (last[0], last[-1])


def wait_sums(sheaf, n, total, patience=None):
    wait(lambda: sums(sheaf) == (n, total), f"{n} of {total}", patience)


def select(sheaf, tile):
    """Picks one tile; its middle may be a button, and the first click may only end a menu."""
    for patience in (4, 4, None):
        sheaf.click(tile, dy=14)
        try:
            wait(lambda: tile.has("selected"), f"“{tile.name}” to be picked", patience)
            return
        except Failure:
            if patience is None:
                raise


def menu(sheaf, tile, item):
    """What the menu of one picture offers."""
    select(sheaf, tile)
    sheaf.key("shift+F10")
    sheaf.press("menu item", item)
    wait(lambda: not sheaf.seen("menu item", item), "the menu to close")
