#!/usr/bin/python3
"""What was left unfinished, by a kill, by leaving or by a folder gone, goes on until it is done

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import shutil
import signal
import sqlite3
import subprocess

from driver import BUILD, Demo, Sheaf, run, wait

HOME = os.environ["HOME"]
PICTURES = os.path.join(HOME, "Pictures")
OTHER = os.path.join(HOME, "Other")
COUNT = 60


def files(folder):
    return [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]


def counts():
    """How many rows of the record are in which state."""
    path = os.path.join(os.environ["XDG_DATA_HOME"], "sheaf", "archive.sqlite")
    if not os.path.exists(path):
        return {}
    with sqlite3.connect(path, timeout=30) as archive:
        return dict(archive.execute("SELECT state, count (*) FROM wanted GROUP BY state"))


def n_unfinished():
    return sum(n for state, n in counts().items() if state in (1, 2))


def environment(demo):
    return {"IMGUR_CLIENT_ID": "0123456789abcde", "SHEAF_IMGUR_API": demo.url}


class Gallery:
    """A gallery half of whose pictures are never answered; healed, a sound one at the same address."""

    def __init__(self, stack, seed):
        for left in (PICTURES, OTHER, os.path.join(os.environ["XDG_DATA_HOME"], "sheaf")):
            shutil.rmtree(left, ignore_errors=True)
        self.stack, self.arguments = stack, ["--count", str(COUNT), "--latency", "100", "--seed", seed]
        self.serve("--fault", "file:silent=0.5")

    def serve(self, *arguments):
        self.demo = Demo(*self.arguments, *arguments)
        self.stack.callback(self.demo.kill)
        self.url = self.demo.url

    def heal(self):
        self.demo.kill()
        self.serve("--port", re.search(r":(\d+)/", self.url).group(1))


def begin(stack, demo):
    """A window that downloads everything of the gallery, and has got some of it."""
    sheaf = Sheaf("imgur:hot", environment=environment(demo))
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    wait(lambda: len(sheaf.tiles()) >= 4, "four tiles")
    before = len(files(PICTURES))
    sheaf.click(sheaf.tiles()[0])
    sheaf.key("ctrl+a")
    sheaf.press("push button", re.compile(r"^Download"))
    wait(lambda: len(files(PICTURES)) > before + 2 and n_unfinished() > 5, "some pictures")
    return sheaf


def killed_and_left(stack):
    """killed with work in two folders: offered, still offered after leaving, and goes on"""
    demo = Gallery(stack, "1")
    sheaf = begin(stack, demo)
    sheaf.process.send_signal(signal.SIGKILL)
    sheaf.process.wait()
    cli = subprocess.Popen(
        [os.path.join(BUILD, "app", "sheaf-cli"), "download", "imgur:top", "-o", OTHER, "-j", "4"],
        env=dict(os.environ, SHEAF_HELPER_DIR=os.path.join(BUILD, "app"), **environment(demo)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait(lambda: len(files(OTHER)) > 2, "some pictures of the other")
    cli.send_signal(signal.SIGKILL)
    cli.wait()
    left = n_unfinished()
    assert left > 0, counts()

    sheaf = Sheaf(environment=environment(demo))
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.find("push button", "Go On")
    sheaf.picture("unfinished")
    sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Downloads"))
    sheaf.wait_words(r"^0 of \d+$")
    sheaf.wait_words(r"^Paused$")
    sheaf.picture("unfinished-downloads")
    assert sheaf.quit() == 0
    assert n_unfinished() == left, f"{n_unfinished()} of {left} are still wanted after leaving"
    demo.heal()

    sheaf = Sheaf(environment=environment(demo))
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.press("push button", "Go On")
    wait(lambda: n_unfinished() == 0, "everything to be done", patience=120)
    for folder in (PICTURES, OTHER):
        assert not [path for path in files(folder) if os.path.basename(path)[0] == "."], "parts stay"
    assert counts() == {3: len(files(PICTURES)) + len(files(OTHER))}, counts()
    sheaf.wait_words(r"^\d+ pictures$")
    sheaf.picture("unfinished-done")


def stopped(stack):
    """left with work under way, as its question promises: it goes on at the next start"""
    demo = Gallery(stack, "5")
    sheaf = begin(stack, demo)
    sheaf.key("ctrl+q")
    sheaf.find("push button", "Stop")
    sheaf.key("alt+s")
    wait(lambda: sheaf.process.poll() is not None, "Sheaf to end")
    left = n_unfinished()
    assert left > 0, counts()
    demo.heal()

    sheaf = Sheaf(environment=environment(demo))
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.press("push button", "Go On")
    wait(lambda: n_unfinished() == 0, "everything to be done", patience=120)
    assert set(counts()) == {3}, counts()


def moved(stack):
    """the destination is moved away in the middle: said, with Resume, which goes on once it is back"""
    demo = Gallery(stack, "6")
    sheaf = begin(stack, demo)
    os.rename(PICTURES, PICTURES + "-away")
    sheaf.find("push button", "Resume")
    sheaf.wait_words(r"was deleted or moved")
    sheaf.wait_words(r"^Paused$")
    sheaf.picture("moved")
    assert not os.path.exists(PICTURES), "something was written where the folder had been"
    os.rename(PICTURES + "-away", PICTURES)
    demo.heal()
    sheaf.press("push button", "Resume")
    wait(lambda: n_unfinished() == 0, "everything to be done", patience=120)
    assert set(counts()) == {3}, counts()
    assert not [path for path in files(PICTURES) if os.path.basename(path)[0] == "."], "parts stay"


run(killed_and_left, stopped, moved)
