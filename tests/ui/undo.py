#!/usr/bin/python3
"""What is removed can be taken back: cleared downloads, the history

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re

from driver import Demo, Sheaf, run, wait

TAB = ("radio button", "toggle button", "page tab")


def start(stack, *arguments):
    demo = Demo()
    stack.callback(demo.kill)
    sheaf = Sheaf(*arguments, environment={"SHEAF_IMGUR_API": demo.url, "IMGUR_CLIENT_ID": "0123456789abcde"})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def names(sheaf):
    return [tile.name for tile in sheaf.tiles()]


def downloads(stack):
    """pictures cleared from the downloads come back, in their place and state"""
    sheaf = start(stack, "imgur:hot")
    tiles = wait(lambda: len(sheaf.tiles()) > 3 and sheaf.tiles(), "tiles")
    sheaf.pick(tiles[0])
    sheaf.pick(tiles[2], modifiers=["ctrl"])
    sheaf.press("push button", re.compile("^Download"))
    sheaf.wait_words("^[0-9]+ pictures$", 60)
    before = wait(lambda: all(name.endswith((", Ready", "already")) for name in names(sheaf)) and names(sheaf), "all ready")
    sheaf.press("push button", "More")
    sheaf.press("menu item", "Clear")
    sheaf.wait_toast("[0-9]+ pictures? cleared")
    sheaf.wait_words("^No Downloads$")
    sheaf.press("push button", "Undo")
    wait(lambda: names(sheaf) == before, "them back")
    assert sheaf.quit() == 0


def history(stack):
    """the history comes back after it was cleared"""
    sheaf = start(stack, "imgur:top")
    wait(lambda: sheaf.tiles(), "tiles")
    sheaf.focus()
    sheaf.key("alt+Home")
    button = sheaf.find("push button", "Clear history")
    sheaf.reveal(button)
    sheaf.click(button)
    sheaf.wait_toast("History cleared")
    wait(lambda: not sheaf.seen("push button", "Clear history"), "the history to be gone")
    sheaf.press("push button", "Undo")
    sheaf.find("push button", "Clear history")
    assert sheaf.quit() == 0


run(downloads, history)
