#!/usr/bin/python3
"""Ways of working in the window: comparing them, choosing one for a download, waiting for a worker

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import socket
import subprocess

from driver import Sheaf, run, wait

BUILD = os.environ["SHEAF_BUILD_DIR"]
HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(os.environ["HOME"], "Pictures")


def files():
    return [
        os.path.join(folder, name) for folder, _, names in os.walk(FOLDER) for name in names
        if not name.startswith(".")
    ]


def leaves_nothing(stack):
    """a comparison is stopped and begun again; quitting in its middle leaves no files"""
    folder = os.path.join(os.environ["HOME"], "temporary")
    os.mkdir(folder)
    sheaf = Sheaf(environment={"TMPDIR": folder})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.key("alt+4")
    sheaf.press("push button", "Compare")
    sheaf.wait_words(re.compile("run 1 of 3"))
    sheaf.find("progress bar", "Progress of the comparison")
    sheaf.press("push button", "Stop")
    sheaf.find("image", re.compile("; Asynchronous: not measured"))
    wait(lambda: os.listdir(folder) == [], "its files to go")
    sheaf.press("push button", "Compare")
    sheaf.wait_words(re.compile("run 1 of 3"))
    wait(lambda: os.listdir(folder), "the work to begin")
    assert sheaf.quit() == 0
    assert os.listdir(folder) == [], os.listdir(folder)


def compares(stack):
    """a comparison shows a bar for each way of working, and says what it found"""
    sheaf = Sheaf()
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.key("alt+4")
    sheaf.press("combo box", re.compile("Downloads|Work"))
    sheaf.key("End")
    sheaf.key("Return")
    sheaf.wait_words(re.compile("19,000 to 20,000"))
    sheaf.press("push button", re.compile("^(Run|Compare)"))
    # Which one wins is for a machine to say that has nothing else to do.
    sheaf.wait_words(re.compile("^Use “(One at a time|Threads|Processes|Asynchronous)” here"))
    chart = sheaf.find(name=re.compile("One at a time: .*; Threads × "))
    assert all(re.search(r"\d", bar) for bar in chart.name.split("; ")), chart.name
    sheaf.picture("compared")
    sheaf.tab_to("push button", "Copy as Text")
    sheaf.key("space")
    sheaf.wait_words(re.compile("Copied as text"))
    # Another program pastes what the chart shows.
    pasted = subprocess.run(
        [os.path.join(HERE, "clipboard.py")], check=True, stdout=subprocess.PIPE, text=True, timeout=60
    ).stdout
    advice = sheaf.wait_words("^Use “.*” here")
    assert advice in pasted, pasted
    for way in "One at a time", "Threads", "Processes", "Asynchronous":
        assert re.search(rf"^{way}\b.*\d", pasted, re.MULTILINE), pasted
    assert sheaf.quit() == 0


def start(stack, *command, **options):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)

    def end():
        process.terminate()
        process.wait()

    stack.callback(end)
    return process


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_used(stack):
    """the winner is used from now on: it is kept, and shown in Preferences"""
    kept = os.path.join(os.environ["XDG_CONFIG_HOME"], "glib-2.0", "settings", "keyfile")
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    with open(kept, "w", encoding="utf-8") as file:
        file.write("[io/github/sheaf_app/Sheaf]\nexecutor='sequential'\n")
    stack.callback(os.unlink, kept)
    sheaf = Sheaf(environment={"GSETTINGS_BACKEND": "keyfile"})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.key("alt+4")
    # One way only, so that it is the best.
    sheaf.press("list item", "Ways of Working")
    for way in "One at a time", "Threads", "Asynchronous":
        switch = sheaf.reveal(sheaf.find(("switch", "check box"), way))
        sheaf.click(switch)
        wait(lambda: not switch.has("checked"), f"{way} to be off")
    sheaf.press("list item", "Ways of Working")
    sheaf.press("push button", "Compare")
    # With its values for a screen reader, too.
    sheaf.find(name=re.compile(r"^Processes × \d+: \d.* s, \d.* of processor time"), patience=90)
    use = sheaf.find("push button", "Use This From Now On")
    wait(lambda: use.has("sensitive"), "the end of the comparison", 90)
    sheaf.click(use)
    sheaf.wait_toast("Used from now on")

    def is_kept():
        with open(kept, encoding="utf-8") as file:
            return "\nexecutor='processes'\n" in file.read()

    wait(is_kept, "the setting")
    sheaf.key("ctrl+comma")
    sheaf.find("frame", "Preferences")
    sheaf.tab_to(("radio button", "toggle button", "page tab"), "Work")
    sheaf.key("space")
    row = sheaf.find("combo box", "Method")  # the first is that of downloads
    assert row.find_all("label", "Processes"), [label.name for label in row.find_all("label")]
    sheaf.picture("chosen")
    sheaf.key("Escape")
    wait(lambda: not sheaf.seen("frame", "Preferences"), "the preferences to close")
    assert sheaf.quit() == 0


def waits_for_a_worker(stack):
    """a download through the queue says that it has no worker, and goes on when one comes"""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start(
        stack, "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
        "--appendonly", "no", stdout=subprocess.DEVNULL,
    )
    wait(lambda: answers(port), "the broker")
    broker = f"redis://127.0.0.1:{port}"
    sheaf = Sheaf("demo:", environment={"SHEAF_BROKER": broker})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    tile = wait(lambda: sheaf.tiles(), "the tiles of the gallery")[0]
    sheaf.click(tile)
    wait(lambda: tile.has("selected"), "the tile to be selected")
    sheaf.press("push button", "More")
    sheaf.press("menu item", "Download With")
    sheaf.press("menu item", "Job queue")
    sheaf.wait_words(re.compile(rf"Waiting for a worker: .* sheaf-cli worker --broker '{broker}'"))
    sheaf.picture("waiting")
    assert files() == [], files()

    work = os.path.join(os.environ["HOME"], "work")
    os.mkdir(work)
    start(
        stack, os.path.join(BUILD, "app", "sheaf-cli"), "worker", "--broker", broker,
        cwd=work, stderr=subprocess.DEVNULL,
    )
    wait(files, "a picture in the folder")
    sheaf.wait_tile(re.compile(", Ready$"))
    wait(lambda: not any("Waiting for a worker" in word for word in sheaf.words()), "the words to go")
    assert sheaf.quit() == 0


if shutil.which("redis-server"):
    run(leaves_nothing, compares, is_used, waits_for_a_worker)
else:
    run(leaves_nothing, compares, is_used)
