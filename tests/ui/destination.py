#!/usr/bin/python3
"""A destination that fails in the middle of a batch: said, nothing lost, and Resume goes on to the last byte

SPDX-License-Identifier: GPL-3.0-or-later
"""
import ctypes
import os
import shutil
import signal

from batches import MANY, PICTURES, Gallery, choose, counts, download_all, files, n_unfinished, open_gallery
from batches import start_again, wait_sums
from driver import run, wait

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_REMOUNT, MS_REC, MS_PRIVATE = 32, 0x4000, 0x40000
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
FOLDER = os.path.join(PICTURES, "Sheaf")

libc = ctypes.CDLL(None, use_errno=True)


def own_mounts():
    """Mounts of this test's own, which what it starts sees too; as root or as anybody."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWNS) != 0:
        if libc.unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "no mounts of one's own")
        for name, value in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
                file.write(value)
    mount(None, "/", None, MS_REC | MS_PRIVATE, None)


def mount(source, target, kind, flags, data):
    encoded = [word.encode() if word is not None else None for word in (source, target, kind)]
    if libc.mount(*encoded, ctypes.c_ulong(flags), data.encode() if data is not None else None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def begin(stack, gallery, enough):
    """A window that downloads everything, and has got some of it."""
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    wait(lambda: counts().get(3, 0) >= enough, "some pictures", patience=90)
    return sheaf


def is_said(sheaf, message):
    """The batch is paused, why is said, and Resume is there to be pressed."""
    sheaf.wait_toast(message)
    sheaf.wait_words("^Paused$")
    # A toast is gone one day; the page says it as long as it holds.
    sheaf.wait_words(rf"^{message}\.$")


def go_on(sheaf):
    choose(request_rate=MANY)
    # Of the toast and of the page, either will do.
    sheaf.press("push button", "Resume")
    wait(lambda: n_unfinished() == 0, "everything to be done", patience=120)


def is_clean():
    assert set(counts()) == {3}, counts()
    assert not [path for path in files() if os.path.basename(path)[0] == "."], "parts stay"


def deleted(stack):
    """the folder is deleted: nothing is written where it was until Resume makes it again"""
    gallery = Gallery(stack, 30)
    choose(request_rate=1)
    sheaf = begin(stack, gallery, 3)
    shutil.rmtree(FOLDER)
    is_said(sheaf, f"The folder “{FOLDER}” was deleted or moved")
    sheaf.picture("deleted")
    assert not os.path.exists(FOLDER), "it was made again though nobody had resumed"
    lost = counts()[3]
    go_on(sheaf)
    is_clean()
    assert len(files()) >= 30 - lost, f"{len(files())} files, {lost} were deleted"
    assert sheaf.quit() == 0


def read_only(stack):
    """the folder may not be written any more: allowing it and Resume go on"""
    gallery = Gallery(stack, 30)
    choose(request_rate=1)
    sheaf = begin(stack, gallery, 3)
    os.chmod(FOLDER, 0o555)
    stack.callback(os.chmod, FOLDER, 0o755)
    is_said(sheaf, f"“{FOLDER}” may not be written")
    sheaf.picture("read-only")
    os.chmod(FOLDER, 0o755)
    go_on(sheaf)
    wait_sums(sheaf, 30, 30)
    is_clean()
    assert gallery.same()
    assert sheaf.quit() == 0


def full(stack):
    """the disk is full: freeing space and Resume go on"""
    gallery = Gallery(stack, 30, size=100000)
    os.makedirs(PICTURES, exist_ok=True)
    mount("small", PICTURES, "tmpfs", 0, "size=1500k")
    stack.callback(libc.umount2, PICTURES.encode(), 2)
    choose()
    # How many are whole by then is not known: parts of those under way take room as well.
    sheaf = begin(stack, gallery, 0)
    is_said(sheaf, "The disk is full")
    sheaf.picture("full")
    whole = counts().get(3, 0)
    assert whole < 30 and n_unfinished() == 30 - whole, counts()
    mount(None, PICTURES, None, MS_REMOUNT, "size=20m")
    go_on(sheaf)
    wait_sums(sheaf, 30, 30)
    is_clean()
    assert gallery.same()
    assert sheaf.quit() == 0


def killed(stack):
    """killed at any moment: the next window offers to go on, and does, to the last byte"""
    gallery = Gallery(stack, 30, size=100000)
    choose(request_rate=2)
    sheaf = begin(stack, gallery, 2)
    for _ in range(2):
        had = counts()[3]
        sheaf.process.send_signal(signal.SIGKILL)
        sheaf.process.wait()
        sheaf.kill()
        sheaf = start_again(stack, gallery)
        sheaf.press("push button", "Go On")
        wait(lambda: counts()[3] > had + 1, "some more pictures", patience=60)
    choose(request_rate=MANY)
    wait(lambda: n_unfinished() == 0, "everything to be done", patience=120)
    is_clean()
    assert gallery.same()
    # None that was whole was asked for again.
    assert len(gallery.requests()) <= 30 + 2 * 6, gallery.requests()
    assert sheaf.quit() == 0


own_mounts()
# Root may write everywhere, unless it gives that up.
libc.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE)
run(deleted, read_only, full, killed)
