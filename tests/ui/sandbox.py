#!/usr/bin/python3
"""Sheaf as a Flatpak runs it: documents, leave to go on unseen, notifications, the secret that keys a keyring

What a sandbox changes for the program is an environment and what it can reach; the portals it then
talks to are doubles (doubles.py).  The sandbox itself is build-aux/flatpak-offline's.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import functools
import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess

from gi.repository import GLib

from doubles import GET_HOST_PATHS, INFO, Documents, Portals
from driver import BUILD, Demo, Running, Sheaf, run, wait

ID = "io.github.sheaf_app.Sheaf"
INSIDE = {"FLATPAK_ID": ID, "GDK_DEBUG": "portals", "GTK_USE_PORTAL": "1", "GSETTINGS_BACKEND": "keyfile"}
CACHE = os.path.join(os.environ["XDG_CACHE_HOME"], "thumbnails")
RESPONSE_REFUSED = 1
CLIENT_ID = "0123456789abcde"


def make_pictures(folder, count):
    os.makedirs(folder)
    for i in range(count):
        subprocess.run(["convert", "-size", "300x200", "plasma:", os.path.join(folder, f"{i}.jpg")], check=True)


def make_document(stack, document, count):
    """A folder of the document portal, seen as the sandbox sees it; gives that and where it would lie outside."""
    mount = os.path.join(os.environ["XDG_RUNTIME_DIR"], "doc")
    seen = os.path.join(mount, document, "holiday")
    stack.callback(shutil.rmtree, mount)
    make_pictures(seen, count)
    return seen, "/somewhere/else & more/holiday"


def has_thumbnail(path):
    address = GLib.filename_to_uri(path)
    name = hashlib.md5(address.encode()).hexdigest() + ".png"
    for entry in glob.glob(f"{CACHE}/*/{name}"):
        said = subprocess.run(["identify", "-verbose", entry], check=True, capture_output=True, text=True).stdout
        return f"Thumb::URI: {address}" in said
    return False


def thumbnail(path):
    """By the command line: the same engine, and no window to wait for."""
    shutil.rmtree(CACHE, ignore_errors=True)
    subprocess.run(
        [os.path.join(BUILD, "app", "sheaf-cli"), "thumbnail", path],
        check=True, timeout=120, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        env={**os.environ, **INSIDE, "SHEAF_HELPER_DIR": os.path.join(BUILD, "app")},
    )


def start(stack, *arguments, settings="", environment=None):
    folder = os.path.join(os.environ["XDG_CONFIG_HOME"], "glib-2.0", "settings")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "keyfile"), "w", encoding="utf-8") as file:
        file.write(f"[io/github/sheaf_app/Sheaf]\n{settings}\n")
    sheaf = Sheaf(*arguments, environment={**INSIDE, **(environment or {})})
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    return sheaf


def documents(stack):
    """thumbnails of a document are the ones that programs outside look for, however the portal tells"""
    seen, outside = make_document(stack, "c0ffee", 2)
    for methods in (GET_HOST_PATHS, INFO):
        portal = Documents({"c0ffee": outside}, methods)
        try:
            thumbnail(seen)
        finally:
            portal.kill()
        assert has_thumbnail(outside + "/0.jpg") and has_thumbnail(outside + "/1.jpg"), glob.glob(CACHE + "/*/*")
        assert not has_thumbnail(seen + "/0.jpg")
        assert len(portal.asked) == 1, f"asked for every picture: {portal.asked}"

    # A single picture is a document too.
    portal = Documents({"c0ffee": outside + "/0.jpg"})
    stack.callback(portal.kill)
    single = os.path.join(os.path.dirname(seen), "0.jpg")
    shutil.copy(os.path.join(seen, "0.jpg"), single)
    thumbnail(single)
    assert has_thumbnail(outside + "/0.jpg")


def documents_unknown(stack):
    """a portal that tells nothing, lies, or is not there costs the shared name and nothing else"""
    seen, outside = make_document(stack, "c0ffee", 2)
    thumbnail(seen)
    assert has_thumbnail(seen + "/0.jpg"), "without a portal"

    refusing = Documents({"c0ffee": outside}, refusing=("GetHostPaths", "Info"))
    try:
        thumbnail(seen)
    finally:
        refusing.kill()
    assert refusing.calls("GetHostPaths") and refusing.calls("Info"), refusing.asked
    assert len(refusing.asked) == 2, f"asked again: {refusing.asked}"
    assert has_thumbnail(seen + "/0.jpg") and not has_thumbnail(outside + "/0.jpg")

    for wrong in ("relative/holiday", "/somewhere/else", ""):
        lying = Documents({"c0ffee": wrong})
        try:
            thumbnail(seen)
        finally:
            lying.kill()
        assert has_thumbnail(seen + "/0.jpg"), wrong


def hidden_folder(stack):
    """a folder the sandbox hides says so; its button opens the portal's chooser, and what that gives is shown"""
    seen, outside = make_document(stack, "c0ffee", 3)
    portals = Portals({"OpenFile": (0, {"uris": GLib.Variant("as", [GLib.filename_to_uri(seen)])})})
    stack.callback(portals.kill)
    tells = Documents({"c0ffee": outside})
    stack.callback(tells.kill)
    sheaf = start(stack, outside)
    sheaf.wait_words("Sheaf may not read “holiday”")
    sheaf.picture("sandbox-hidden")
    assert not portals.calls("OpenFile")
    sheaf.press("push button", re.compile("Choose"))
    _, values, _ = portals.wait_asked("OpenFile")
    assert values[2].get("directory") is True, values
    sheaf.wait_words(r"^3 (of 3 )?pictures$")
    for i in range(3):
        wait(lambda: has_thumbnail(f"{outside}/{i}.jpg"), "the thumbnail under its name outside")
    assert sheaf.quit() == 0


