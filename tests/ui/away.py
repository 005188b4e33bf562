#!/usr/bin/python3
"""Work while nobody looks: a notification at its end, the machine kept awake, leaving with work under way

Doubles of the desktop's services, on the bus of this session, write down what they are asked for.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import re
import subprocess
import threading

from gi.repository import Gio, GLib

from batches import FEW, MANY, VIEWS, Gallery, choose, download_all, files, open_gallery, wait_sums
from driver import run, wait, xdotool

INTERFACES = """
<node>
  <interface name="org.freedesktop.Notifications">
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  </interface>
  <interface name="org.gnome.SessionManager">
    <method name="RegisterClient">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="o" direction="out"/>
    </method>
    <method name="Inhibit">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="u" direction="in"/><arg type="u" direction="out"/>
    </method>
    <method name="Uninhibit"><arg type="u" direction="in"/></method>
  </interface>
</node>
"""
PLACES = {
    "org.freedesktop.Notifications": "/org/freedesktop/Notifications",
    "org.gnome.SessionManager": "/org/gnome/SessionManager",
}
SUSPEND = 4  # of what may be inhibited


class Desktop:
    """The doubles."""

    def __init__(self):
        self.asked = []  # (method, parameters)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(os.environ["DBUS_SESSION_BUS_ADDRESS"], flags)
        for interface in Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces:
            self.bus.register_object(PLACES[interface.name], interface, self.on_call, None, None)
            self.bus.call_sync(
                "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                GLib.Variant("(su)", (interface.name, 4)), None, 0, 5000,
            )
        self.loop = GLib.MainLoop()
        self.thread = threading.Thread(target=self.loop.run, daemon=True)
        self.thread.start()

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        self.asked.append((method, parameters.unpack()))
        answers = {
            "Notify": GLib.Variant("(u)", (1,)),
            "GetCapabilities": GLib.Variant("(as)", (["body", "actions"],)),
            "RegisterClient": GLib.Variant("(o)", ("/org/gnome/SessionManager/Client1",)),
            "Inhibit": GLib.Variant("(u)", (len(self.asked),)),
        }
        invocation.return_value(answers.get(method))

    def calls(self, method):
        return [parameters for name, parameters in self.asked if name == method]

    def wait_calls(self, method, count):
        wait(lambda: len(self.calls(method)) >= count, f"{method} to be called {count} times")
        return self.calls(method)[count - 1]

    def kill(self):
        self.loop.quit()
        self.thread.join()
        self.bus.close_sync()


def other_window(stack):
    """A window that takes the focus."""
    target = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drop-target.py")
    process = subprocess.Popen(["/usr/bin/python3", target], stdin=subprocess.DEVNULL)

    def end():
        process.terminate()
        process.wait()

    stack.callback(end)
    return wait(lambda: xdotool("search", "--onlyvisible", "--name", "^Target$").split(), "another window")[0]


def in_front(sheaf):
    """Whether a window of Sheaf's is, as the manager of windows says."""
    active = subprocess.run(["xprop", "-root", "_NET_ACTIVE_WINDOW"], capture_output=True, text=True).stdout
    return int(active.split()[-1], 16) == int(sheaf.x_window()[0])


def ends(stack):
    """the end of a batch is notified of when another window is in front, never otherwise; no sleep till then"""
    desktop = Desktop()
    stack.callback(desktop.kill)
    gallery = Gallery(stack, 8)
    choose(request_rate=FEW)
    sheaf = open_gallery(stack, gallery)
    assert not desktop.calls("Inhibit"), desktop.asked
    download_all(sheaf)
    application, _, reason, what = desktop.wait_calls("Inhibit", 1)
    assert what == SUSPEND and reason and application, desktop.asked
    wait(lambda: in_front(sheaf), "Sheaf in front")
    # A pause lets the machine sleep.
    sheaf.press("push button", "Pause")
    desktop.wait_calls("Uninhibit", 1)
    sheaf.press("push button", "Resume")
    desktop.wait_calls("Inhibit", 2)
    assert len(desktop.calls("Uninhibit")) == 1, desktop.asked
    choose(request_rate=MANY)
    desktop.wait_calls("Uninhibit", 2)
    wait_sums(sheaf, 8, 8)
    assert not desktop.calls("Notify"), desktop.asked
    assert sheaf.quit() == 0

    gallery = Gallery(stack, 8, "--fault", "file:404=0.5")
    choose(request_rate=FEW)
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    xdotool("windowactivate", other_window(stack))
    wait(lambda: not in_front(sheaf), "another window in front")
    choose(request_rate=MANY)
    _, _, _, title, body, *_ = desktop.wait_calls("Notify", 1)
    done = len(files())
    assert title and re.fullmatch(rf"{done} pictures? (is|are) ready, {8 - done} failed", body), (title, body)
    desktop.wait_calls("Uninhibit", 3)
    assert len(desktop.calls("Inhibit")) == 3 and len(desktop.calls("Notify")) == 1, desktop.asked


def leaves(stack):
    """leaving with work under way asks; it goes on in the background, and the program ends with it"""
    desktop = Desktop()
    stack.callback(desktop.kill)
    gallery = Gallery(stack, 10)
    choose(request_rate=FEW)
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    sheaf.find("push button", "Pause")
    sheaf.focus()
    sheaf.key("ctrl+q")
    sheaf.find("push button", "Go On in the Background")
    sheaf.picture("leaves")
    sheaf.key("Escape")
    wait(lambda: not sheaf.seen("push button", "Go On in the Background"), "the question to go")
    assert not sheaf.ended() and sheaf.seen("push button", "Pause")
    sheaf.key("ctrl+q")
    sheaf.find("push button", "Go On in the Background")
    sheaf.key("alt+b")
    wait(lambda: not xdotool_windows(sheaf), "the window to go")
    assert not sheaf.ended()
    choose(request_rate=MANY)
    wait(sheaf.ended, "the program to end with its work", patience=90)
    assert sheaf.process.returncode == 0
    assert gallery.same()
    assert len(desktop.calls("Notify")) == 1, desktop.asked


def xdotool_windows(sheaf):
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--pid", str(sheaf.process.pid)], capture_output=True, text=True)
    return found.stdout.split()


def preferred(stack):
    """where Preferences say so, nobody is asked; starting Sheaf again shows the window with its work"""
    gallery = Gallery(stack, 10)
    choose(request_rate=FEW, background="true")
    sheaf = open_gallery(stack, gallery)
    download_all(sheaf)
    sheaf.find("push button", "Pause")
    sheaf.focus()
    sheaf.key("ctrl+q")
    wait(lambda: not xdotool_windows(sheaf), "the window to go")
    assert not sheaf.ended()
    again = subprocess.Popen(
        sheaf.process.args[:1], env={**os.environ, "GSETTINGS_SCHEMA_DIR": os.environ["GSETTINGS_SCHEMA_DIR"]},
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(again.wait)
    wait(lambda: xdotool_windows(sheaf), "the window to come back")
    choose(request_rate=MANY, background="true")
    sheaf.press(VIEWS, re.compile("Downloads"))
    wait_sums(sheaf, 10, 10, patience=90)
    assert gallery.same()
    assert sheaf.quit() == 0


run(ends, leaves, preferred)
