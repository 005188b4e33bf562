#!/usr/bin/python3
"""The installed Flatpak: sign in, download, write the author in, and drop, all inside the sandbox

Run by build-aux/flatpak-offline.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import contextlib
import hashlib
import os
import re
import subprocess
import time

from gi.repository import GLib

from driver import Demo, Program, Thunar, drag, run, thumbnails, wait, xdotool

ID = "io.github.sheaf_app.Sheaf"
PICTURES = os.path.join(os.environ["HOME"], "Pictures", "Sheaf")


class Flatpak(Program):
    def __init__(self, *arguments, environment=None):
        options = [f"--env={name}={value}" for name, value in (environment or {}).items()]
        super().__init__(["flatpak", "--user", "run", *options, ID, *arguments], title="^Sheaf$", app_name=ID)

    def kill(self):
        subprocess.run(["flatpak", "kill", ID], capture_output=True)
        super().kill()


def downloaded():
    return [name for _, _, names in os.walk(PICTURES) for name in names if not name.startswith(".")]


def demo_gallery(stack):
    """the demo gallery is browsed, a picture lands in Pictures/Sheaf, its tile is ready"""
    began = time.monotonic()
    sheaf = Flatpak()
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    print(f"# start to window: {time.monotonic() - began:.1f} s", flush=True)
    sheaf.picture("flatpak-welcome")
    sheaf.press("push button", "Browse the Demo Gallery")
    tile = wait(lambda: sheaf.tiles(), "tiles")[0]
    sheaf.click(tile)
    wait(lambda: tile.has("selected"), "the tile to be selected")
    sheaf.press("push button", re.compile("^Download"))
    wait(downloaded, "a picture in Pictures/Sheaf")
    sheaf.press("page tab", re.compile("Downloads"))
    sheaf.wait_tile(re.compile(", Ready$"))
    sheaf.picture("flatpak-downloads")


def signs_in(stack):
    """a client ID is checked from inside"""
    demo = Demo()
    stack.callback(demo.kill)
    sheaf = Flatpak(environment={"SHEAF_IMGUR_API": demo.url})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    row = sheaf.find(name=re.compile("Imgur Client ID"))
    sheaf.reveal(row)
    sheaf.click(row)
    entry = sheaf.find(("text", "password text", "entry"), re.compile("Client ID, 15"))
    sheaf.reveal(entry)
    sheaf.click(entry)
    sheaf.type("0123456789abcde")
    button = sheaf.find("push button", "Check and Use")
    sheaf.reveal(button)
    sheaf.click(button)
    sheaf.wait_words("The client ID works")
    sheaf.picture("flatpak-sign-in")


def embeds(stack):
    """a licensed picture is downloaded with its author and licence written into it, by a helper in there"""
    demo = Demo()
    stack.callback(demo.kill)
    before = set(downloaded())
    api = demo.url.removesuffix("/3") + "/commons/w/api.php"
    subprocess.run(
        ["flatpak", "--user", "run", f"--env=SHEAF_COMMONS_API={api}", "--command=sheaf-cli", ID, "download",
         "commons:search/light", "--limit", "2", "--types", "jpeg", "--write-metadata", "-o", PICTURES],
        check=True, timeout=120, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
    new = sorted(name for name in set(downloaded()) - before if name.endswith((".jpg", ".jpeg")))
    assert new, "nothing was downloaded"
    for name in new:
        with open(os.path.join(PICTURES, name), "rb") as file:
            content = file.read()
        packet = content[content.index(b"<x:xmpmeta"):content.index(b"</x:xmpmeta>")].decode()
        assert "dc:creator" in packet and "dc:rights" in packet, packet
    print("# written into:", *new, flush=True)


def drops(stack):
    """a folder the sandbox may not read says so, with a button that asks for it; one it may is shown"""
    inside = os.path.join(PICTURES, "mine")
    outside = os.path.join(os.environ["HOME"], "elsewhere")
    for folder in (os.path.join(outside, "holiday"), inside):
        os.makedirs(folder, exist_ok=True)
        for i in range(3):
            subprocess.run(["convert", "-size", "300x200", "plasma:", os.path.join(folder, f"{i}.jpg")], check=True)
    sheaf = Flatpak()
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    thunar = Thunar(outside)
    stack.callback(thunar.kill)
    start = thunar.first_icon()
    window = sheaf.x_window()[0]
    xdotool("windowsize", window, 780, 700)
    xdotool("windowmove", window, 460, 60)
    wait(lambda: abs(sheaf.x_window()[1] - 460) < 80, "the window at its place")
    drag(start, sheaf.point(sheaf.frames[0]))
    sheaf.wait_words(r"may not read")
    sheaf.find("push button", re.compile("Choose|Allow"))
    sheaf.picture("flatpak-drop-outside")
    thunar.kill()

    subprocess.run(["flatpak", "--user", "run", ID, inside], timeout=60, check=True)
    sheaf.wait_words(r"^3 (of 3 )?pictures$")
    sheaf.wait_tile(re.compile(", Ready$"))
    # The desktop's own cache has them, under the names every other program looks for.
    for i in range(3):
        address = GLib.filename_to_uri(os.path.join(inside, f"{i}.jpg"))
        name = hashlib.md5(address.encode()).hexdigest() + ".png"
        wait(lambda: name in map(os.path.basename, thumbnails()), f"the thumbnail of {address}")
    sheaf.picture("flatpak-folder")


def filters(pid):
    """How many system-call filters a process is under."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"^Seccomp_filters:\s*(\d+)", status.read(), re.MULTILINE).group(1))


def confined(stack):
    """helpers are confined inside the sandbox too, by a filter more than the window is under"""
    inside = os.path.join(PICTURES, "more")
    os.makedirs(inside)
    for i in range(40):
        subprocess.run(["convert", "-size", "1200x900", "plasma:", os.path.join(inside, f"{i}.png")], check=True)
    sheaf = Flatpak(inside)
    stack.callback(sheaf.kill)

    def look():
        pids = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError, AttributeError), open(f"/proc/{pid}/cmdline", "rb") as command:
                program = os.path.basename(command.read().split(b"\0")[0])
                sandboxed = os.readlink(f"/proc/{pid}/ns/pid") != os.readlink("/proc/self/ns/pid")
                if sandboxed and program in (b"sheaf", b"sheaf-thumbnailer"):
                    pids[program] = filters(pid)
        return pids if len(pids) == 2 and pids[b"sheaf-thumbnailer"] > pids[b"sheaf"] > 0 else None

    print("# filters:", wait(look, "a helper under a filter of its own"), flush=True)
    sheaf.wait_words(r"^40 (of 40 )?pictures$")


run(demo_gallery, signs_in, embeds, drops, confined)
