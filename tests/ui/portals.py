#!/usr/bin/python3
"""What Sheaf asks of the desktop's portals: the wallpaper, the file chooser, staying awake

A double of the portals, on the bus of this session, writes down what it is asked for and answers as it
is told to.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess

from gi.repository import GLib

from doubles import Portals
from driver import Sheaf, run

SUSPEND = 4  # of what may be inhibited


def pictures(stack, count):
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    for i in range(count):
        subprocess.run(["convert", "-size", "300x200", "plasma:", os.path.join(top, f"{i}.jpg")], check=True)
    return top


def start(stack, *arguments):
    sheaf = Sheaf(*arguments, environment={"GDK_DEBUG": "portals"})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def ask_wallpaper(sheaf, tile):
    sheaf.pick(tile)
    sheaf.key("shift+F10")
    sheaf.press("menu item", re.compile("Wallpaper"))


def wallpaper(stack):
    """the picture itself goes to the desktop, with a preview; what comes of it is said"""
    top = pictures(stack, 1)
    with open(os.path.join(top, "0.jpg"), "rb") as file:
        content = file.read()
    portals = Portals({"SetWallpaperFile": (0, {})})
    stack.callback(portals.kill)
    sheaf = start(stack, top)
    tile = sheaf.wait_tile(re.compile("^0.*, Ready$"))
    ask_wallpaper(sheaf, tile)
    _, values, sent = portals.wait_asked("SetWallpaperFile")
    assert sent == content, "the file that was handed over is another"
    assert values[2]["show-preview"] is True, values
    assert "handle_token" in values[2], values
    # While thumbnails were made the machine was asked to stay awake.
    _, values, _ = portals.wait_asked("Inhibit")
    assert values[1] == SUSPEND and values[2]["reason"], values
    sheaf.wait_toast("Wallpaper set$")
    sheaf.picture("wallpaper")

    portals.answers["SetWallpaperFile"] = (2, {})
    ask_wallpaper(sheaf, tile)
    portals.wait_asked("SetWallpaperFile", 2)
    sheaf.wait_toast(".*did not take the picture")
    assert sheaf.quit() == 0


def no_portal(stack):
    """on a desktop without portals it is said that the wallpaper cannot be set"""
    top = pictures(stack, 1)
    sheaf = start(stack, top)
    ask_wallpaper(sheaf, sheaf.wait_tile(re.compile("^0.*, Ready$")))
    sheaf.wait_toast(".*offers no way to set the wallpaper")
    assert sheaf.quit() == 0


def chooser(stack):
    """the file chooser is the desktop's: asked for folders, and what it gives is opened"""
    top = pictures(stack, 3)
    portals = Portals({"OpenFile": (0, {"uris": GLib.Variant("as", [GLib.filename_to_uri(top)])})})
    stack.callback(portals.kill)
    sheaf = start(stack)
    sheaf.press("push button", re.compile("Choose a Folder"))
    _, values, _ = portals.wait_asked("OpenFile")
    assert values[2].get("directory") is True and values[2].get("multiple") is True, values
    sheaf.wait_words(r"^3 (of 3 )?pictures$")
    assert sheaf.quit() == 0


run(wallpaper, no_portal, chooser)
