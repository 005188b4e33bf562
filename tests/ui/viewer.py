#!/usr/bin/python3
"""The viewer: every pixel at 100 %, zoomed, moved about, turned as the camera was held

What is checked is the screen: pictures are made so that each pixel says where in the picture it is.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import struct
import subprocess

from driver import Demo, Sheaf, drag, point_at, run, wait, write_png, xdotool

WIDE, HIGH = 1500, 1300


def colour(x, y):
    """Tells any pixel of the picture from any other."""
    return x % 256, y % 256, x // 256 * 16 + y // 256


def place(pixel):
    """The opposite of colour()."""
    return pixel[2] // 16 * 256 + pixel[0], pixel[2] % 16 * 256 + pixel[1]


def make_folder(stack):
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    return top


def screen(left, top, width, height):
    """Rows of pixels."""
    found = subprocess.run(
        ["import", "-window", "root", "-crop", f"{width}x{height}+{left}+{top}", "+repage", "-depth", "8", "rgb:-"],
        check=True, capture_output=True,
    ).stdout
    return [
        [tuple(found[(y * width + x) * 3 : (y * width + x) * 3 + 3]) for x in range(width)] for y in range(height)
    ]


class View:
    """The part of the screen that shows the picture."""

    def __init__(self, sheaf, title):
        self.sheaf = sheaf
        # Icons are images, too.
        self.node = sheaf.find("image", title, lambda node: node.box[2] > 200)

    def middle(self):
        return self.sheaf.point(self.node)

    def pixel(self, dx=0, dy=0):
        x, y = self.middle()
        return screen(x + dx, y + dy, 1, 1)[0][0]

    def label(self):
        return next((node.name for node in self.sheaf.seen("label", re.compile(r"^\d+%$"))), None)

    def wait_zoom(self, text):
        wait(lambda: self.label() == text, f"a zoom of {text}")


def open_picture(stack, top, name):
    sheaf = Sheaf(top)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    tile = sheaf.wait_tile(re.compile("^" + re.escape(name) + ", Ready$"))
    sheaf.pick(tile)
    sheaf.key("Return")
    view = View(sheaf, name)
    # Keys are the picture's once it has come to its place.
    wait(lambda: view.node.has("focused"), "the picture to have the keyboard")
    # What lights up below the pointer would stand in the picture.
    point_at(3, 3)
    return sheaf, view


def exact(view, size=160):
    """Where in the picture the middle of the view is, once the screen shows its pixels and no others."""
    x, y = view.middle()

    def look():
        rows = screen(x - size // 2, y - size // 2, size, size)
        left, top = place(rows[0][0])
        wanted = [[colour(left + i, top + j) for i in range(size)] for j in range(size)]
        return (left + size // 2, top + size // 2) if rows == wanted else None

    return wait(look, "every pixel of the picture, and no other")


def pixels(stack):
    """at 100 % the screen shows the picture's pixels; arrows, the pointer and the wheel move about in it"""
    top = make_folder(stack)
    write_png(os.path.join(top, "map.png"), WIDE, HIGH, colour)
    sheaf, view = open_picture(stack, top, "map.png")
    sheaf.key("1")
    view.wait_zoom("100%")
    begin = exact(view)
    assert abs(begin[0] - WIDE // 2) <= 1 and abs(begin[1] - HIGH // 2) <= 1, f"not the middle: {begin}"

    sheaf.key("Right")
    wait(lambda: exact(view) == (begin[0] + 80, begin[1]), "80 pixels to the right")
    sheaf.key("Down")
    wait(lambda: exact(view) == (begin[0] + 80, begin[1] + 80), "80 pixels down")
    sheaf.key("Left", "Up")
    wait(lambda: exact(view) == begin, "where it was")

    x, y = view.middle()
    drag((x + 60, y + 40), (x - 40, y - 20))
    point_at(3, 3)
    moved = wait(lambda: exact(view), "the picture after a drag")
    assert moved[0] - begin[0] > 60 and moved[1] - begin[1] > 30, f"from {begin} to {moved}"
    sheaf.key("1")
    assert exact(view) == moved, "100 % again moved it"

    # Never beyond the edge.
    for _ in range(15):
        sheaf.key("Left", "Up")
    _, _, wide, high = view.node.box
    wait(lambda: exact(view) == (wide // 2, high // 2), "the corner of the picture in that of the view")

    # What is under the pointer stays there.
    point_at(x, y)
    under = place(view.pixel())
    xdotool("click", 4)
    view.wait_zoom("125%")
    xdotool("click", 4)
    view.wait_zoom("156%")
    there = place(view.pixel())
    assert abs(there[0] - under[0]) <= 1 and abs(there[1] - under[1]) <= 1, f"{under} became {there}"
    xdotool("click", 5)
    view.wait_zoom("125%")
    sheaf.key("minus")
    view.wait_zoom("100%")
    exact(view)
    sheaf.key("0")
    wait(lambda: view.label() != "100%", "the whole picture")
    assert sheaf.quit() == 0


def turned(stack):
    """a picture is turned as its camera says, on the screen and in its details"""
    top = make_folder(stack)
    path = os.path.join(top, "held.jpg")
    subprocess.run(
        ["convert", "-size", "200x400", "xc:#d02020", "(", "-size", "200x400", "xc:#2020d0", ")", "+append",
         "-quality", "95", "-strip", path], check=True,
    )
    with open(path, "rb") as file:
        data = file.read()
    # Turned to the right by a quarter: what is at the left stands above.
    tags = struct.pack(">HHHIHH", 1, 0x0112, 3, 1, 6, 0) + b"\0\0\0\0"
    exif = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + tags
    with open(path, "wb") as file:
        file.write(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])
    sheaf, view = open_picture(stack, top, "held.jpg")

    def is_turned():
        above, below = view.pixel(0, -60), view.pixel(0, 60)
        return above[0] > 150 > 100 > above[2] and below[2] > 150 > 100 > below[0] and view.pixel(60, -60)[0] > 150

    wait(is_turned, "red above blue")
    sheaf.key("F9")
    sheaf.wait_words("^400 × 400 pixels$")
    assert sheaf.quit() == 0


def cover(stack):
    """an album is looked at by its cover in full"""
    demo = Demo()
    stack.callback(demo.kill)
    sheaf = Sheaf("imgur:hot", environment={"SHEAF_IMGUR_API": demo.url, "IMGUR_CLIENT_ID": "0123456789abcde"})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    tile = sheaf.wait_tile(re.compile("^Tide tables"))
    sheaf.pick(tile)
    sheaf.key("Return")
    view = View(sheaf, None)
    wait(lambda: view.node.has("focused"), "the picture to have the keyboard")
    sheaf.key("F9")

    def width():
        found = next((words for words in sheaf.words() if re.fullmatch(r"\d+ × \d+ pixels", words)), "0")
        return int(found.split()[0])

    wait(lambda: width() > 320, "the dimensions of the cover")
    assert sheaf.quit() == 0


def still(stack):
    """with animations off the viewer opens, takes keys, and closes"""
    settings = os.path.join(os.environ["XDG_CONFIG_HOME"], "gtk-4.0", "settings.ini")
    with open(settings, encoding="utf-8") as file:
        before = file.read()

    def restore():
        with open(settings, "w", encoding="utf-8") as file:
            file.write(before)

    stack.callback(restore)
    with open(settings, "a", encoding="utf-8") as file:
        file.write("gtk-enable-animations=0\n")
    top = make_folder(stack)
    write_png(os.path.join(top, "map.png"), WIDE, HIGH, colour)
    sheaf, view = open_picture(stack, top, "map.png")
    sheaf.key("1")
    view.wait_zoom("100%")
    exact(view)
    sheaf.key("Escape")
    sheaf.wait_tile(re.compile("^map.png"))
    assert sheaf.quit() == 0


run(pixels, turned, cover, still)
