#!/usr/bin/python3
"""Several client IDs by name, in a real keyring: open, locked, missing

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re

from driver import Demo, Keyring, Sheaf, run, wait, xdotool

GOOD = "0123456789abcde"
USE = ("radio button", "check box")


def start(stack, demo, *arguments):
    sheaf = Sheaf(*arguments, environment={"SHEAF_IMGUR_API": demo.url, "GSETTINGS_BACKEND": "keyfile"})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def fill(sheaf, name, words):
    entry = sheaf.find(("text", "password text", "entry"), re.compile(name))
    sheaf.reveal(entry)
    sheaf.click(entry)
    sheaf.key("ctrl+a")
    sheaf.type(words)


def open_entry(sheaf):
    row = sheaf.find(name=re.compile("Imgur Client ID"))
    sheaf.reveal(row)
    sheaf.click(row)
    sheaf.find("push button", "Check and Use")


def add(sheaf, client_id, name=""):
    fill(sheaf, "Client ID, 15", client_id)
    if name:
        fill(sheaf, "Name, to tell", name)
    press(sheaf, "Check and Use")


def press(sheaf, name, role="push button"):
    button = sheaf.find(role, name)
    sheaf.reveal(button)
    sheaf.click(button)
    return button


def in_use(sheaf):
    """The name whose button is pressed, or nothing."""
    return next((button.name for button in sheaf.seen(USE) if button.has("checked")), None)


def wait_in_use(sheaf, name):
    wait(lambda: in_use(sheaf) == name, f"“{name}” to be in use")


def several(stack):
    """two IDs are kept by name; one is switched to, renamed, forgotten, and taken back"""
    demo = Demo()
    stack.callback(demo.kill)
    keyring = Keyring()
    stack.callback(keyring.kill)
    sheaf = start(stack, demo)
    open_entry(sheaf)
    add(sheaf, GOOD)
    wait_in_use(sheaf, "Default")
    wait(lambda: keyring.lookup("default") == GOOD, "the first ID in the keyring")
    # A wrong one is refused, and nothing is kept of it.
    add(sheaf, "zzzzzzzzzzzzzzz", "work")
    sheaf.wait_words(r"(?i)refus|not accept|does not know|no longer|invalid")
    assert not keyring.lookup("work")
    add(sheaf, GOOD)
    wait_in_use(sheaf, "work")
    wait(lambda: keyring.lookup("work") == GOOD, "the second ID in the keyring")
    sheaf.picture("client-ids-two")
    # The same name twice is said before anything is asked.
    add(sheaf, GOOD, "work")
    sheaf.wait_words("of this name already")

    press(sheaf, "Default", USE)
    wait_in_use(sheaf, "Default")
    press(sheaf, "Rename “work”")
    wait(lambda: len(sheaf.frames) == 2, "the dialog")
    sheaf.wait_words("^Rename Client ID$")
    window = sheaf.x_window()[0]
    wait(lambda: xdotool("getwindowfocus").strip() != window, "the keyboard to be the dialog's")
    entry = sheaf.find(("text", "entry"), "New name")
    wait(lambda: entry.has("focused"), "the entry to have the keyboard")
    sheaf.picture("client-ids-rename")
    sheaf.key("ctrl+a")
    sheaf.type("office & home")
    wait(lambda: entry.text == "office & home", "the new name in the entry")
    sheaf.picture("client-ids-renaming")
    sheaf.key("Return")
    sheaf.find(USE, "office & home")
    wait(lambda: keyring.lookup("office & home") == GOOD and not keyring.lookup("work"), "the new name")

    press(sheaf, "office & home", USE)
    wait_in_use(sheaf, "office & home")
    press(sheaf, "Forget “office & home”")
    sheaf.wait_toast("“office & home” is forgotten")
    wait(lambda: not keyring.lookup("office & home"), "the keyring to have forgotten it")
    assert in_use(sheaf) is None
    sheaf.picture("client-ids-forgotten")
    sheaf.press("push button", "Undo")
    wait_in_use(sheaf, "office & home")
    wait(lambda: keyring.lookup("office & home") == GOOD, "it back in the keyring")
    assert GOOD not in sheaf.said(), "the ID is in the log"
    assert sheaf.quit() == 0

    # The next run uses the one that was used last, and settings do not have it.
    again = start(stack, demo, "imgur:top")
    wait(lambda: again.tiles(), "the gallery that needs an ID")
    for folder, _, names in os.walk(os.environ["XDG_CONFIG_HOME"]):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                assert GOOD.encode() not in file.read(), f"the ID is in {name}"
    again.key("alt+Home")
    wait_in_use(again, "office & home")
    press(again, "Forget “office & home”")
    again.wait_toast(".* is forgotten")
    assert again.quit() == 0
    assert keyring.lookup("default") == GOOD


def locked(stack):
    """a keyring that is locked is said, with the names that are in it"""
    demo = Demo()
    stack.callback(demo.kill)
    keyring = Keyring()
    stack.callback(keyring.kill)
    keyring.lock()
    sheaf = start(stack, demo)
    sheaf.wait_words("keyring is locked")
    assert in_use(sheaf) is None
    sheaf.find(USE, "Default")
    sheaf.picture("client-ids-locked")
    assert sheaf.quit() == 0


def missing(stack):
    """without a keyring an ID is for this run only; it can be renamed and forgotten all the same"""
    demo = Demo()
    stack.callback(demo.kill)
    sheaf = start(stack, demo)
    open_entry(sheaf)
    add(sheaf, GOOD, "mine")
    sheaf.wait_words("The client ID works.*keyring")
    sheaf.wait_words("^For this run only$")
    wait_in_use(sheaf, "mine")
    sheaf.picture("client-ids-missing")
    press(sheaf, "Forget “mine”")
    sheaf.wait_toast("“mine” is forgotten")
    sheaf.press("push button", "Undo")
    wait_in_use(sheaf, "mine")
    assert sheaf.quit() == 0


run(several, locked, missing)
