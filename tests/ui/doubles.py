"""doubles.py: stands in for services of the desktop, on the bus of this session

Writes down what it is asked for, and answers as it is told to.  The program that asks is the real one,
by the real bus.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import os
import threading

from gi.repository import Gio, GLib

from driver import wait

DESKTOP = "org.freedesktop.portal.Desktop"
DESKTOP_PATH = "/org/freedesktop/portal/desktop"
DESKTOP_INTERFACES = """
<node>
  <interface name="org.freedesktop.portal.Wallpaper">
    <method name="SetWallpaperFile">
      <arg type="s" direction="in"/><arg type="h" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.FileChooser">
    <method name="OpenFile">
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Inhibit">
    <method name="Inhibit">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="a{sv}" direction="in"/>
      <arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Background">
    <method name="RequestBackground">
      <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Notification">
    <method name="AddNotification"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/></method>
    <method name="RemoveNotification"><arg type="s" direction="in"/></method>
    <property name="version" type="u" access="read"/>
  </interface>
  <interface name="org.freedesktop.portal.Secret">
    <method name="RetrieveSecret">
      <arg type="h" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
    </method>
    <property name="version" type="u" access="read"/>
  </interface>
</node>
"""
VERSIONS = {"org.freedesktop.portal.Secret": 1}
DOCUMENTS = "org.freedesktop.portal.Documents"
DOCUMENTS_PATH = "/org/freedesktop/portal/documents"
GET_HOST_PATHS = """
    <method name="GetHostPaths"><arg type="as" direction="in"/><arg type="a{say}" direction="out"/></method>
"""
INFO = """
    <method name="Info">
      <arg type="s" direction="in"/><arg type="ay" direction="out"/><arg type="a{sas}" direction="out"/>
    </method>
"""


class Refused(Exception):
    """Raised by an answer: the call ends with an error of this name."""


class Double:
    """A name on the bus, with an object; answer(method, values, fds, sender) gives a tuple as a GVariant."""

    def __init__(self, name, path, interfaces):
        self.asked = []  # (method, parameters, bytes of the file that came along)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(os.environ["DBUS_SESSION_BUS_ADDRESS"], flags)
        for interface in Gio.DBusNodeInfo.new_for_xml(interfaces).interfaces:
            self.bus.register_object(path, interface, self.on_call, self.on_get, None)
        self.bus.call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
            GLib.Variant("(su)", (name, 4)), None, 0, 5000,
        )
        self.loop = GLib.MainLoop()
        self.thread = threading.Thread(target=self.loop.run, daemon=True)
        self.thread.start()

    def on_get(self, bus, sender, path, interface, name):
        return GLib.Variant("u", VERSIONS.get(interface, 3))

    def on_call(self, bus, sender, path, interface, method, parameters, invocation):
        try:
            invocation.return_value(self.answer(method, parameters.unpack(), invocation))
        except Refused as refused:
            invocation.return_dbus_error(str(refused), "as the test wants it")

    def calls(self, method):
        return [call for call in self.asked if call[0] == method]

    def wait_asked(self, method, count=1):
        wait(lambda: len(self.calls(method)) >= count, f"{method} to be asked for")
        return self.calls(method)[count - 1]

    def kill(self):
        self.loop.quit()
        self.thread.join()
        self.bus.close_sync()


class Portals(Double):
    """The portals; answers is {method: (response, results)}, of what answers by a Request.

    Without an answer the person is still thinking.  secret is what the Secret portal hands out."""

    def __init__(self, answers, secret=None, without=()):
        self.answers = answers
        self.secret = secret
        interfaces = DESKTOP_INTERFACES
        for name in without:
            begin = interfaces.index(f'  <interface name="org.freedesktop.portal.{name}">')
            end = interfaces.index("</interface>", begin) + len("</interface>")
            interfaces = interfaces[:begin] + interfaces[end:]
        super().__init__(DESKTOP, DESKTOP_PATH, interfaces)

    def answer(self, method, values, invocation):
        options = values[-1]
        content = None
        fds = invocation.get_message().get_unix_fd_list()
        if method == "RetrieveSecret":
            with os.fdopen(fds.get(values[0]), "wb") as pipe:
                pipe.write(self.secret or b"")
        elif fds is not None:
            with os.fdopen(fds.get(values[1]), "rb") as file:
                content = file.read()
        if method in ("AddNotification", "RemoveNotification"):
            self.asked.append((method, values, content))
            return None
        sender = invocation.get_sender()
        token = options.get("handle_token")
        # Who gave no token cannot listen for the answer before it was told the handle: it is said again.
        times = 1 if token else 100
        token = token or f"none{len(self.asked)}"
        handle = f"{DESKTOP_PATH}/request/{sender[1:].replace('.', '_')}/{token}"
        self.asked.append((method, values, content))
        if method in self.answers:
            GLib.timeout_add(100, self.respond, [times], sender, handle, *self.answers[method])
        return GLib.Variant("(o)", (handle,))

    def respond(self, times, sender, handle, response, results):
        if not self.bus.is_closed():
            self.bus.emit_signal(
                sender, handle, "org.freedesktop.portal.Request", "Response",
                GLib.Variant("(ua{sv})", (response, results)),
            )
        times[0] -= 1
        return times[0] > 0


class Documents(Double):
    """The document portal: paths is {document: path outside}; methods it has, and an error to refuse with."""

    def __init__(self, paths, methods=GET_HOST_PATHS + INFO, refusing=()):
        self.paths = paths
        self.refusing = refusing
        super().__init__(DOCUMENTS, DOCUMENTS_PATH, f'<node><interface name="{DOCUMENTS}">{methods}</interface></node>')

    def answer(self, method, values, invocation):
        self.asked.append((method, values, None))
        if method in self.refusing:
            raise Refused("org.freedesktop.portal.Error.NotAllowed")
        if method == "GetHostPaths":
            known = {name: self.paths[name].encode() + b"\0" for name in values[0] if name in self.paths}
            return GLib.Variant("(a{say})", (known,))
        if values[0] not in self.paths:
            raise Refused("org.freedesktop.portal.Error.NotFound")
        return GLib.Variant("(aya{sas})", (self.paths[values[0]].encode() + b"\0", {}))
