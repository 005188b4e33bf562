#!/usr/bin/python3
"""Contact sheets of one and of many pictures, as PDF and as PNG

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess

from driver import Failure, Sheaf, run, wait, write_png

LONG = "A name so long that no tile, no title and no line of a contact sheet has ever had room for it.png"
CJK = "夏の終わりの海.png"
MANY = 300


def start(stack, names):
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    for i, name in enumerate(names):
        write_png(os.path.join(top, name), 64, 48, lambda x, y, i=i: (i * 7 % 256, x * 4, y * 5))
    sheaf = Sheaf(top)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_words(rf"^{len(names)} pictures?$", 90)
    out = os.path.join(os.environ["HOME"], "out")
    os.makedirs(out)
    stack.callback(keep, out)
    return sheaf, top, out


def keep(out):
    """They are to be looked at, too."""
    if os.environ.get("SHEAF_PICTURES"):
        shutil.copytree(out, os.environ["SHEAF_PICTURES"], dirs_exist_ok=True)
    shutil.rmtree(out)


def pick_first(sheaf):
    sheaf.pick(wait(lambda: sheaf.tiles(), "tiles")[0])


def chooser_is_there():
    """The tree has it as neither frame nor dialog."""
    tree = subprocess.run(["xwininfo", "-root", "-tree"], check=True, capture_output=True, text=True).stdout
    return '"Save Contact Sheet"' in tree


def write_sheet(sheaf, path):
    """Asks for a contact sheet of what is selected under this name."""
    sheaf.key("shift+F10")
    sheaf.press("menu item", "Contact Sheet…")
    wait(chooser_is_there, "the file chooser")
    wait(lambda: any(node.has("focused") for node in sheaf.find_all("text")), "the name to have the keyboard")
    entry = next(node for node in sheaf.find_all("text") if node.has("focused"))
    sheaf.key("ctrl+a")
    sheaf.type(path)
    wait(lambda: entry.text == path, f"{path} in the entry")
    sheaf.key("Return")
    wait(lambda: not chooser_is_there(), "the file chooser to close")
    # It gets its name when it is whole.
    wait(lambda: os.path.exists(path), path, 90)


def pdf_pages(path):
    said = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    return int(re.search(r"^Pages: +(\d+)", said, re.MULTILINE).group(1))


def png_size(path):
    said = subprocess.run(["identify", "-format", "%m %w %h", path], check=True, capture_output=True, text=True).stdout
    kind, width, height = said.split()
    assert kind == "PNG", said
    return int(width), int(height)


def one(stack):
    """of one picture: a page, and as wide as a page in the PNG"""
    sheaf, _, out = start(stack, [LONG])
    pick_first(sheaf)
    write_sheet(sheaf, out + "/one.png")
    assert png_size(out + "/one.png")[0] > 1000
    write_sheet(sheaf, out + "/one.pdf")
    assert pdf_pages(out + "/one.pdf") == 1
    # Without an ending it is what was proposed.
    write_sheet(sheaf, out + "/sheet")
    assert pdf_pages(out + "/sheet") == 1
    assert sheaf.quit() == 0


def some(stack):
    """of 30, one of them gone: a PNG about as wide as it is tall"""
    sheaf, top, out = start(stack, [f"{i:02}.png" for i in range(30)])
    os.unlink(os.path.join(top, "07.png"))
    pick_first(sheaf)
    sheaf.key("ctrl+a")
    write_sheet(sheaf, out + "/some.png")
    width, height = png_size(out + "/some.png")
    assert width > 1500 and width < 2 * height and height < 2 * width, f"{width} × {height}"
    assert sheaf.quit() == 0


def many(stack):
    """of 300, with long and foreign names: all of them are in the PDF"""
    names = [LONG, CJK] + [f"z{i:03}.png" for i in range(MANY - 2)]
    sheaf, _, out = start(stack, names)
    pick_first(sheaf)
    sheaf.key("ctrl+a")
    write_sheet(sheaf, out + "/many.pdf")
    assert pdf_pages(out + "/many.pdf") == MANY / 20, pdf_pages(out + "/many.pdf")
    text = subprocess.run(["pdftotext", out + "/many.pdf", "-"], check=True, capture_output=True, text=True).stdout
    missing = [name for name in names[1:] if name not in text]
    if missing:
        raise Failure(f"not in the contact sheet: {missing}")
    assert LONG[:10] in text, "the long name is not there"
    assert sheaf.quit() == 0


run(one, some, many)
