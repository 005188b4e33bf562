#!/usr/bin/python3
"""A folder dragged out of a file manager is thumbnailed

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess

from driver import Sheaf, Thunar, drag, run, thumbnails, wait, xdotool


def make_pictures(folder, count):
    os.makedirs(os.path.join(folder, "deeper"), exist_ok=True)
    for i in range(count):
        name = ("deeper/" if i % 3 == 0 else "") + f"picture-{i:02}." + ("png" if i % 2 else "jpg")
        subprocess.run(
            ["convert", "-size", "640x400", f"gradient:hsl({i * 30},80%,60%)-white", os.path.join(folder, name)],
            check=True,
        )


def dropped(stack):
    """a folder dragged from Thunar fills the grid, its folders too, and the shared cache"""
    top = os.path.join(os.environ["HOME"], "shelf")
    make_pictures(os.path.join(top, "holiday"), 12)
    stack.callback(shutil.rmtree, top)

    sheaf = Sheaf()
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    thunar = Thunar(top)
    stack.callback(thunar.kill)
    start = thunar.first_icon()
    window = sheaf.x_window()[0]
    xdotool("windowsize", window, 780, 700)
    xdotool("windowmove", window, 460, 60)
    wait(lambda: abs(sheaf.x_window()[1] - 460) < 40, "the window at its place")
    drag(start, sheaf.point(sheaf.frames[0]))

    sheaf.wait_words(r"^12 (of 12 )?pictures$")
    wait(lambda: len(thumbnails()) == 12, "twelve thumbnails in the shared cache")
    sheaf.wait_tile(re.compile(r"^picture-\d\d.*, Ready$"))
    sheaf.picture("folder-dropped")
    assert sheaf.quit() == 0


def opened(stack):
    """a folder and a single picture given on the command line"""
    top = os.path.join(os.environ["HOME"], "shelf")
    make_pictures(top, 4)
    stack.callback(shutil.rmtree, top)
    sheaf = Sheaf(top)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_words(r"^4 (of 4 )?pictures$")
    assert sheaf.quit() == 0


def broken(stack):
    """a damaged picture says so on its tile, the others are ready"""
    top = os.path.join(os.environ["HOME"], "shelf")
    make_pictures(top, 3)
    stack.callback(shutil.rmtree, top)
    with open(os.path.join(top, "damaged.jpg"), "wb") as file:
        file.write(b"\xff\xd8\xff\xe0" + b"no picture at all" * 50)
    sheaf = Sheaf(top)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_tile(re.compile(r"^damaged(\.jpg)?, (?!Ready|Waiting|Making)"))
    wait(lambda: len([tile for tile in sheaf.tiles() if tile.name.endswith(", Ready")]) == 3, "three ready")
    sheaf.picture("folder-damaged")
    assert sheaf.quit() == 0


run(dropped, opened, broken)
