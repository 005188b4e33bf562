#!/usr/bin/python3
"""What was left unfinished, by a kill or by leaving, is offered again until it is done

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import signal
import sqlite3
import subprocess

from driver import BUILD, Demo, Sheaf, run, wait

HOME = os.environ["HOME"]
PICTURES = os.path.join(HOME, "Pictures")
OTHER = os.path.join(HOME, "Other")
COUNT = 120


def files(folder):
    return [os.path.join(top, name) for top, _, names in os.walk(folder) for name in names]


def counts():
    """How many rows of the record are in which state."""
    path = os.path.join(os.environ["XDG_DATA_HOME"], "sheaf", "archive.sqlite")
    with sqlite3.connect(path, timeout=30) as archive:
        return dict(archive.execute("SELECT state, count (*) FROM wanted GROUP BY state"))


def n_unfinished():
    return sum(n for state, n in counts().items() if state in (1, 2))


def environment(demo):
    return {"IMGUR_CLIENT_ID": "0123456789abcde", "SHEAF_IMGUR_API": demo.url}


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
    demo = Demo("--count", str(COUNT), "--latency", "1500")
    stack.callback(demo.kill)
    sheaf = begin(stack, demo)
    sheaf.process.send_signal(signal.SIGKILL)
    sheaf.process.wait()
    cli = subprocess.Popen(
        [os.path.join(BUILD, "app", "sheaf-cli"), "download", "imgur:top", "-o", OTHER, "-j", "2"],
        env=dict(os.environ, SHEAF_HELPER_DIR=os.path.join(BUILD, "app"), **environment(demo)),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait(lambda: len(files(OTHER)) > 2, "some pictures of the other")
    cli.send_signal(signal.SIGKILL)
    cli.wait()
    left = n_unfinished()
    assert left > 10, left

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
    demo = Demo("--count", str(COUNT), "--latency", "1500", "--seed", "5")
    stack.callback(demo.kill)
    sheaf = begin(stack, demo)
    sheaf.key("ctrl+q")
    sheaf.find("push button", "Stop")
    sheaf.key("alt+s")
    wait(lambda: sheaf.process.poll() is not None, "Sheaf to end")
    left = n_unfinished()
    assert left > 0, counts()

    sheaf = Sheaf(environment=environment(demo))
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.press("push button", "Go On")
    wait(lambda: n_unfinished() == 0, "everything to be done", patience=120)
    assert set(counts()) == {3}, counts()


run(killed_and_left, stopped)