def chooser_dismissed(stack):
    """who closes the chooser is where they were"""
    # As the portal answers then: with a list of nothing, which GTK 4.8 counts on.
    portals = Portals({"OpenFile": (RESPONSE_REFUSED, {"uris": GLib.Variant("as", [])})})
    stack.callback(portals.kill)
    sheaf = start(stack, "/somewhere/else/holiday")
    sheaf.wait_words("Sheaf may not read “holiday”")
    for count in (1, 2):
        sheaf.press("push button", re.compile("Choose"))
        portals.wait_asked("OpenFile", count)
        sheaf.wait_words("Sheaf may not read “holiday”")
    assert sheaf.quit() == 0


def gone_folder(stack):
    """outside of a sandbox what is not there is gone, and not forbidden"""
    sheaf = Sheaf("/somewhere/else/holiday")
    stack.callback(sheaf.kill)
    sheaf.wait_window()
    sheaf.wait_words("There is no “holiday”")
    assert not [words for words in sheaf.words() if "may not read" in words]
    assert sheaf.quit() == 0


def start_working(stack, background):
    """A download in a window, which goes on once the server does; gives the window, and that."""
    pictures = os.path.join(os.environ["HOME"], "Pictures", "Sheaf")
    for folder in (os.path.join(os.environ["XDG_DATA_HOME"], "sheaf"), pictures):
        shutil.rmtree(folder, ignore_errors=True)  # what was had before is not downloaded again
    demo = Demo()
    stack.callback(demo.kill)
    go_on = functools.partial(demo.process.send_signal, signal.SIGCONT)
    stack.callback(go_on)
    sheaf = start(
        stack, "imgur:t/aurora", settings=f"background={background}",
        environment={"SHEAF_IMGUR_API": demo.url, "IMGUR_CLIENT_ID": CLIENT_ID},
    )
    tile = wait(lambda: sheaf.tiles(), "tiles")[0]
    sheaf.pick(tile)
    demo.process.send_signal(signal.SIGSTOP)
    sheaf.press("push button", re.compile(r"^Download 1$"))
    sheaf.press(("radio button", "toggle button", "page tab"), re.compile("Downloads"))
    wait(lambda: sheaf.seen("push button", "Pause"), "the download to run")
    return sheaf, go_on


def close(sheaf):
    sheaf.focus()
    sheaf.key("ctrl+w")


def answer(sheaf, name):
    """A dialog's question, by the keyboard: it is a window of its own."""
    wait(lambda: sheaf.focused() and sheaf.focused().role == "push button", "the dialog to have the keyboard")
    sheaf.tab_to("push button", re.compile(name))
    sheaf.key("Return")


def wait_gone(sheaf):
    """Waits until no window of its is seen."""
    def seen():
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--pid", str(sheaf.process.pid), "--name", "."],
            capture_output=True, text=True, timeout=30,
        )
        return found.stdout.split()

    wait(lambda: not seen(), "the window to go")


def background(stack):
    """with leave to go on unseen the window goes, the work ends, and a notification says so and leads back"""
    portals = Portals({"RequestBackground": (0, {"background": GLib.Variant("b", True)})})
    stack.callback(portals.kill)
    sheaf, go_on = start_working(stack, "true")
    close(sheaf)
    _, values, _ = portals.wait_asked("RequestBackground")
    assert values[1]["reason"] and values[1]["autostart"] is False, values
    wait_gone(sheaf)
    assert not sheaf.ended(), "it ended with its work undone"
    go_on()
    _, values, _ = portals.wait_asked("AddNotification")
    name, content = values
    assert name == "batch-ended", values
    assert content["title"] and re.search(r"\d+ pictures? (is|are) ready", content["body"]), content
    assert content["default-action"] == "app.activate", content
    wait(sheaf.ended, "the program to end with its work")
    assert sheaf.process.returncode == 0, sheaf.process.returncode

    # What the portal does when the notification is clicked.
    subprocess.run(
        ["gdbus", "call", "--session", "--dest", ID, "--object-path", "/" + ID.replace(".", "/"), "--method",
         "org.freedesktop.Application.ActivateAction", "activate", "[]", "{}"],
        check=True, capture_output=True, timeout=60,
    )
    again = Running(ID)
    stack.callback(again.kill)
    again.wait_window()


