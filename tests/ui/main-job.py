#!/usr/bin/python3
"""The main job: browse, pick, download, and see thumbnails appear

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re

from driver import Failure, Sheaf, run, thumbnails, wait

FOLDER = os.path.join(os.environ["HOME"], "Pictures")


def files():
    return [
        os.path.join(folder, name) for folder, _, names in os.walk(FOLDER) for name in names
        if not name.startswith(".")
    ]


def signature(path):
    with open(path, "rb") as file:
        return file.read(12)


def is_picture(path):
    start = signature(path)
    return start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")) or start[8:] == b"WEBP"


def three_actions(stack):
    """three actions from start to the first thumbnail of a downloaded picture"""
    sheaf = Sheaf()
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.picture("welcome")

    sheaf.press("push button", "Browse the Demo Gallery")  # one
    tile = wait(lambda: sheaf.tiles(), "the tiles of the gallery")[0]
    title = tile.name
    sheaf.picture("gallery")
    sheaf.click(tile)  # two: picks it
    wait(lambda: tile.has("selected"), "the tile to be selected")
    sheaf.press("push button", re.compile(r"^Download"))  # three
    wait(lambda: any(is_picture(path) for path in files()), "a picture in the folder")
    sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Downloads"))
    ready = sheaf.wait_tile(re.compile(r", (Ready|Was there already)$"))
    assert ready.name.startswith(title.split(",")[0]) or ", " in ready.name, ready.name
    assert thumbnails(), "no thumbnail in the shared cache"
    sheaf.picture("downloads")
    assert sheaf.quit() == 0


def picks_several(stack):
    """several are picked with Ctrl, all become whole files, and again they are there already"""
    for path in files():
        os.unlink(path)
    for attempt, state in (("first", "Ready"), ("again", "Was there already")):
        sheaf = Sheaf("demo:")
        stack.callback(sheaf.kill)
        sheaf.wait_window()
        tiles = wait(lambda: len(sheaf.tiles()) >= 4 and sheaf.tiles(), "four tiles")
        sheaf.click(tiles[0])
        sheaf.click(tiles[1], modifiers=["ctrl"])
        sheaf.click(tiles[2], modifiers=["ctrl"])
        wait(lambda: sum(tile.has("selected") for tile in sheaf.tiles()) == 3, "three selected")
        sheaf.press("push button", re.compile(r"^Download"))
        sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Downloads"))
        sheaf.wait_words(r"^(\d+) of \1 pictures$|^(\d+) pictures$")
        sheaf.wait_tile(re.compile(rf", {state}$"))
        for path in files():
            if not is_picture(path):
                raise Failure(f"{path} is no picture")
        if attempt == "first":
            before = {path: os.stat(path).st_mtime_ns for path in files()}
            assert len(before) >= 3, before
        else:
            assert before == {path: os.stat(path).st_mtime_ns for path in files()}, "fetched twice"
        assert sheaf.quit() == 0


run(three_actions, picks_several)
