#!/usr/bin/python3
"""Pictures in the order, and of the kind, that was asked for

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess

from driver import Sheaf, run, wait, write_png

# Name, bytes added at its end, day of 2024; what they add up to differs for every order.
PICTURES = (
    ("photo 2.png", 3000, 5),
    ("photo 10.png", 9000, 2),
    ("alps.png", 6000, 9),
    ("beach.jpg", 30000, 7),
    ("tower.gif", 1, 3),
    ("broken.png", 0, 1),
)


def make_folder(stack):
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    for name, extra, day in PICTURES:
        path = os.path.join(top, name)
        if name == "broken.png":
            with open(path, "wb") as file:
                file.write(b"\x89PNG\r\n\x1a\n" + b"nothing" * 40)
        elif name.endswith(".png"):
            write_png(path, 40, 30, lambda x, y: (x * 6, y * 8, 100))
        else:
            subprocess.run(["convert", "-size", "40x30", "xc:olive", path], check=True)
        # What follows the end of a picture belongs to nobody, and is passed over.
        with open(path, "ab") as file:
            file.write(b"\0" * extra)
        os.utime(path, (1704067200 + day * 86400,) * 2)
    return top


def start(stack):
    sheaf = Sheaf(make_folder(stack))
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_words(r"^5 of 6 pictures$")
    return sheaf


def order(sheaf):
    return [tile.name.split(",")[0] for tile in sheaf.tiles()]


def choose_order(sheaf, key):
    sheaf.press("push button", "More")
    sheaf.press("menu item", key)


def wait_order(sheaf, wanted, what):
    try:
        wait(lambda: order(sheaf) == wanted, what)
    except AssertionError as error:
        raise AssertionError(f"{what}: {order(sheaf)}, not {wanted}") from error


def sorts(stack):
    """sorted by name, date, size, type, state, and as given"""
    sheaf = start(stack)
    given = order(sheaf)
    assert len(given) == len(PICTURES), given
    names = ["alps.png", "beach.jpg", "broken.png", "photo 2.png", "photo 10.png", "tower.gif"]  # 2 before 10
    dates = [name for name, _, _ in sorted(PICTURES, key=lambda picture: -picture[2])]
    top = os.path.join(os.environ["HOME"], "shelf")
    sizes = sorted(os.listdir(top), key=lambda name: -os.path.getsize(os.path.join(top, name)))
    kinds = ["tower.gif", "beach.jpg", "alps.png", "broken.png", "photo 2.png", "photo 10.png"]
    states = ["alps.png", "beach.jpg", "photo 2.png", "photo 10.png", "tower.gif", "broken.png"]
    for key, wanted in (("Date", dates), ("Size", sizes), ("Name", names), ("Type", kinds), ("State", states)):
        choose_order(sheaf, key)
        wait_order(sheaf, wanted, key)
    choose_order(sheaf, "Order Given")
    wait_order(sheaf, given, "as given")
    assert sheaf.quit() == 0


def filters(stack):
    """only the ready, the failed, those of a name or a type; and that there are none is said"""
    sheaf = start(stack)

    def show(what):
        choice = sheaf.press("combo box", "Which pictures are shown")

        def labels():
            return [label.name for label in choice.find_all("label") if label.box[2] > 0]

        wait(lambda: len(labels()) > 4, "the choices")
        # The rows of such a list have no names for the tree: by keys.
        sheaf.key("Home", *["Down"] * ("All", "In Progress", "Ready", "Failed").index(what), "Return")
        wait(lambda: labels() == [what], f"“{what}” to be chosen")

    show("Failed")
    wait_order(sheaf, ["broken.png"], "the failed")
    show("Ready")
    wait(lambda: len(order(sheaf)) == 5 and "broken.png" not in order(sheaf), "the ready")
    show("In Progress")
    sheaf.wait_words("^No Results Found$")
    show("All")
    wait(lambda: len(order(sheaf)) == 6, "all of them")

    sheaf.focus()
    sheaf.key("ctrl+f")
    entry = sheaf.find(("text", "entry"), re.compile("^Find by"))
    wait(lambda: entry.has("focused"), "the search to have the keyboard")
    for words, wanted in (("PHOTO", {"photo 2.png", "photo 10.png"}), ("gif", {"tower.gif"}), ("jpeg", {"beach.jpg"})):
        sheaf.key("ctrl+a")
        sheaf.type(words)
        wait(lambda wanted=wanted: set(order(sheaf)) == wanted, f"those of “{words}”")
    sheaf.key("ctrl+a")
    sheaf.type("nowhere")
    sheaf.wait_words("^No Results Found$")
    sheaf.key("Escape")
    wait(lambda: len(order(sheaf)) == 6, "all of them again")
    assert sheaf.quit() == 0


run(sorts, filters)