def background_refused(stack):
    """without leave the window stays and asks; nothing is stopped unasked"""
    portals = Portals({"RequestBackground": (0, {"background": GLib.Variant("b", False)})})
    stack.callback(portals.kill)
    sheaf, _ = start_working(stack, "true")
    close(sheaf)
    portals.wait_asked("RequestBackground")
    sheaf.wait_words("does not let Sheaf go on in the background")
    sheaf.picture("sandbox-background-refused")
    assert not sheaf.seen("push button", re.compile("Background")), "offers what was just refused"
    answer(sheaf, "Cancel")
    wait(lambda: not sheaf.seen("push button", re.compile("^_?Stop")), "the question to go")
    assert sheaf.x_window() and not sheaf.ended()

    # As a person says no themselves.
    portals.answers["RequestBackground"] = (RESPONSE_REFUSED, {})
    close(sheaf)
    portals.wait_asked("RequestBackground", 2)
    answer(sheaf, "Stop")
    wait(sheaf.ended, "the program to end")
    assert sheaf.process.returncode == 0


def background_asked_first(stack):
    """who chose to be asked is asked by Sheaf, and then the desktop is"""
    portals = Portals({"RequestBackground": (0, {"background": GLib.Variant("b", True)})})
    stack.callback(portals.kill)
    sheaf, _ = start_working(stack, "false")
    close(sheaf)
    sheaf.find("push button", re.compile("Background"))
    assert not portals.calls("RequestBackground")
    answer(sheaf, "Background")
    portals.wait_asked("RequestBackground")
    wait_gone(sheaf)


def no_portals(stack):
    """on a desktop without a portal for it Sheaf goes on unseen all the same"""
    sheaf, go_on = start_working(stack, "true")
    close(sheaf)
    wait_gone(sheaf)
    assert not sheaf.ended(), "it ended with its work undone"
    go_on()
    wait(sheaf.ended, "the program to end with its work")
    assert sheaf.process.returncode == 0, sheaf.process.returncode


# libsecret takes the portal where it finds itself in a sandbox, of which this is the one that leaves no file.
KEYED = {"SNAP_NAME": "sheaf", "SECRET_BACKEND": "file"}


def enter_client_id(sheaf):
    row = sheaf.find(name=re.compile("Imgur Client ID"))
    sheaf.reveal(row)
    sheaf.click(row)
    entry = sheaf.find(("text", "password text", "entry"), re.compile("Client ID, 15"))
    sheaf.reveal(entry)
    sheaf.click(entry)
    sheaf.type(CLIENT_ID)
    button = sheaf.find("push button", "Check and Use")
    sheaf.reveal(button)
    sheaf.click(button)


def kept():
    return [path for path in glob.glob(os.environ["XDG_DATA_HOME"] + "/**/*", recursive=True) if "keyring" in path
            and os.path.isfile(path)]


def secret(stack):
    """the client ID is kept under the portal's secret, not in the clear, and is there the next time"""
    demo = Demo()
    stack.callback(demo.kill)
    portals = Portals({"RetrieveSecret": (0, {})}, secret=bytes(range(64)))
    stack.callback(portals.kill)
    environment = {"SHEAF_IMGUR_API": demo.url, **KEYED}
    sheaf = start(stack, environment=environment)
    enter_client_id(sheaf)
    sheaf.wait_words("^Signed in$")
    portals.wait_asked("RetrieveSecret")
    files = wait(kept, "a keyring of Sheaf's own")
    for path in files:
        with open(path, "rb") as file:
            assert CLIENT_ID.encode() not in file.read(), f"in the clear in {path}"
    assert CLIENT_ID not in sheaf.said()
    assert sheaf.quit() == 0

    again = start(stack, "imgur:t/aurora", environment=environment)
    wait(lambda: again.tiles(), "a gallery that needs the ID")
    assert again.quit() == 0
    for path in files:
        os.remove(path)


def secret_missing(stack):
    """a portal that refuses, or knows no secrets, means: for this run only, and that is said"""
    demo = Demo()
    stack.callback(demo.kill)
    for portals in (Portals({"RetrieveSecret": (2, {})}), Portals({}, without=("Secret",))):
        try:
            sheaf = start(stack, environment={"SHEAF_IMGUR_API": demo.url, **KEYED})
            enter_client_id(sheaf)
            sheaf.wait_words("The client ID works.*keyring")
            sheaf.wait_words("^Signed in$")
            assert not kept(), kept()
            assert sheaf.quit() == 0
        finally:
            portals.kill()


run(documents, documents_unknown, hidden_folder, chooser_dismissed, gone_folder, background, background_refused,
    background_asked_first, no_portals, secret, secret_missing)
