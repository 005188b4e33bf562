#!/usr/bin/python3
"""Takes the pictures of data/screenshots; run by build-aux/screenshots under metacity

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import subprocess
import sys

from driver import Demo, Sheaf, point_at, run, wait

TARGET = sys.argv.pop()
PHOTOS = "/usr/share/backgrounds/mate/nature"
# Where the pointer lights up nothing of the window.
ASIDE = (1398, 998)


def crop(sheaf, name):
    """The window without its shadow, its corners round as on the screen."""
    _, _, width, height = sheaf.frames[0].box
    left, top = sheaf.origin(sheaf.frames[0])
    path = os.path.join(TARGET, name + ".png")
    subprocess.run(["import", "-window", "root", "-crop", f"{width}x{height}+{left}+{top}", "+repage", path], check=True)
    corners = f"roundrectangle 0,0,{width - 1},{height - 1},12,12"
    mask = ["(", "+clone", "-alpha", "transparent", "-fill", "white", "-draw", corners, ")"]
    subprocess.run(
        ["convert", path, "-alpha", "set", *mask, "-compose", "DstIn", "-composite", "-strip", path], check=True
    )


def settled(sheaf):
    """Until two looks at the window are the same."""
    window = sheaf.x_window()[0]

    def look():
        return subprocess.run(
            ["import", "-window", window, "-depth", "8", "rgb:-"], check=True, capture_output=True
        ).stdout

    looks = [look()]

    def same():
        looks.append(look())
        return looks[-1] == looks[-2]

    wait(same, "the window to settle")
    wait(same, "the window to settle")


def gallery_and_downloads(stack):
    """gallery and downloads"""
    demo = Demo("--latency", "900")
    stack.callback(demo.kill)
    sheaf = Sheaf("imgur:hot", environment={"SHEAF_IMGUR_API": demo.url, "IMGUR_CLIENT_ID": "0123456789abcde"})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    tiles = wait(lambda: len(sheaf.tiles()) >= 8 and sheaf.tiles(), "tiles")
    settled(sheaf)
    sheaf.click(tiles[0])
    for i in (2, 5):
        sheaf.click(tiles[i], modifiers=["ctrl"])
    wait(lambda: sum(tile.has("selected") for tile in sheaf.tiles()) == 3, "three selected")
    settled(sheaf)
    crop(sheaf, "gallery")
    sheaf.key("ctrl+a")
    sheaf.press("push button", re.compile("^Download"))
    sheaf.press("page tab", re.compile("Downloads"))
    point_at(*ASIDE)
    wait(lambda: sum(tile.name.endswith(", Ready") for tile in sheaf.tiles()) >= 4, "some ready")
    crop(sheaf, "downloads")


def folder(stack):
    """a folder of photographs"""
    point_at(*ASIDE)
    sheaf = Sheaf(PHOTOS)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_tile(re.compile(", Ready$"))
    wait(lambda: sheaf.tiles() and all(tile.name.endswith(", Ready") for tile in sheaf.tiles()), "all ready")
    settled(sheaf)
    crop(sheaf, "folder")


# The folder first: what the downloads leave unfinished would be offered in its picture.
run(folder, gallery_and_downloads)
