#!/usr/bin/python3
"""A cleared history can be taken back

SPDX-License-Identifier: GPL-3.0-or-later
"""
from driver import Demo, Sheaf, run, wait


def start(stack, *arguments):
    demo = Demo()
    stack.callback(demo.kill)
    sheaf = Sheaf(*arguments, environment={"SHEAF_IMGUR_API": demo.url, "IMGUR_CLIENT_ID": "0123456789abcde"})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


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


run(history)
