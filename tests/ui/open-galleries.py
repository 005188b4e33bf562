#!/usr/bin/python3
"""Galleries that need no key: found, searched, filtered, downloaded, with author and licence in sight

SPDX-License-Identifier: GPL-3.0-or-later
"""
import glob
import os
import re

from driver import Demo, Sheaf, run, wait

FOLDER = os.path.join(os.environ["HOME"], "Pictures")
COMMONS = "Wikimedia Commons"


def start(stack, *arguments):
    demo = Demo("--count", "120")
    stack.callback(demo.kill)
    api = demo.url.removesuffix("/3") + "/commons/w/api.php"
    sheaf = Sheaf(*arguments, environment={"SHEAF_COMMONS_API": api})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def wait_tiles(sheaf):
    return wait(lambda: len(sheaf.tiles()) >= 2 and sheaf.tiles(), "tiles")


def files():
    return [path for path in glob.glob(FOLDER + "/**/*", recursive=True) if os.path.isfile(path)]


def seen(sheaf, pattern):
    """Where words stand within the window; what is folded away lies beside it."""
    pattern = re.compile(pattern)
    return wait(
        lambda: [
            node for node in sheaf.seen()
            if (pattern.search(node.name) or pattern.search(node.text)) and sheaf.on_screen(node)
        ],
        f"{pattern.pattern} on the screen",
    )


def says_licence(stack):
    """the first page leads to Commons without a key, and the viewer says who made a picture"""
    sheaf = start(stack)
    row = sheaf.find("list item", where=lambda node: any(COMMONS in part.name for part, _ in node.walk()))
    sheaf.reveal(row)
    sheaf.click(row)
    first = wait_tiles(sheaf)[0]
    sheaf.picture("open-commons")
    sheaf.pick(first)
    sheaf.press("push button", re.compile(r"^Download 1$"))
    wait(files, "a picture in the folder")

    sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Gallery"))
    sheaf.click(wait_tiles(sheaf)[0], repeat=2)
    sheaf.press(("push button", "toggle button"), "Details")
    seen(sheaf, r"^(northlight|heronandhill|marlow|ada_k|tilde)$")
    seen(sheaf, r"^(CC0|Public domain|CC BY(-SA)? \d\.0)$")
    sheaf.picture("open-viewer")
    assert sheaf.quit() == 0


def filters_and_searches(stack):
    """a licence is chosen, words are searched for, and the bars say what is shown"""
    sheaf = start(stack, "commons:quality")
    wait_tiles(sheaf)
    seen(sheaf, "^Quality images$")
    seen(sheaf, r"^\d+ pictures$")
    # To newer GTK it is called what it shows.
    sheaf.press("combo box", re.compile("^(Any )?Licence$"))
    seen(sheaf, "^CC0$")
    sheaf.key("Down", "Down", "Return")
    shown = seen(sheaf, r"^\d+ of \d+ pictures$")[0]
    count = re.match(r"(\d+) of (\d+)", shown.text or shown.name).groups()
    assert 0 < int(count[0]) < int(count[1]), count
    seen(sheaf, rf"^_?Download {count[0]}")
    sheaf.picture("open-filtered")

    search = sheaf.find(("text", "entry"), where=lambda node: node.has("editable"))
    sheaf.click(search)
    sheaf.type("fractal")
    sheaf.key("Return")
    seen(sheaf, "^Search for “fractal”$")
    seen(sheaf, "^Search results$")
    wait_tiles(sheaf)
    sheaf.picture("open-search")
    assert sheaf.quit() == 0


run(says_licence, filters_and_searches)
