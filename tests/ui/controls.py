#!/usr/bin/python3
"""A person steers a batch: what failed and why, trying again, pausing, putting first, taking out, limits

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import time

from batches import (
    FEW, MANY, Gallery, choose, counts, download_all, files, menu, n_unfinished, open_gallery, select, start_again,
    sums, wait_sums,
)
from driver import run, wait

FAILED = re.compile(r"^\d+ Failed$")


def failures(stack):
    """each failure says why; they are listed by reason with advice, and tried again one, some or all"""
    gallery = Gallery(stack, 24, "--fault", "file:404=0.4", "--fault", "file:removed=0.3", "--seed", "3")
    choose()
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    wait(lambda: counts().get(3, 0) + counts().get(4, 0) == 24, "every picture to end", patience=90)
    sheaf.find("push button", FAILED)
    wait(lambda: not sheaf.seen("push button", "Pause"), "the batch to end")
    done, total = sums(sheaf)
    assert total == 24 and done == len(files()), (done, total, files())
    tile = sheaf.wait_tile(re.compile(r", The picture was removed\.$"))
    sheaf.wait_tile(re.compile(r"does not have this file \(404\)\.$"))
    sheaf.find("push button", f"{total - done} Failed")

    gallery.change()
    # One, by the button on its tile.
    title = tile.name.rpartition(", The picture")[0]
    sheaf.click(next(part for part in tile.find_all("push button", "Try again")))
    sheaf.wait_tile(re.compile(rf"^{re.escape(title)}, Ready$"))
    sheaf.find("push button", f"{total - done - 1} Failed")

    # Those of one reason.
    sheaf.press("push button", FAILED)
    wait(lambda: len(sheaf.frames) == 2, "the window of failures")
    sheaf.wait_words(r"^Not Found \(\d+\)$")
    sheaf.wait_words(r"^It may have been taken down, or the address has a mistake\.$")
    sheaf.wait_words(r"^Taken Down \(\d+\)$")
    sheaf.picture("failures")
    removed = int(re.search(r"\d+", sheaf.wait_words(r"^Taken Down \(\d+\)$")).group())
    sheaf.click(sheaf.seen("push button", "Retry")[-1])
    wait(lambda: len(files()) == done + 1 + removed, "those to be there")
    assert len(sheaf.seen("push button", "Retry")) == 1

    # And the rest.
    sheaf.press("push button", "Retry All")
    wait(lambda: len(sheaf.frames) == 1, "the window of failures to close")
    wait_sums(sheaf, 24, 24)
    assert gallery.same()
    assert not sheaf.seen("push button", FAILED)
    assert sheaf.quit() == 0


def one_by_one(stack):
    """one is held while the others go on, one is put first, one is cancelled, some are taken out and back"""
    gallery = Gallery(stack, 14)
    titles = gallery.titles()
    paths = {title: path for path, title in titles.items()}
    choose(request_rate=FEW)
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    wait(gallery.requests, "the first request")
    sheaf.press("push button", "Pause")
    sheaf.wait_words("^Paused$")
    sheaf.find("push button", "Resume")
    # What was under way has come to its end when as many are there as were asked for.
    wait(lambda: sums(sheaf)[0] == len(gallery.requests()), "what was under way")
    n_asked = len(gallery.requests())

    def waiting():
        return [tile for tile in sheaf.tiles() if tile.name.endswith(", Waiting")]

    # The last two of those that wait: nothing would ask for them soon.
    held, top = waiting()[-2:]
    held_title, top_title = (tile.name.rpartition(", ")[0] for tile in (held, top))
    menu(sheaf, held, "Pause")
    held = sheaf.wait_tile(re.compile(rf"^{re.escape(held_title)}, Paused$"))
    menu(sheaf, top, "Move to Top")
    given_up = waiting()[-2]
    given_up_title = given_up.name.rpartition(", ")[0]
    menu(sheaf, given_up, "Cancel")
    sheaf.wait_tile(re.compile(rf"^{re.escape(given_up_title)}, Cancelled$"))
    sheaf.picture("held")

    # Taken out, with what it would still have fetched; Undo brings it back to its place.
    out = waiting()[-2]
    out_title = out.name.rpartition(", ")[0]
    before = [tile.name for tile in sheaf.tiles()]
    unfinished = n_unfinished()
    select(sheaf, out)
    sheaf.key("Delete")
    sheaf.wait_toast("1 picture removed from the list")
    wait(lambda: n_unfinished() == unfinished - 1, "one less in the record")
    wait(lambda: sums(sheaf)[1] == 13, "one less in all")
    sheaf.press("push button", "Undo")
    wait(lambda: sums(sheaf)[1] == 14 and [tile.name for tile in sheaf.tiles()] == before, "it to be back")
    wait(lambda: n_unfinished() == unfinished, "it to be back in the record")
    out = sheaf.wait_tile(re.compile(rf"^{re.escape(out_title)}, Waiting$"))
    select(sheaf, out)
    sheaf.key("Delete")
    wait(lambda: n_unfinished() == unfinished - 1, "one less in the record again")

    sheaf.press("push button", "Resume")
    # A limit that is changed holds for what runs already.
    choose(request_rate=MANY)
    wait(lambda: len(gallery.requests()) > n_asked, "the next request")
    assert gallery.requests()[n_asked][1] == paths[top_title], "another came before the one at the top"
    # All that may: without the one held, the one given up and the one taken out.
    wait(lambda: len(files()) == 11, "the others", patience=90)
    assert sheaf.seen("push button", "Pause"), "a batch with one on hold has not ended"
    menu(sheaf, sheaf.wait_tile(re.compile(rf"^{re.escape(held_title)}, Paused$")), "Resume")
    sheaf.wait_tile(re.compile(rf"^{re.escape(held_title)}, Ready$"))
    wait_sums(sheaf, 12, 13)
    asked = {path for _, path in gallery.requests()}
    assert paths[given_up_title] not in asked and paths[out_title] not in asked, asked
    assert counts() == {3: 12}, counts()
    menu(sheaf, sheaf.wait_tile(re.compile(rf"^{re.escape(given_up_title)}, Cancelled$")), "Retry")
    wait_sums(sheaf, 13, 13)
    # Files of what is taken out stay.
    select(sheaf, sheaf.wait_tile(re.compile(", Ready$")))
    sheaf.key("ctrl+a")
    sheaf.key("Delete")
    sheaf.wait_toast("13 pictures removed from the list")
    sheaf.wait_words("^No Downloads$")
    assert len(files()) == 13
    sheaf.press("push button", "Undo")
    wait_sums(sheaf, 13, 13)
    assert sheaf.quit() == 0


def cleared(stack):
    """what ended is cleared by the menu, whose button goes with it, and keys reach the window all the same"""
    gallery = Gallery(stack, 6)
    choose()
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    wait_sums(sheaf, 6, 6)
    sheaf.press("push button", "More")
    sheaf.press("menu item", "Clear")
    sheaf.wait_words("^No Downloads$")
    assert len(files()) == 6
    sheaf.press("push button", "Undo")
    wait_sums(sheaf, 6, 6)
    assert sheaf.quit() == 0


def cancelled_is_not_offered(stack):
    """what was left unfinished, and then cancelled before it went on, is not offered again"""
    gallery = Gallery(stack, 20)
    choose(request_rate=FEW)
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    wait(lambda: n_unfinished() > 10, "the record")
    sheaf.kill()
    sheaf = start_again(stack, gallery)
    sheaf.find("push button", "Go On")
    sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Downloads"))
    sheaf.press("push button", "Cancel")
    wait(lambda: n_unfinished() == 0, "nothing to be wanted any more")
    sheaf.wait_tile(re.compile(", Cancelled$"))
    wait(lambda: not [path for path in files() if os.path.basename(path)[0] == "."], "the parts to go")
    assert sheaf.quit() == 0


def limits(stack):
    """limits from Preferences hold; the time left does not jump"""
    gallery = Gallery(stack, 24, size=100000)
    choose()
    sheaf = open_gallery(stack, gallery)
    sheaf.key("ctrl+comma")
    wait(lambda: len(sheaf.frames) == 2, "preferences")
    sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Network"))
    for name, number in (("Speed Limit", "0.1"), ("Request Limit", "2")):
        field = sheaf.find("spin button", re.compile("^" + name))
        sheaf.click(field, dx=20)
        wait(lambda: any(part.has("focused") for part, _ in field.walk()), f"the focus in {name}")
        sheaf.key("ctrl+a")
        sheaf.type(number + "\t")
    sheaf.picture("limits")
    sheaf.key("Escape")
    wait(lambda: len(sheaf.frames) == 1, "preferences to close")

    download_all(sheaf)
    # One label is read again and again; a walk through the whole tree takes seconds on a busy machine.
    line = sheaf.find("label", re.compile(r"B/s"))
    left, said = [], []
    while counts().get(3, 0) < 24:
        text = line.name
        found = re.search(r"(?:(\d+) minutes?|(\d+) seconds?) left$", text)
        if found:
            left.append((time.time(), int(found.group(1) or 0) * 60 + int(found.group(2) or 0)))
        found = re.search(r"([\d.]+)\s(kB|MB)/s", text)
        if found:
            said.append(float(found.group(1)) * (1000 if found.group(2) == "kB" else 1000000))
        time.sleep(0.25)
    times = [when for when, _ in gallery.requests()]
    began = times[0]
    took = time.time() - began
    wait_sums(sheaf, 24, 24)
    total = sum(os.path.getsize(path) for path in files(gallery.folder))
    assert total / took <= 100000 * 1.1, f"{total} bytes in {took:.1f} s"
    assert len(times) == 24 and times[-1] - times[0] >= 23 / 2 * 0.9, times
    assert len(left) >= 20, left
    for (then, before), (when, now) in zip(left, left[1:]):
        assert now - before <= max(4, before * 0.3), f"the time left grew from {before} to {now} s"
    assert said and max(said[len(said) // 2 :]) <= 100000 * 1.6, said
    assert sheaf.quit() == 0


run(failures, one_by_one, cleared, cancelled_is_not_offered, limits)
