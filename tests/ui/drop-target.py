#!/usr/bin/python3
"""A window that says what was dropped on it, a line for each address

SPDX-License-Identifier: GPL-3.0-or-later
"""
import gi

gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

Gtk.init()
window = Gtk.Window(title="Target", default_width=380, default_height=300, child=Gtk.Label(label="Drop here"))
target = Gtk.DropTarget.new(Gdk.FileList, Gdk.DragAction.COPY)


def on_drop(_target, value, _x, _y):
    for file in value.get_files():
        print("dropped", file.get_uri(), flush=True)
    return True


target.connect("drop", on_drop)
window.add_controller(target)
window.present()
GLib.MainLoop().run()
