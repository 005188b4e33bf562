#!/usr/bin/python3
"""Pictures dragged out of the grid, into other programs

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess

from gi.repository import GLib

from driver import Program, Sheaf, Thunar, drag, run, wait, xdotool

TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drop-target.py")


class Target(Program):
    """A program of GTK's own kind that says what was dropped on it."""

    def __init__(self):
        super().__init__(["/usr/bin/python3", TARGET], title="^Target$")

    def dropped(self):
        return re.findall(r"^dropped (.*)$", self.said(), re.MULTILINE)


def make_pictures(stack, count):
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    for i in range(count):
        subprocess.run(["convert", "-size", "300x200", "plasma:", os.path.join(top, f"{i}.jpg")], check=True)
    return top


def start(stack, what):
    """Sheaf at the right of the screen."""
    sheaf = Sheaf(what)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    window = sheaf.x_window()[0]
    xdotool("windowsize", window, 780, 700)
    xdotool("windowmove", window, 460, 60)
    wait(lambda: abs(sheaf.x_window()[1] - 460) < 40, "the window at its place")
    return sheaf


def pick(sheaf, count):
    """Picks the first ones, and waits until the page has come to rest around them."""
    tiles = wait(lambda: len(sheaf.tiles()) >= count and sheaf.tiles(), f"{count} tiles")[:count]
    sheaf.pick(tiles[0])
    for tile in tiles[1:]:
        sheaf.pick(tile, modifiers=["ctrl"])
    wait(lambda: all(tile.has("selected") for tile in tiles), "them to be selected")
    return tiles


def target_window(stack):
    target = Target()
    stack.callback(target.kill)
    target.wait_window()
    window = target.x_window()[0]
    xdotool("windowmove", window, 10, 10)
    wait(lambda: target.x_window()[1] < 60, "the target at its place")
    return target


def files(stack):
    """two of three pictures, both picked, arrive as the files they are"""
    top = make_pictures(stack, 3)
    sheaf = start(stack, top)
    sheaf.wait_words(r"^3 (of 3 )?pictures$")
    for i in range(3):
        sheaf.wait_tile(re.compile(f"^{i}.*, Ready$"))
    target = target_window(stack)
    tiles = pick(sheaf, 2)
    drag(sheaf.point(tiles[1]), target.point(target.frames[0]))
    wait(target.dropped, "something on the target")
    wanted = [GLib.filename_to_uri(os.path.join(top, f"{i}.jpg")) for i in range(2)]
    assert sorted(target.dropped()) == wanted, target.dropped()
    assert sheaf.quit() == 0


def links(stack):
    """pictures that are not here yet arrive as their addresses"""
    sheaf = start(stack, "demo:")
    target = target_window(stack)
    tiles = pick(sheaf, 2)
    drag(sheaf.point(tiles[0]), target.point(target.frames[0]))
    wait(target.dropped, "something on the target")
    assert len(target.dropped()) == 2, target.dropped()
    assert all(uri.startswith("http://127.0.0.1:") for uri in target.dropped()), target.dropped()
    assert sheaf.quit() == 0


def file_manager(stack):
    """dropped on a file manager's folder, copies of them lie there"""
    top = make_pictures(stack, 2)
    inbox = os.path.join(os.environ["HOME"], "inbox")
    os.makedirs(inbox)
    stack.callback(shutil.rmtree, inbox)
    with open(os.path.join(inbox, "note.txt"), "w", encoding="utf-8") as note:
        note.write("here already")
    sheaf = start(stack, top)
    for i in range(2):
        sheaf.wait_tile(re.compile(f"^{i}.*, Ready$"))
    thunar = Thunar(inbox)
    stack.callback(thunar.kill)
    x, y = thunar.first_icon()
    tiles = pick(sheaf, 2)
    drag(sheaf.point(tiles[0]), (x + 20, y + 150))
    wait(lambda: {"0.jpg", "1.jpg"} <= set(os.listdir(inbox)), "copies of both")
    for name in ("0.jpg", "1.jpg"):
        wait(lambda name=name: read(os.path.join(inbox, name)) == read(os.path.join(top, name)), f"{name} whole")
    assert sheaf.quit() == 0


def read(path):
    with open(path, "rb") as file:
        return file.read()


run(files, links, file_manager)
