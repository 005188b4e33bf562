#!/usr/bin/python3
"""The window in a language that runs from right to left, every word of it translated

The words are those of the template with a Hebrew letter in front: what shows up without one was never
given to the translators.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import subprocess

from driver import CLASS_NAME, TOP, Failure, Sheaf, run, wait

HEBREW = re.compile("[א-ת]")
# Names are the same in every language.
SAME = {"Sheaf", "Imgur", "io.github.sheaf_app.Sheaf"}
# And so is what a file or a folder is called.
FILE = re.compile(r"/.*|[\w.-]+\.\w{3,4}")


def pseudo_locale():
    work = os.environ["HOME"]
    folder = os.path.join(work, "locale", "he", "LC_MESSAGES")
    os.makedirs(folder, exist_ok=True)
    template, words = os.path.join(work, "sheaf.pot"), os.path.join(work, "he.po")

    def call(*command):
        subprocess.run(command, check=True, capture_output=True, cwd=TOP)

    call(os.path.join(TOP, "build-aux", "update-po"), "--template", template)
    call("msgen", template, "-o", words)
    call("msgfilter", "--keep-header", "-i", words, "-o", words + ".he", "sed", "s/^\\(.\\)/ש\\1/")
    call("msgfmt", words + ".he", "-o", os.path.join(folder, "sheaf.mo"))
    return os.path.join(work, "locale")


def real_locale():
    """One that is made here: C.UTF-8 has no languages from glibc 2.39 on, and others need not be there."""
    folder = os.path.join(os.environ["HOME"], "locales")
    os.makedirs(folder, exist_ok=True)
    # It warns of what it finds in its own files, with status 1.
    subprocess.run(
        ["localedef", "--no-archive", "-i", "he_IL", "-f", "UTF-8", os.path.join(folder, "he_IL.UTF-8")],
        capture_output=True,
    )
    return folder


def start(stack, *arguments):
    environment = {
        "LOCPATH": real_locale(), "LC_ALL": "he_IL.UTF-8", "LANGUAGE": "he", "SHEAF_LOCALE_DIR": pseudo_locale(),
    }
    sheaf = Sheaf(*arguments, environment=environment)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def mirrored(stack):
    """the layout is mirrored: the menu on the left, the way back on the right"""
    sheaf = start(stack, "demo:")
    tiles = wait(lambda: len(sheaf.tiles()) > 2 and sheaf.tiles(), "tiles")
    width = sheaf.frames[0].box[2]
    menu = sheaf.find("push button", "שMain menu")
    assert menu.box[0] < width / 2, f"the main menu is on the right: {menu.box}"
    back = sheaf.find("push button", "שAll galleries")
    assert back.box[0] > width / 2, f"the way back is on the left: {back.box}"
    assert tiles[0].box[0] > tiles[1].box[0], "the grid runs from left to right"
    sheaf.picture("rtl-gallery")


def translated(stack):
    """no page shows words that translators never saw"""
    sheaf = start(stack)
    pages = {}

    def look(page):
        pages[page] = [
            node.name for node, _ in sheaf.root.walk()
            if node.box[2] > 0 and re.search("[A-Za-z]{3}", node.name) and not HEBREW.search(node.name)
            and node.name not in SAME and not FILE.fullmatch(node.name) and not CLASS_NAME.fullmatch(node.name)
        ]
        sheaf.picture("rtl-" + page)

    look("welcome")
    for page in ("Downloads", "Folder"):
        sheaf.press("page tab", re.compile(page))
        wait(lambda: sheaf.find("page tab", re.compile(page)), page)
        look(page)
    sheaf.focus()
    sheaf.key("ctrl+comma")
    wait(lambda: len(sheaf.frames) == 2, "preferences")
    look("preferences")
    bad = {page: names for page, names in pages.items() if names}
    if bad:
        raise Failure(f"not translated: {bad}")


run(mirrored, translated)
