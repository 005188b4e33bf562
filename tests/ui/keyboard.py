#!/usr/bin/python3
"""The main job by keyboard alone

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re

from driver import Sheaf, run, wait

FOLDER = os.path.join(os.environ["HOME"], "Pictures")


def downloaded():
    return [name for _, _, names in os.walk(FOLDER) for name in names if not name.startswith(".")]


def main_job(stack):
    """browse, pick, download and look, without a pointer"""
    sheaf = Sheaf()
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.focus()
    sheaf.tab_to("push button", "Browse the Demo Gallery")
    sheaf.key("Return")
    wait(lambda: sheaf.tiles(), "the tiles of the gallery")
    sheaf.tab_to("table cell")
    sheaf.key("Right")
    wait(lambda: any(tile.has("selected") for tile in sheaf.tiles()), "a selected tile")
    sheaf.key("shift+Right")
    wait(lambda: len([tile for tile in sheaf.tiles() if tile.has("selected")]) == 2, "two selected tiles")
    sheaf.tab_to("push button", re.compile("^Download"))
    sheaf.key("Return")
    wait(lambda: len(downloaded()) >= 2, "two pictures in the folder")
    sheaf.tab_to(("radio button", "toggle button", "page tab"), re.compile("Downloads"), back=True)
    sheaf.key("space")
    sheaf.wait_tile(re.compile(", Ready$"))
    sheaf.tab_to("table cell")
    sheaf.key("Return")
    sheaf.find("push button", "Next picture")
    sheaf.key("Escape")
    sheaf.wait_tile(re.compile(", Ready$"))
    assert sheaf.quit() == 0


def windows_and_menu(stack):
    """menu, shortcuts, preferences and About open and close by keys"""
    sheaf = Sheaf()
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.focus()
    sheaf.key("F10")
    sheaf.find("menu item", "Preferences")
    sheaf.key("Escape")
    wait(lambda: not sheaf.seen("menu item", "Preferences"), "the menu to close")
    for keys in ("ctrl+comma", "ctrl+question"):
        sheaf.key(keys)
        wait(lambda: len(sheaf.frames) == 2, f"the window of {keys}")
        sheaf.key("Escape")
        wait(lambda: len(sheaf.frames) == 1, f"the window of {keys} to close")
    assert sheaf.quit() == 0


def shortcuts(stack):
    """the window of shortcuts opens on those of the page that is seen"""
    sheaf = Sheaf("demo:")
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    tile = wait(lambda: sheaf.tiles(), "the tiles of the gallery")[0]

    def look(section, other=None):
        sheaf.key("ctrl+question")
        wait(lambda: len(sheaf.frames) == 2, "the window of shortcuts")
        sheaf.find("label", section)
        # What was shown once keeps its place in the tree.
        assert other is None or not sheaf.seen("label", other), f"{other} is seen, too"
        sheaf.key("Escape")
        wait(lambda: len(sheaf.frames) == 1, "the window of shortcuts to close")

    sheaf.pick(tile)
    look("Galleries and Folders", "Viewing a Picture")
    sheaf.key("Return")
    picture = sheaf.find("image", where=lambda node: node.box[2] > 200)
    wait(lambda: picture.has("focused"), "the picture to have the keyboard")
    look("Viewing a Picture")
    assert sheaf.quit() == 0


run(main_job, windows_and_menu, shortcuts)
