"""driver.py: drives the window as a person does, and looks at it as a screen reader does

Clicks, keys and drags are real events of the X server, by xdotool; what is on the screen is read from
the accessibility tree.  Whatever should come true is waited for, with a time limit: nothing here sleeps
and hopes.  Runs inside build-aux/session.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import contextlib
import os
import re
import signal
import struct
import subprocess
import sys
import time
import zlib

from gi.repository import Gio, GLib

# A machine under load is slow, sanitizers are slower; a wait that succeeds costs nothing.
PATIENCE = float(os.environ.get("SHEAF_TEST_PATIENCE", "30"))
DOUBLE_CLICK = 0.6  # seconds after which a click is a click of its own; GTK says 0.4
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("SHEAF_BUILD_DIR", os.path.join(TOP, "_build"))

# What a person can do something with: each must say what it is.
CONTROLS = {
    "push button", "toggle button", "check box", "radio button", "text", "password text", "entry",
    "spin button", "combo box", "slider", "menu item", "check menu item", "radio menu item", "link",
    "page tab", "switch", "list item", "table cell", "tree item",
}


# Without a name of its own GTK 4.8 gives a widget that of its class.
CLASS_NAME = re.compile(r"(Gtk|Adw|Sheaf)[A-Z]\w+")


class Failure(AssertionError):
    pass


def xdotool(*arguments):
    # Its --sync waits for ever for what is so already; a time limit turns that into a try again.
    command = ["timeout", "5", "xdotool", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait(condition, what, patience=None):
    """Waits until condition() is true and returns what it gave; its errors count as not yet."""
    limit = time.monotonic() + (patience or PATIENCE)
    last = None
    while True:
        try:
            value = condition()
            if value:
                return value
        except (GLib.Error, subprocess.CalledProcessError) as error:
            last = error
        if time.monotonic() > limit:
            raise Failure(f"waited in vain for {what}" + (f" ({last})" if last else ""))
        time.sleep(0.05)


class Tree:
    """The accessibility bus, spoken to directly: no cache that is stale, every call with a time limit."""

    _connection = None

    @classmethod
    def connection(cls):
        if cls._connection is None:
            session = Gio.bus_get_sync(Gio.BusType.SESSION)
            address = session.call_sync(
                "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, 0, 10000
            ).unpack()[0]
            flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
            cls._connection = Gio.DBusConnection.new_for_address_sync(address, flags)
        return cls._connection

    @classmethod
    def call(cls, bus, path, interface, method, arguments=None):
        return cls.connection().call_sync(bus, path, interface, method, arguments, None, 0, 10000).unpack()

    @classmethod
    def programs(cls):
        """Every program that shows its tree, as (node, process id)."""
        desktop = Node(("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root"))
        found = []
        for program in desktop.children:
            with contextlib.suppress(GLib.Error):
                pid = cls.call(
                    "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                    "GetConnectionUnixProcessID", GLib.Variant("(s)", (program.bus,)),
                )[0]
                found.append((Node((program.bus, program.path)), pid))
        return found


# Numbers of the states in the protocol.
STATES = {
    "active": 1, "checked": 4, "editable": 7, "expanded": 10, "focusable": 11, "focused": 12, "pressed": 20,
    "selectable": 22, "selected": 23, "sensitive": 24, "showing": 25, "visible": 30,
}
# Names of the roles, by their number in the protocol (GTK 4 has names of its own).
ROLES = """
invalid, accelerator label, alert, animation, arrow, calendar, canvas, check box, check menu item,
color chooser, column header, combo box, date editor, desktop icon, desktop frame, dial, dialog,
directory pane, drawing area, file chooser, filler, focus traversable, font chooser, frame, glass
pane, html container, icon, image, internal frame, label, layered pane, list, list item, menu, menu
bar, menu item, option pane, page tab, page tab list, panel, password text, popup menu, progress
bar, push button, radio button, radio menu item, root pane, row header, scroll bar, scroll pane,
separator, slider, spin button, split pane, status bar, table, table cell, table column header,
table row header, tearoff menu item, terminal, text, toggle button, tool bar, tool tip, tree, tree
table, unknown, viewport, window, extended, header, footer, paragraph, ruler, application,
autocomplete, editbar, embedded, entry, chart, caption, document frame, heading, page, section,
redundant object, form, link, input method window, table row, tree item, document spreadsheet,
document presentation, document text, document web, document email, comment, list box, grouping,
image map, notification, info bar, level bar, title bar, block quote, audio, video, definition,
article, landmark, log, marquee, math, rating, timer, static, math fraction, math root, subscript,
superscript, description list, description term, description value, footnote, content deletion,
content insertion, mark, suggestion, push button menu
""".replace("\n", " ").strip().split(", ")
ACCESSIBLE = "org.a11y.atspi.Accessible"


class Node:
    """One accessible object, asked anew each time."""

    def __init__(self, reference, parent=None):
        self.bus, self.path = reference
        self.parent = parent

    def call(self, interface, method, arguments=None):
        return Tree.call(self.bus, self.path, interface, method, arguments)

    def get(self, interface, name):
        return self.call("org.freedesktop.DBus.Properties", "Get", GLib.Variant("(ss)", (interface, name)))[0]

    @property
    def role(self):
        number = self.call(ACCESSIBLE, "GetRole")[0]
        return ROLES[number] if number < len(ROLES) else str(number)

    @property
    def name(self):
        name = self.get(ACCESSIBLE, "Name") or self.name_by_label()
        # GTK 4.8 names a button with a mnemonic by both its texts: “_Save Save”.
        half = (len(name) - 1) // 2 + 1
        return name[half + 1 :] if name[:half].replace("_", "", 1) == name[half + 1 :] != "" else name

    def name_by_label(self):
        """Newer GTK leaves it to the reader to ask what labels the item of a menu."""
        if self.role != "menu item":
            return ""
        labels = [Node(label) for kind, nodes in self.call(ACCESSIBLE, "GetRelationSet")[0] if kind == 2 for label in nodes]
        return " ".join(label.text for label in labels)

    @property
    def description(self):
        return self.get(ACCESSIBLE, "Description")

    def has(self, state):
        number = STATES[state]
        return bool(self.call(ACCESSIBLE, "GetState")[0][number // 32] >> (number % 32) & 1)

    @property
    def text(self):
        try:
            if "org.a11y.atspi.Text" not in self.call(ACCESSIBLE, "GetInterfaces")[0]:
                return ""
            length = self.get("org.a11y.atspi.Text", "CharacterCount")
            return self.call("org.a11y.atspi.Text", "GetText", GLib.Variant("(ii)", (0, length)))[0]
        except GLib.Error:
            return ""

    def extents(self, screen=False):
        try:
            kind = GLib.Variant("(u)", (0 if screen else 1,))
            return self.call("org.a11y.atspi.Component", "GetExtents", kind)[0]
        except GLib.Error:
            return (0, 0, 0, 0)

    @property
    def box(self):
        return self.extents()

    @property
    def children(self):
        return [
            Node(reference, self) for reference in self.call(ACCESSIBLE, "GetChildren")[0]
            if reference[1] != "/org/a11y/atspi/null"
        ]

    def walk(self, depth=0):
        yield self, depth
        try:
            children = self.children
        except GLib.Error:
            return
        for child in children:
            yield from child.walk(depth + 1)

    def find_all(self, role=None, name=None, where=None):
        found = []
        for node, _ in self.walk():
            try:
                if role is not None and node.role not in ((role,) if isinstance(role, str) else role):
                    continue
                if name is not None and not matches(name, node.name):
                    continue
                if where is not None and not where(node):
                    continue
            except GLib.Error:
                continue
            found.append(node)
        return found

    def dump(self, stream=sys.stderr):
        """What can be seen and has a name, for the log of a failure."""
        for node, depth in self.walk():
            with contextlib.suppress(GLib.Error):
                if node.box[2] <= 0 or not node.name or CLASS_NAME.fullmatch(node.name):
                    continue
                print("#", "  " * depth, node.role, repr(node.name), node.box, repr(node.text)[:60], file=stream)


def matches(wanted, name):
    return bool(wanted.search(name)) if isinstance(wanted, re.Pattern) else wanted == name


class Program:
    """A program with a window: Sheaf, or another one that things are dragged from."""

    def __init__(self, command, title=None, environment=None, app_name=None):
        self.log_path = os.path.join(os.environ["HOME"], f"program-{time.monotonic_ns()}.log")
        self.log = open(self.log_path, "w", encoding="utf-8")
        self.title = title
        self.began = time.monotonic()
        self.app_name = app_name
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env={**os.environ, **(environment or {})}, start_new_session=True,
        )

    # What it says

    def said(self):
        self.log.flush()
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def ended(self):
        return self.process.poll() is not None

    def quit(self, patience=None):
        """Ctrl+Q, as a person; the status is the program's."""
        if not self.ended():
            self.focus()
            self.key("ctrl+q")
        wait(self.ended, "the program to end", patience)
        return self.process.returncode

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            # What the bus started shares its group with the bus.
            if os.getpgid(self.process.pid) == self.process.pid:
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    # What it shows

    @property
    def root(self):
        for program, pid in Tree.programs():
            if pid == self.process.pid if self.app_name is None else program.name == self.app_name:
                return program
        if self.ended():
            raise Failure(f"the program ended with {self.process.returncode}:\n{self.said()}")
        return None

    @property
    def frames(self):
        root = self.root
        # The window of shortcuts is a panel to newer GTK.
        windows = ("frame", "window", "dialog", "panel")
        return [child for child in root.children if child.role in windows] if root else []

    def wait_window(self):
        frame = wait(lambda: self.frames and self.frames[0], "a window")
        wait(lambda: self.x_window(), "the window to be mapped")
        return frame

    def find_all(self, role=None, name=None, where=None):
        root = self.root
        return root.find_all(role, name, where) if root else []

    def find(self, role=None, name=None, where=None, patience=None):
        """The first that fits and has a size, waited for."""

        def look():
            for node in self.find_all(role, name, where):
                box = node.box
                if box[2] > 0 and box[3] > 0:
                    return node
            return None

        try:
            return wait(look, f"{role or 'anything'} {name if name is not None else ''}", patience)
        except Failure:
            self.dump()
            raise

    def tiles(self):
        """The pictures of the page that is seen, in its order."""
        return [
            node for node in self.find_all("table cell")
            if node.box[2] > 0 and node.box[3] > 0 and self.on_screen(node)
        ]

    def wait_tile(self, pattern, patience=None):
        try:
            return wait(
                lambda: next((tile for tile in self.tiles() if pattern.search(tile.name)), None),
                f"a tile like {pattern.pattern}", patience,
            )
        except Failure:
            self.dump()
            raise

    def on_screen(self, node):
        """Whether its middle is within the frame: what is scrolled away is not."""
        x, y, width, height = node.box
        _, _, wide, high = self.frames[0].box
        return 0 <= x + width // 2 <= wide and 0 <= y + height // 2 <= high

    def reveal(self, node):
        """Scrolls with the wheel until a control can be clicked."""
        _, _, wide, high = self.frames[0].box
        middle = self.point(self.frames[0])
        point_at(*middle)
        for _ in range(60):
            _, y, _, height = node.box
            if 60 < y + height // 2 < high - 60:
                return node
            before = node.box
            xdotool("click", 5 if y + height // 2 >= high - 60 else 4)
            with contextlib.suppress(Failure):
                wait(lambda: node.box != before, "the page to scroll", 1)
        raise Failure(f"cannot scroll to {node.role} {node.name}")

    def words(self):
        """Everything that can be read, in the order of the tree."""
        said = []
        root = self.root
        for node, _ in root.walk() if root else ():
            with contextlib.suppress(GLib.Error):
                for part in (node.name, node.text):
                    if part and part not in said[-2:]:
                        said.append(part)
        return said

    def wait_words(self, pattern, patience=None):
        pattern = re.compile(pattern)
        try:
            return wait(
                lambda: next((words for words in self.words() if pattern.search(words)), None),
                f"words like {pattern.pattern}", patience,
            )
        except Failure:
            self.dump()
            raise

    def wait_toast(self, pattern, patience=None):
        """Words of a toast.  It is there for seconds, and a busy machine walks the tree for longer: what
        counts is that it was shown, which the log says."""
        pattern = re.compile(rf"Toast: {pattern}")
        try:
            return wait(lambda: pattern.search(self.said()), f"a toast like {pattern.pattern}", patience)
        except Failure:
            self.dump()
            raise

    def dump(self):
        root = self.root
        if root is not None:
            root.dump()
        print("# it said:", *self.said().splitlines()[-40:], sep="\n#   ", file=sys.stderr)

    def unnamed(self):
        """Controls that a screen reader could not tell."""
        bad = []
        for node, _ in self.root.walk():
            with contextlib.suppress(GLib.Error):
                if node.role not in CONTROLS or node.box[2] <= 0 or node.box[3] <= 0:
                    continue
                # A grid keeps rows beyond its edge; they are named when they come into view.
                if node.role == "table cell" and not self.on_screen(node):
                    continue
                name = node.name
                if not name or CLASS_NAME.fullmatch(name):
                    if is_part_of_named(node) or is_named_by_content(node):
                        continue
                    bad.append(node)
        return bad

    # What is done to it

    def x_window(self, name=None):
        """The X window of the frame: (id, x, y, width, height), shadows included; the largest, or the one
        that is called so where there is one."""
        found = []
        if name:
            with contextlib.suppress(subprocess.CalledProcessError):
                pattern = f"^{re.escape(name)}$"
                process = self.process.pid
                found = xdotool("search", "--all", "--onlyvisible", "--pid", process, "--name", pattern).split()
        if found:
            pass
        elif self.title is not None:
            found = xdotool("search", "--onlyvisible", "--name", self.title).split()
        else:
            found = xdotool("search", "--onlyvisible", "--pid", self.process.pid, "--name", ".").split()
        best = None
        for window in found:
            lines = dict(
                line.split("=", 1) for line in xdotool("getwindowgeometry", "--shell", window).splitlines()
                if "=" in line
            )
            geometry = (window, int(lines["X"]), int(lines["Y"]), int(lines["WIDTH"]), int(lines["HEIGHT"]))
            if best is None or geometry[3] * geometry[4] > best[3] * best[4]:
                best = geometry
        return best

    def origin(self, frame):
        """Where (0, 0) of the frame's coordinates is on the screen."""
        # A tooltip that goes while xdotool searches makes it fail.
        window, x, y, width, height = wait(lambda: self.x_window(frame.name), "the window")
        said = subprocess.run(["xprop", "-id", window, "_GTK_FRAME_EXTENTS"], capture_output=True, text=True).stdout
        extents = re.search(r"= (\d+), (\d+), (\d+), (\d+)", said)
        if extents:
            left, _, top, _ = map(int, extents.groups())
            return x + left, y + top
        # Without a compositor GTK draws a border of its own, the same on every side.
        inset, _, frame_width, _ = frame.box
        if inset < 0:
            # Newer GTK counts it in, and from a corner within.
            return x + 16, y + 16
        border = max(0, (width - frame_width) // 2)
        return x + border, y + border

    def point(self, node, dx=None, dy=None):
        """The middle of a node on the screen, or a point within it."""
        x, y, width, height = node.box
        frame = node
        while frame.parent is not None and frame.role not in ("frame", "dialog", "window"):
            # A popover is a surface of its own, and its coordinates begin where it begins.
            if frame.name.startswith("GtkPopover") and frame.name != "GtkPopoverContent":
                return self.point_in_popover(frame, node, dx, dy)
            frame = frame.parent
        left, top = self.origin(frame)
        return left + x + (width // 2 if dx is None else dx), top + y + (height // 2 if dy is None else dy)

    def point_in_popover(self, popover, node, dx, dy):
        left, top, wide, high = popover.box

        def look():
            tree = subprocess.run(["xwininfo", "-root", "-tree"], check=True, capture_output=True, text=True).stdout
            for found in re.finditer(r"(\d+)x(\d+)[+-]-?\d+[+-]-?\d+ +\+(-?\d+)\+(-?\d+)", tree):
                width, height, x, y = map(int, found.groups())
                if abs(width - wide) <= 2 and abs(height - high) <= 2:
                    return x, y
            return None

        x, y = wait(look, "the surface of a popover")
        box = node.box
        return (
            x + box[0] - left + (box[2] // 2 if dx is None else dx),
            y + box[1] - top + (box[3] // 2 if dy is None else dy),
        )

    def settled_point(self, node, dx=None, dy=None):
        """The same, once it is the same twice: a window that just came is still put in its place."""
        points = [self.point(node, dx, dy)]

        def is_settled():
            points.append(self.point(node, dx, dy))
            return points[-1] == points[-2]

        wait(is_settled, f"“{node.name}” to stay where it is")
        return points[-1]

    def pick(self, tile, modifiers=()):
        """Clicks a tile until it is picked: on a busy machine the page may move beneath a click, or
        the click may only end a menu that is still going."""
        def is_picked():
            return tile.has("selected") and (modifiers or tile.has("focused"))

        for patience in (5, 5, None):
            self.click(tile, modifiers=modifiers)
            try:
                wait(is_picked, "the tile to be picked", patience)
                return
            except Failure:
                if patience is None:
                    raise
            time.sleep(DOUBLE_CLICK)

    def click(self, node, button=1, repeat=1, dx=None, dy=None, modifiers=()):
        x, y = self.settled_point(node, dx, dy)
        point_at(x, y)
        for modifier in modifiers:
            xdotool("keydown", modifier)
        xdotool("click", "--repeat", repeat, "--delay", 60, button)
        for modifier in modifiers:
            xdotool("keyup", modifier)

    def press(self, role, name, **options):
        """Finds a control, waits until it takes clicks, and clicks it."""
        node = self.find(role, name)
        wait(lambda: node.has("sensitive"), f"{name} to be sensitive")
        self.click(node, **options)
        return node

    def focus(self):
        xdotool("windowfocus", "--sync", self.x_window()[0])

    def key(self, *keys):
        xdotool("key", "--delay", 30, *keys)

    def type(self, text):
        xdotool("type", "--delay", 15, text)

    def focused(self):
        return next(iter(self.find_all(where=lambda node: node.has("focused"))), None)

    def tab_to(self, role, name=None, back=False, most=80):
        """Tab, or Shift+Tab, until the focus is there; says where it was when it never came."""
        been = []
        for _ in range(most):
            node = self.focused()
            if node is not None:
                if node.role in ((role,) if isinstance(role, str) else role) and (
                    name is None or matches(name, node.name)
                ):
                    return node
                been.append(f"{node.role} “{node.name}”")
            before = node.path if node else None
            # In a grid, Tab goes from picture to picture; with Ctrl it leaves the grid.
            leave = "ctrl+" if node is not None and node.role == "table cell" else ""
            self.key(leave + ("shift+Tab" if back else "Tab"))
            with contextlib.suppress(Failure):
                wait(lambda: (lambda now: now is not None and now.path != before)(self.focused()), "the focus", 2)
        raise Failure(f"the focus never came to {role} {name}; it was at: " + ", ".join(been[-25:]))

    def seen(self, role=None, name=None):
        return [node for node in self.find_all(role, name) if node.box[2] > 0 and node.box[3] > 0]

    def picture(self, name):
        """The whole screen as a PNG, when pictures are wanted."""
        folder = os.environ.get("SHEAF_PICTURES")
        if folder:
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["import", "-window", "root", os.path.join(folder, name + ".png")], check=True)


def point_at(x, y):
    def there():
        place = dict(line.split("=") for line in xdotool("getmouselocation", "--shell").splitlines())
        return int(place["X"]) == x and int(place["Y"]) == y

    xdotool("mousemove", x, y)
    wait(there, f"the pointer at {x}, {y}")


def is_part_of_named(node):
    """A part of a named control (the button of a menu button, the entry of a row) is told by it."""
    parent = node.parent
    for _ in range(4):
        if parent is None or parent.role in ("frame", "window", "dialog"):
            return False
        name = parent.name
        if parent.role in CONTROLS and name and not CLASS_NAME.fullmatch(name):
            return True
        parent = parent.parent
    return False


def is_named_by_content(node):
    """A row is called by the words in it; a button with nothing but an icon has none."""
    return node.role == "list item" and any(
        part.name and not CLASS_NAME.fullmatch(part.name) for part, depth in node.walk() if depth
    )


def drag(start, end):
    """A drag as a hand makes it: the source must notice the start, the target each step."""
    x, y = start
    point_at(x, y)
    time.sleep(DOUBLE_CLICK)
    xdotool("mousedown", 1)
    for step in (3, 6, 12, 18, 24, 30):
        xdotool("mousemove", x + step, y + step // 3)
        time.sleep(0.05)
    for i in range(1, 9):
        xdotool("mousemove", x + 30 + (end[0] - x - 30) * i // 8, y + 10 + (end[1] - y - 10) * i // 8)
        time.sleep(0.08)
    time.sleep(0.5)
    xdotool("mousemove", end[0] + 2, end[1])
    xdotool("mouseup", 1)


class Sheaf(Program):
    """The window under test."""

    def __init__(self, *arguments, environment=None):
        super().__init__(
            [os.path.join(BUILD, "ui", "sheaf"), *arguments],
            environment={
                "SHEAF_HELPER_DIR": os.path.join(BUILD, "app"),
                "GSETTINGS_SCHEMA_DIR": os.path.join(BUILD, "data"),
                "G_MESSAGES_DEBUG": "sheaf-ui",
                **(environment or {}),
            },
        )

    def kill(self):
        super().kill()
        # The bus learns of it a little later; the next one would be told to ask this one.
        wait(lambda: owner_of("io.github.sheaf_app.Sheaf") != self.process.pid, "its name to be free")


class Running(Program):
    """Sheaf that something else started: found by its name on the session bus."""

    def __init__(self, bus_name):
        self.title = self.app_name = None
        self.log_path = os.devnull
        self.log = open(os.devnull, "w", encoding="utf-8")
        self.bus_name = bus_name
        self.process = Foreign(wait(lambda: owner_of(bus_name), f"{bus_name} on the bus"))

    def kill(self):
        super().kill()
        # Its threads may outlive it, and its connection with them: a call would still go there.
        wait(lambda: owner_of(self.bus_name) != self.process.pid, f"{self.bus_name} to be free")


class Foreign:
    """A process that is nobody's child here, with the few methods of Popen that are used."""

    returncode = None

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        try:
            with open(f"/proc/{self.pid}/stat", encoding="utf-8") as stat:
                ended = stat.read().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            ended = True
        if ended:
            self.returncode = 0
        return self.returncode

    def wait(self):
        wait(lambda: self.poll() is not None, "a process to end")


class Thunar(Program):
    """A file manager that shows one folder, at the left of the screen, for dragging out of."""

    def __init__(self, folder):
        super().__init__(["thunar", folder], title=os.path.basename(folder) + " - Thunar", app_name="thunar")

    def first_icon(self):
        """Where on the screen its first icon is.  Thunar's icons are not in the tree; their pane is."""
        self.wait_window()
        window = self.x_window()[0]
        xdotool("windowsize", window, 400, 400)
        xdotool("windowmove", window, 10, 10)
        # Managers differ in what they count from: the corner of the frame, or of the window in it.
        wait(lambda: self.x_window()[1] < 60 and self.x_window()[2] < 90, "Thunar at its place")
        self.find("status bar", re.compile(r"^1 (folder|file)"))
        pane = self.find("directory pane")
        x, y, _, _ = pane.extents(screen=True)
        return x + 40, y + 40


class Demo:
    """The demo gallery as a server of its own, which the window is pointed at."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "app", "sheaf-cli"), "demo", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        self.url = None
        said = []
        for line in self.process.stdout:
            said.append(line)
            found = re.search(r"http://[\w.\[\]:]+(/\S*)?", line)
            if found:
                self.url = found.group(0).rstrip(".,")
                break
        if self.url is None:
            raise Failure("the demo server did not say where it is: " + "".join(said))
        os.set_blocking(self.process.stdout.fileno(), False)

    def kill(self):
        self.process.terminate()
        self.process.wait()


class Keyring:
    """gnome-keyring on the session's bus, with a password nobody is asked for until it is locked."""

    def __init__(self):
        subprocess.run(
            ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--daemonize"],
            input="password", check=True, capture_output=True, text=True,
        )
        self.pid = wait(lambda: owner_of("org.freedesktop.secrets"), "the keyring on the bus")

    def lookup(self, name):
        """What it keeps under a name, read by libsecret's own tool; nothing where it keeps nothing."""
        found = subprocess.run(
            ["secret-tool", "lookup", "service", "imgur", "name", name], capture_output=True, text=True, timeout=30
        )
        return found.stdout.strip()

    def lock(self):
        Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            "org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.Secret.Service", "Lock",
            GLib.Variant("(ao)", (["/org/freedesktop/secrets/collection/login"],)), None, 0, 10000,
        )

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        wait(lambda: not owner_of("org.freedesktop.secrets"), "the keyring to end")


def owner_of(bus_name):
    """The process behind a name of the session bus, or nothing."""
    try:
        return Gio.bus_get_sync(Gio.BusType.SESSION).call_sync(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
            "GetConnectionUnixProcessID", GLib.Variant("(s)", (bus_name,)), None, 0, 5000,
        ).unpack()[0]
    except GLib.Error:
        return None


def write_png(path, width, height, colour):
    """A PNG whose every pixel is known: colour(x, y) gives (red, green, blue)."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(c for x in range(width) for c in colour(x, y)) for y in range(height))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        file.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def thumbnails():
    """Files in the shared thumbnail cache of this home."""
    top = os.path.join(os.environ["XDG_CACHE_HOME"], "thumbnails")
    return [
        os.path.join(folder, name)
        for folder, _, names in os.walk(top) if "fail" not in folder
        for name in names if name.endswith(".png")
    ]


def run(*scenarios):
    """Runs each scenario(stack) and speaks TAP; what a scenario started is ended whatever happens.
    SHEAF_SCENARIOS names the only ones that are wanted."""
    failed = 0
    wanted = os.environ.get("SHEAF_SCENARIOS", "").split()
    scenarios = [scenario for scenario in scenarios if not wanted or scenario.__name__ in wanted]
    print(f"1..{len(scenarios)}")
    for number, scenario in enumerate(scenarios, 1):
        title = (scenario.__doc__ or scenario.__name__).strip().splitlines()[0]
        try:
            with contextlib.ExitStack() as stack:
                scenario(stack)
            print(f"ok {number} - {title}", flush=True)
        except Exception as error:  # whatever it is, it is a failure, and said
            failed += 1
            print(f"not ok {number} - {title}", flush=True)
            for line in f"{type(error).__name__}: {error}".splitlines():
                print("#", line, flush=True)
            import traceback
            for line in traceback.format_exc().splitlines():
                print("#", line, file=sys.stderr, flush=True)
    sys.exit(1 if failed else 0)
