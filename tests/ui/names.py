#!/usr/bin/python3
"""Every control of every page is named

Walks the accessibility tree of each page; a control that a screen reader could only call “button”
fails.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess

from driver import Failure, Sheaf, run, wait


def all_named(sheaf, page):
    bad = sheaf.unnamed()
    if bad:
        raise Failure(
            f"unnamed on {page}: " + "; ".join(f"{node.role} “{node.name}” at {node.box} in {path(node)}" for node in bad)
        )
    sheaf.picture("names-" + page)


def path(node):
    names = []
    while node.parent is not None and len(names) < 6:
        node = node.parent
        names.append(node.name or node.role)
    return " < ".join(names)


def start(stack, *arguments):
    sheaf = Sheaf(*arguments)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def go(sheaf, page):
    sheaf.press(("radio button", "toggle button", "page tab"), re.compile(page))


def welcome(stack):
    """welcome, with the entry for the client ID open"""
    sheaf = start(stack)
    all_named(sheaf, "welcome")
    row = sheaf.find(name=re.compile("Imgur Client ID"))
    sheaf.reveal(row)
    sheaf.click(row)
    sheaf.find("push button", "Check and Use")
    all_named(sheaf, "client-id")


def empty_pages(stack):
    """downloads and folder, empty"""
    sheaf = start(stack)
    go(sheaf, "Downloads")
    sheaf.wait_words("^No Downloads$")
    all_named(sheaf, "downloads-empty")
    go(sheaf, "Folder")
    sheaf.wait_words("^Drop a Folder Here$")
    all_named(sheaf, "folder-empty")


def gallery_and_viewer(stack):
    """gallery, its menu, the viewer and its details"""
    sheaf = start(stack, "demo:")
    tile = wait(lambda: sheaf.tiles(), "tiles")[0]
    all_named(sheaf, "gallery")
    unnamed = [tile for tile in sheaf.tiles() if not tile.name]
    assert not unnamed, "tiles without a title"
    sheaf.click(tile, repeat=2)
    sheaf.find("push button", "Next picture")
    all_named(sheaf, "viewer")
    sheaf.press(("toggle button", "push button"), "Details")
    all_named(sheaf, "details")


def folder(stack):
    """a folder's page with pictures, a failed one among them"""
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    for i in range(3):
        subprocess.run(["convert", "-size", "300x200", "plasma:", os.path.join(top, f"{i}.jpg")], check=True)
    with open(os.path.join(top, "damaged.png"), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + b"nothing" * 40)
    sheaf = start(stack, top)
    sheaf.wait_tile(re.compile(r"^damaged(\.png)?, (?!Ready|Waiting|Making)"))
    all_named(sheaf, "folder")


def windows(stack):
    """preferences, shortcuts, About and the menu"""
    sheaf = start(stack)
    sheaf.focus()
    sheaf.key("F10")
    sheaf.find("menu item", "Preferences")
    all_named(sheaf, "menu")
    sheaf.key("Escape")
    sheaf.key("ctrl+comma")
    wait(lambda: len(sheaf.frames) == 2, "preferences")
    all_named(sheaf, "preferences")
    sheaf.key("Escape")
    wait(lambda: len(sheaf.frames) == 1, "preferences to close")
    sheaf.key("ctrl+question")
    wait(lambda: len(sheaf.frames) == 2, "shortcuts")
    # That window and About are GTK's and libadwaita's own, with buttons these leave unnamed.
    sheaf.picture("names-shortcuts")
    sheaf.key("Escape")
    wait(lambda: len(sheaf.frames) == 1, "shortcuts to close")
    sheaf.key("F10")
    sheaf.press("menu item", "About Sheaf")
    wait(lambda: len(sheaf.frames) == 2, "About")
    sheaf.wait_words("The Sheaf contributors")
    sheaf.picture("names-about")


run(welcome, empty_pages, gallery_and_viewer, folder, windows)
