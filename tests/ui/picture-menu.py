#!/usr/bin/python3
"""What the menu of a picture does: by keys, to thumbnails, to the clipboard

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess

from driver import Sheaf, run, thumbnails, wait, write_png, xdotool

CJK = "夏の終わりの海.png"


def make_folder(stack, names):
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    # What was made for another scenario does not count.
    shutil.rmtree(os.path.join(os.environ["XDG_CACHE_HOME"], "thumbnails"), ignore_errors=True)
    for i, name in enumerate(names):
        write_png(os.path.join(top, name), 320, 240, lambda x, y, i=i: (i * 7 % 256, x % 256, y % 256))
    return top


def start(stack, top, count):
    sheaf = Sheaf(top)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_words(rf"^{count} pictures?$")
    return sheaf


def tile_of(sheaf, name):
    return sheaf.wait_tile(re.compile("^" + re.escape(name) + ", Ready$"))


def open_menu(sheaf, keys="shift+F10"):
    sheaf.key(keys)
    return sheaf.find("menu item", "Copy Link")


def choose(sheaf, item):
    open_menu(sheaf)
    sheaf.press("menu item", item)


def wait_closed(sheaf):
    wait(lambda: not sheaf.seen("menu item", "Copy Link"), "the menu to close")


def keys(stack):
    """the Menu key and Shift+F10 open the menu at the tile that has the keyboard"""
    sheaf = start(stack, make_folder(stack, ["a.png", "b.png", "c.png"]), 3)
    sheaf.pick(tile_of(sheaf, "a.png"))
    # The tile beside it, which is not selected until then.
    for name, key in (("b.png", "Menu"), ("c.png", "shift+F10")):
        tile = tile_of(sheaf, name)
        sheaf.key("ctrl+Right")
        wait(lambda tile=tile: tile.has("focused"), f"{name} to have the keyboard")
        assert not tile.has("selected")
        x, y = sheaf.point(tile)
        item = open_menu(sheaf, key)
        assert tile.has("selected"), f"{name} is not selected"
        left, top = sheaf.point(item, 0, 0)
        _, _, wide, high = tile.box
        assert abs(left - x) < wide and abs(top - y) < high, f"the menu is at {left}, {top}; {name} at {x}, {y}"
        sheaf.key("Escape")
        wait_closed(sheaf)
    assert sheaf.quit() == 0


def stamp(path):
    """Another for another file under the same name: numbers of files are given out again."""
    info = os.stat(path)
    return info.st_ino, info.st_ctime_ns


def rebuild_and_clean_up(stack):
    """a thumbnail is made anew; thumbnails of what is gone are removed, and no others"""
    top = make_folder(stack, ["kept.png", "gone.png"])
    sheaf = start(stack, top, 2)
    for name in ("kept.png", "gone.png"):
        tile_of(sheaf, name)
    wait(lambda: len(thumbnails()) == 2, "two thumbnails")
    before = {path: stamp(path) for path in thumbnails()}
    sheaf.pick(tile_of(sheaf, "kept.png"))
    choose(sheaf, "Rebuild Thumbnail")

    def made_anew():
        return [path for path in thumbnails() if stamp(path) != before.get(path)]

    wait(lambda: len(thumbnails()) == 2 and made_anew(), "a new file in the cache")
    assert len(made_anew()) == 1, "both were made anew"
    tile_of(sheaf, "kept.png")

    os.unlink(os.path.join(top, "gone.png"))
    sheaf.focus()
    window = sheaf.x_window()[0]
    sheaf.key("ctrl+comma")
    wait(lambda: len(sheaf.frames) == 2, "preferences")
    wait(lambda: xdotool("getwindowfocus").strip() != window, "the keyboard to be the preferences'")
    sheaf.tab_to("push button", re.compile("^Clean"))
    sheaf.key("space")
    sheaf.wait_toast("1 thumbnail removed, .* freed")
    assert len(thumbnails()) == 1, thumbnails()
    sheaf.key("Escape")
    wait(lambda: len(sheaf.frames) == 1, "preferences to close")
    assert sheaf.quit() == 0


def clipboard(target=None):
    """What another program gets: the kinds there are, or one of them."""
    return subprocess.run(
        ["timeout", "10", "xclip", "-selection", "clipboard", "-o", "-t", target or "TARGETS"],
        check=True, capture_output=True,
    ).stdout


def copies(stack):
    """a copied picture is a picture and a file to others, a link an address and text"""
    top = make_folder(stack, ["a b.png", CJK])
    sheaf = start(stack, top, 2)
    sheaf.pick(tile_of(sheaf, "a b.png"))
    choose(sheaf, "Copy Picture")
    sheaf.wait_toast("Picture copied")
    kinds = clipboard().decode().split()
    assert {"image/png", "text/uri-list"} <= set(kinds), kinds
    copy = os.path.join(os.environ["HOME"], "copy.png")
    with open(copy, "wb") as file:
        file.write(clipboard("image/png"))
    stack.callback(os.unlink, copy)
    differing = subprocess.run(
        ["compare", "-metric", "AE", copy, os.path.join(top, "a b.png"), "null:"], capture_output=True, text=True
    ).stderr
    assert differing.split()[0] == "0", f"{differing} pixels differ"
    assert clipboard("text/uri-list").decode().split() == ["file://" + top + "/a%20b.png"]

    sheaf.pick(tile_of(sheaf, CJK), modifiers=["ctrl"])
    choose(sheaf, "Copy Link")
    sheaf.wait_toast("Links copied")
    links = clipboard("text/uri-list").decode().split()
    assert len(links) == 2 and links[0].endswith("/a%20b.png") and links[1].endswith(".png"), links
    assert clipboard("UTF8_STRING").decode().split("\n") == links

    # And by keys, where nothing but one picture is meant.
    sheaf.pick(tile_of(sheaf, CJK))
    sheaf.key("ctrl+c")
    wait(lambda: clipboard("text/uri-list").decode().split() == links[1:], "the other picture on the clipboard")
    assert sheaf.quit() == 0


run(keys, rebuild_and_clean_up, copies)
