#!/usr/bin/python3
"""A client ID is checked: a wrong one is refused in words, a right one is taken

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re

from driver import Demo, Sheaf, matches, run

ID_ROW = re.compile("Imgur Client ID")


def open_entry(sheaf):
    sheaf.wait_window()
    row = sheaf.find(name=ID_ROW)
    sheaf.reveal(row)
    sheaf.click(row)
    return sheaf.find(("text", "password text", "entry"), re.compile("Client ID, 15"))


def check(sheaf, entry, words):
    sheaf.reveal(entry)
    sheaf.click(entry)
    sheaf.key("ctrl+a")
    sheaf.type(words)
    button = sheaf.find("push button", "Check and Use")
    sheaf.reveal(button)
    sheaf.click(button)


def signs_in(stack):
    """the right ID works, and it is said that there is no keyring"""
    demo = Demo()
    stack.callback(demo.kill)
    sheaf = Sheaf(environment={"SHEAF_IMGUR_API": demo.url})
    stack.callback(sheaf.kill)
    check(sheaf, open_entry(sheaf), "0123456789abcde")
    # There is no keyring in this session, which is said too.
    sheaf.wait_words(r"The client ID works.*keyring")
    sheaf.wait_words(r"^Signed in$")
    sheaf.picture("sign-in")
    assert "0123456789abcde" not in sheaf.said(), "the ID is in the log"
    assert sheaf.quit() == 0


def refuses(stack):
    """a wrong ID is refused in words, and can be put right at once"""
    demo = Demo()
    stack.callback(demo.kill)
    sheaf = Sheaf(environment={"SHEAF_IMGUR_API": demo.url})
    stack.callback(sheaf.kill)
    entry = open_entry(sheaf)
    check(sheaf, entry, "zzzzzzzzzzzzzzz")
    said = sheaf.wait_words(r"(?i)refus|not accept|does not know|no longer|invalid")
    assert not matches(re.compile("403|401|HTTP|GError|quark"), said), f"no words for a person: {said}"
    sheaf.picture("sign-in-refused")
    check(sheaf, entry, "0123456789abcde")
    sheaf.wait_words(r"The client ID works")
    assert sheaf.quit() == 0


def nobody_answers(stack):
    """with nobody at the address it says so, and not that the ID is wrong"""
    sheaf = Sheaf(environment={"SHEAF_IMGUR_API": "http://127.0.0.1:9/3"})
    stack.callback(sheaf.kill)
    check(sheaf, open_entry(sheaf), "0123456789abcde")
    sheaf.wait_words(r"(?i)does not answer|no answer|connect")
    assert sheaf.quit() == 0


run(signs_in, refuses, nobody_answers)
