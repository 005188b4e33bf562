#!/usr/bin/python3
"""A quota that is used up: said on the page, counted down, read aloud once, and never run into

SPDX-License-Identifier: GPL-3.0-or-later
"""
import re

from driver import Demo, Sheaf, run, wait

WAITING = re.compile(r"^Waiting for the quota: \d+:\d\d(:\d\d)?$", re.MULTILINE)
USED_UP = re.compile(r"^The quota of your client ID is used up until \d\d:\d\d\.$", re.MULTILINE)


def serve(stack, count, quota=0):
    """A gallery with few answers a day."""
    demo = Demo("--count", str(count), *(("--fault", f"quota={quota}/86400") if quota else ()))
    stack.callback(demo.kill)
    return demo


def start(stack, demo):
    sheaf = Sheaf("imgur:hot", environment={
        "IMGUR_CLIENT_ID": "0123456789abcde", "SHEAF_IMGUR_API": demo.url,
        "SHEAF_COMMONS_API": demo.url.removesuffix("/3") + "/commons/w/api.php",
    })
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def changes(node, times):
    """Waits until the name of node was another so often."""
    names = set()
    wait(lambda: names.add(node.name) or len(names) > times, "a countdown")


def none_waits(sheaf):
    return not [node for node in sheaf.find_all("timer", WAITING) if node.box[3] > 0]


def figures(stack):
    """plenty: the three figures and the reset; a gallery without a quota shows none"""
    sheaf = start(stack, serve(stack, 40))
    wait(lambda: len(sheaf.tiles()) >= 4, "four tiles")
    sheaf.press(("toggle button", "push button"), re.compile(r"^12\d{3} of 12500 requests left$"))
    for row in ("Left for you this hour", "Left for the client ID today", "Renewed"):
        sheaf.find("label", re.compile("^" + row))
    sheaf.wait_words(re.compile(r"^today at \d\d:\d\d$|^on .* at \d\d:\d\d$"))
    sheaf.picture("quota-plenty")
    sheaf.key("Escape")
    sheaf.press("push button", "All galleries")
    row = sheaf.find("list item", where=lambda node: any("Commons" in part.name for part, _ in node.walk()))
    sheaf.reveal(row)
    sheaf.click(row)
    wait(lambda: any("Commons" in node.name for node in sheaf.seen("label")), "Commons")
    wait(lambda: len(sheaf.tiles()) >= 2, "tiles")
    assert not sheaf.seen(name=re.compile("requests left$"))
    sheaf.picture("quota-none")
    assert sheaf.quit() == 0


def downloads_wait(stack):
    """a download waits for the quota in a line that counts down; what is known goes on"""
    sheaf = start(stack, serve(stack, 40, 2))
    wait(lambda: len(sheaf.tiles()) >= 4, "four tiles")
    sheaf.click(sheaf.tiles()[0])
    sheaf.key("ctrl+a")
    sheaf.press("push button", re.compile(r"^Download"))
    sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Downloads"))
    spoken = sheaf.find("alert", USED_UP)
    before = spoken.name
    sheaf.picture("quota-downloads")
    changes(sheaf.find("timer", WAITING), 2)
    assert spoken.name == before
    with open(sheaf.log_path, encoding="utf-8") as log:
        assert "Toast:" not in log.read()

    sheaf.press("push button", "Pause")
    wait(lambda: none_waits(sheaf), "no countdown while it is paused")
    sheaf.press("push button", "Resume")
    sheaf.find("timer", WAITING)
    sheaf.press("push button", "Cancel")
    wait(lambda: none_waits(sheaf), "no countdown of what is cancelled")
    assert sheaf.quit() == 0


def gallery_waits(stack):
    """more pages wait below the pictures; the next start waits at once, with the figures in sight"""
    demo = serve(stack, 200, 1)
    sheaf = start(stack, demo)
    wait(lambda: len(sheaf.tiles()) >= 4, "four tiles")
    sheaf.click(sheaf.tiles()[0])

    def at_the_end():
        sheaf.key("End")
        return sheaf.find_all("label", WAITING)

    changes(wait(at_the_end, "the end of the page")[0], 2)
    sheaf.find(("toggle button", "push button"), re.compile("^0 of 1 requests left$"))
    assert not sheaf.seen("push button", "Try Again")
    sheaf.picture("quota-more")
    assert sheaf.quit() == 0

    sheaf = start(stack, demo)
    sheaf.find("label", USED_UP)
    changes(sheaf.find("label", WAITING), 2)
    sheaf.picture("quota-gallery")
    assert not sheaf.seen("push button", "Try Again")
    assert sheaf.seen("push button", "All Galleries")
    assert sheaf.quit() == 0


if __name__ == "__main__":
    run(figures, downloads_wait, gallery_waits)
