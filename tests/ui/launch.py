#!/usr/bin/python3
"""Sheaf as the desktop starts it: D-Bus activation, actions, Open With, one instance

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import subprocess
from xml.etree import ElementTree

from driver import BUILD, TOP, Demo, Running, Sheaf, run, wait, xdotool

ID = "io.github.sheaf_app.Sheaf"


def call(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


def actions():
    said = call("gdbus", "call", "--session", "--dest", ID, "--object-path", "/io/github/sheaf_app/Sheaf",
                "--method", "org.gtk.Actions.List")
    return set(re.findall(r"'([\w-]+)'", said))


def pictures(stack, count):
    top = os.path.join(os.environ["HOME"], "shelf")
    os.makedirs(top)
    stack.callback(shutil.rmtree, top)
    for i in range(count):
        subprocess.run(["convert", "-size", "300x200", "plasma:", os.path.join(top, f"{i}.jpg")], check=True)
    return top


def activated(stack):
    """activated over D-Bus, as by its launcher; the action “demo” opens the demo gallery"""
    call("gapplication", "launch", ID)
    sheaf = Running(ID)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    assert {"demo", "new-window"} <= actions(), actions()
    call("gapplication", "action", ID, "demo")
    wait(lambda: sheaf.tiles(), "the tiles of the demo gallery")
    call("gapplication", "action", ID, "new-window")
    wait(lambda: len(sheaf.frames) == 2, "a second window")


def cold_action(stack):
    """the launcher's action starts Sheaf when it is not there yet"""
    call("gapplication", "action", ID, "demo")
    sheaf = Running(ID)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    wait(lambda: sheaf.tiles(), "the tiles of the demo gallery")


def open_with(stack):
    """Open With from a file manager: a folder, then two of its pictures, then an address; one window takes all"""
    top = pictures(stack, 3)
    call("gapplication", "launch", ID, top)
    sheaf = Running(ID)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_words(r"^3 (of 3 )?pictures$")
    call("gapplication", "launch", ID, os.path.join(top, "0.jpg"), os.path.join(top, "2.jpg"))
    sheaf.wait_words(r"^2 (of 2 )?pictures$")
    call("gapplication", "launch", ID, "demo:")
    wait(lambda: len(sheaf.tiles()) > 3, "the tiles of the demo gallery")
    assert len(sheaf.frames) == 1


def one_instance(stack):
    """a second start hands over what it was given, and ends well"""
    top = pictures(stack, 2)
    first = Sheaf()
    stack.callback(first.kill)
    first.wait_window()
    second = subprocess.run([os.path.join(BUILD, "ui", "sheaf"), top], timeout=30)
    assert second.returncode == 0, second.returncode
    first.wait_words(r"^2 (of 2 )?pictures$")
    assert len(first.frames) == 1
    third = subprocess.run([os.path.join(BUILD, "ui", "sheaf"), "--new-window"], timeout=30)
    assert third.returncode == 0, third.returncode
    wait(lambda: len(first.frames) == 2, "a second window of the first instance")


def desktop_file(stack):
    """every action the desktop file offers is one the program has"""
    with open(os.path.join(BUILD, "data", ID + ".desktop"), encoding="utf-8") as file:
        text = file.read()
    offered = re.search(r"^Actions=(.*)$", text, re.MULTILINE).group(1).strip(";").split(";")
    call("gapplication", "launch", ID)
    sheaf = Running(ID)
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    assert set(offered) <= actions(), offered

    # It may be started by the bus, and is offered for what it opens.
    assert re.search("^DBusActivatable=true$", text, re.MULTILINE)
    types = set(re.search(r"^MimeType=(.*)$", text, re.MULTILINE).group(1).strip(";").split(";"))
    assert {"inode/directory", "image/jpeg", "image/png", "image/gif", "image/webp"} <= types, types


def metainfo(stack):
    """the pictures its description shows are there, its newest release is this one, its contents are rated"""
    root = ElementTree.parse(os.path.join(BUILD, "data", ID + ".metainfo.xml")).getroot()
    shown = [image.text for image in root.iterfind("screenshots/screenshot/image")]
    assert len(shown) >= 3, shown
    for address in shown:
        path = os.path.join(TOP, "data", "screenshots", os.path.basename(address))
        size = call("identify", "-format", "%w %h", path).split()
        assert int(size[0]) >= 620 and int(size[1]) >= 400, (path, size)
    newest = root.find("releases/release")
    said = call(os.path.join(BUILD, "ui", "sheaf"), "--version").split()
    assert newest.get("version") == said[-1] and newest.findtext("description/p"), newest.attrib
    assert root.find("content_rating").get("type") == "oars-1.1"
    assert root.findtext("launchable") == ID + ".desktop"


def session(stack):
    """the gallery, the page and the size of last time come back"""
    demo = Demo()
    stack.callback(demo.kill)
    environment = {"GSETTINGS_BACKEND": "keyfile", "SHEAF_IMGUR_API": demo.url, "IMGUR_CLIENT_ID": "0123456789abcde"}
    # Given as a person copies it out of a browser.
    first = Sheaf("https://imgur.com/t/aurora", environment=environment)
    stack.callback(first.kill)
    first.wait_window()
    titles = [tile.name for tile in wait(lambda: first.tiles(), "the tiles of the tag")]
    xdotool("windowsize", first.x_window()[0], 700, 600)
    wait(lambda: abs(first.x_window()[3] - 700) < 30 and abs(first.x_window()[4] - 600) < 30, "the new size")
    size = first.frames[0].box[2:]
    assert first.quit() == 0

    again = Sheaf(environment=environment)
    stack.callback(again.kill)
    again.wait_window()
    assert wait(lambda: again.tiles(), "the tiles of last time")[0].name == titles[0]
    wait(lambda: again.frames[0].box[2:] == size, "the size of last time")
    again.focus()
    again.key("alt+3")
    again.wait_words("^Drop a Folder Here$")
    assert again.quit() == 0

    with open(os.path.join(os.environ["XDG_CONFIG_HOME"], "glib-2.0", "settings", "keyfile"), encoding="utf-8") as kept:
        assert "view='folder'" in kept.read(), "the page is not remembered"


run(activated, cold_action, open_with, one_instance, desktop_file, metainfo, session)
