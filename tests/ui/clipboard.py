#!/usr/bin/python3
"""Another program that pastes: prints the text of the clipboard

SPDX-License-Identifier: GPL-3.0-or-later
"""
import sys

import gi

gi.require_version("Gdk", "4.0")
gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

Gtk.init()
loop = GLib.MainLoop()


def on_read(clipboard, result):
    sys.stdout.write(clipboard.read_text_finish(result) or "")
    loop.quit()


Gdk.Display.get_default().get_clipboard().read_text_async(None, on_read)
loop.run()
