#!/usr/bin/python3
"""test-queue-machines.py BUILDDIR   the job queue over several machines, one of which gets lost

A machine is a set of namespaces: a network interface on a switch, a host name, a disk that nobody
else sees, but for a folder that the client and one worker share, by two paths.  Broker, workers,
client and gallery have one each; they are started by the commands that `sheaf-cli broker` prints.  A
machine is cut off the way networks do it: nothing says so, no connection ends, what is sent is not
answered.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import hashlib
import http.server
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

INSIDE = "SHEAF_TEST_INSIDE"
NAMES = ["broker", "first", "second", "client", "gallery"]
NAMESPACES = ["--map-root-user", "--mount", "--net", "--uts", "--pid", "--fork", "--mount-proc",
              "--kill-child"]
LEASE_MS = 3000
PATIENCE = 60  # seconds for what takes one or two
PICTURES = 16
SLOTS = 4

count, failed = 0, False


def check(name, good, what=""):
    global count, failed
    count += 1
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
    if not good:
        failed = True
        for line in str(what).splitlines():
            print(f"# {line}", flush=True)


def wait_for(test, what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = test()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(what)


class Machine:
    """One machine, with a folder of its own at @top, where everybody has theirs."""

    def __init__(self, name, top, build):
        number = NAMES.index(name) + 1
        self.name, self.top, self.build, self.address = name, top, build, f"10.9.0.{number}"
        shared = {"client": "shared", "second": "work"}.get(name)
        setup = 'mount -t tmpfs none "$0" && mkdir -p "$0/home/work" && mount --bind "$1" /etc/hosts'
        if shared:
            setup += f' && mkdir -p "$0/home/{shared}" && mount --bind "$1.shared" "$0/home/{shared}"'
        setup += ' && hostname "$2" && echo up && exec sleep infinity'
        hosts = os.path.join(os.path.dirname(top), "hosts")
        self.keeper = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "sh", "-c", setup, top, hosts, name],
            stdout=subprocess.PIPE, text=True)
        if self.keeper.stdout.readline() != "up\n":
            raise OSError(f"the machine {name} does not come up")
        pid = str(self.keeper.pid)
        subprocess.run(["ip", "link", "add", "name", f"to-{name}", "type", "veth",
                        "peer", "name", "eth0", "netns", pid], check=True)
        self.set_cut(False)
        subprocess.run(["ip", "link", "set", f"to-{name}", "up"], check=True)
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "address", "add", f"{self.address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")

    def set_cut(self, cut):
        """Takes it off the switch, or puts it on: its own end sees nothing of that."""
        where = ["nomaster"] if cut else ["master", "switch"]
        subprocess.run(["ip", "link", "set", f"to-{self.name}", *where], check=True)

    def set_deaf(self, other, deaf):
        """What goes to @other gets lost on the way, and so does what it answers."""
        for a, b in (self, other), (other, self):
            if deaf:
                a.run("ip", "neighbour", "replace", b.address, "lladdr", "02:00:00:00:00:99",
                      "dev", "eth0", "nud", "permanent")
            else:
                a.run("ip", "neighbour", "del", b.address, "dev", "eth0")

    def words(self, *words):
        home = os.path.join(self.top, "home")
        return ["nsenter", "-t", str(self.keeper.pid), "-n", "-m", "-u",
                "env", "-C", home, f"HOME={home}",
                f"XDG_STATE_HOME={home}/.state", f"XDG_DATA_HOME={home}/.data",
                f"XDG_CACHE_HOME={home}/.cache",
                f"PATH={self.build}/app:{os.environ['PATH']}", *words]

    def run(self, *words):
        done = subprocess.run(self.words(*words), capture_output=True, text=True)
        if done.returncode != 0:
            raise OSError(f"{self.name}: {shlex.join(words)}: {done.stderr}")
        return done.stdout

    def start(self, command, log, folder="."):
        with open(self.path(log), "w") as file:
            return subprocess.Popen(self.words("bash", "-c", f"cd {folder} && exec {command}"), stdout=file,
                                    stderr=subprocess.STDOUT)

    def path(self, name):
        return f"/proc/{self.keeper.pid}/root{self.top}/home/{name}"

    def read(self, name):
        try:
            with open(self.path(name)) as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def files(self, folder):
        found = {}
        for at, _, names in os.walk(self.path(folder)):
            for name in names:
                with open(os.path.join(at, name), "rb") as file:
                    found[name] = hashlib.sha256(file.read()).hexdigest()
        return found


class Gallery(http.server.ThreadingHTTPServer):
    """Files of a folder, while its gate is open."""
    daemon_threads = True

    def __init__(self, address, folder):
        self.folder, self.asked, self.lock, self.gate = folder, [], threading.Lock(), threading.Event()
        self.gate.set()
        super().__init__(address, Answer)

    def handle_error(self, request, client_address):
        pass  # who asked has gone

    def count(self, machine):
        with self.lock:
            return sum(address == machine.address for address, _ in self.asked)


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with self.server.lock:
            self.server.asked.append((self.client_address[0], self.path))
        self.server.gate.wait(PATIENCE)
        with open(os.path.join(self.server.folder, os.path.basename(self.path)), "rb") as file:
            content = file.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


def serve(machine, folder):
    """In a thread that has gone to that machine's network; no other thread goes along."""
    ready, made = threading.Event(), []

    def work():
        with open(f"/proc/{machine.keeper.pid}/ns/net") as file:
            enter(file.fileno())
        made.append(Gallery((machine.address, 80), folder))
        ready.set()
        made[0].serve_forever()

    threading.Thread(target=work, daemon=True).start()
    ready.wait(PATIENCE)
    return made[0]


def enter(descriptor):
    import ctypes
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")


class Scene:
    def __init__(self, top, build):
        self.top, self.build = top, build
        with open(os.path.join(top, "hosts"), "w") as file:
            file.write("127.0.0.1 localhost\n")
            for number, name in enumerate(NAMES, 1):
                file.write(f"10.9.0.{number} {name}\n")
        disk = os.path.join(top, "disk")
        os.mkdir(disk)
        os.mkdir(os.path.join(top, "hosts.shared"))
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "link", "add", "name", "switch", "type", "bridge"], check=True)
        subprocess.run(["ip", "link", "set", "switch", "up"], check=True)
        for name in NAMES:
            setattr(self, name, Machine(name, disk, build))
        self.processes = []

    def status(self):
        return json.loads(self.broker.run("sheaf-cli", "queue", "status", "--json"))

    def wait_for_workers(self, n):
        wait_for(lambda: len(self.status()["workers"]) == n, f"{n} workers")

    def start_broker(self):
        self.processes.append(self.broker.start("sheaf-cli broker --bind 0.0.0.0", "broker.log"))
        said = wait_for(lambda: re.search(r"^  (sheaf-cli worker .*)$", self.broker.read("broker.log"),
                                          re.MULTILINE), "the broker")
        self.command = said.group(1)
        self.url = shlex.split(self.command)[-1]
        # What it says to copy, to where the commands will be typed.
        for machine, folder in (self.first, "work"), (self.second, "work"), (self.client, "."):
            for name in "certificate.pem", "password":
                shutil.copy(self.broker.path(f".state/sheaf/broker/{name}"), machine.path(folder))

    def start_workers(self, command):
        self.workers = [machine.start(command, "worker.log", "work") for machine in (self.first, self.second)]
        self.wait_for_workers(2)

    def stop(self, machine):
        worker = self.workers[machine is self.second]
        worker.terminate()
        return worker.wait(PATIENCE)

    def worker_of(self, machine):
        return next((worker for worker in self.status()["workers"] if worker["host"] == machine.name), None)


def download(scene, words, log="download.log"):
    return scene.client.start(f"sheaf-cli download {words} --no-archive --json", log)


def rows_of(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def gist(text):
    """What a download says, less what is as it should be."""
    return "\n".join(line for line in text.splitlines() 
                     if '"state":"done"' not in line and '"kind":"cancelled"' not in line)


def leftovers(machine):
    return machine.files("work/.sheaf-queue")


def try_commands(scene):
    """By the printed commands, as they are."""
    client = scene.client
    check("the printed command names the machine", "@broker:6380?" in scene.command, scene.command)
    scene.start_workers(scene.command)
    hosts = sorted(worker["host"] for worker in scene.status()["workers"])
    check("two workers on two machines", hosts == ["first", "second"], hosts)

    broker = f"--broker {shlex.quote(scene.url)}"
    status = download(scene, f"demo: -x threads --limit {PICTURES} -o threads").wait(PATIENCE)
    check("a gallery of the client's own, with threads", status == 0, gist(client.read("download.log")))
    whole = client.files("threads")
    status = download(scene, f"demo: -x queue --limit {PICTURES} -o own {broker}").wait(PATIENCE)
    check("and with the queue, though no other machine can reach it", status == 0,
          gist(client.read("download.log")))
    check("the same files and thumbnails", client.files("own") == whole)

    # On another machine: what the client has just got.
    served = os.path.join(scene.top, "served")
    shutil.copytree(client.path("threads"), served)
    scene.server = serve(scene.gallery, served)
    names = sorted(name for name in os.listdir(served)
                   if os.path.isfile(os.path.join(served, name)) and "_thumbnail" not in name)
    scene.pictures = {name: whole[name] for name in names}
    with open(client.path("links"), "w") as file:
        file.writelines(f"http://gallery/{name}\n" for name in names)
    for folder in "got", "shared/got":
        scene.server.asked.clear()
        status = download(scene, f"links -x queue -o {folder} {broker}").wait(PATIENCE)
        rows = rows_of(client.read("download.log"))
        check(f"{folder}: a gallery on a third machine",
              status == 0 and rows[-1]["summary"]["done"] == len(names), gist(client.read("download.log")))
        check(f"{folder}: the same files", client.files(folder) == scene.pictures, client.files(folder))
        check(f"{folder}: with thumbnails", all(row.get("thumbnail") for row in rows[:-1]), rows)
        check(f"{folder}: fetched by both workers, and by nobody else",
              scene.server.count(scene.first) > 0 and scene.server.count(scene.second) > 0
              and len(scene.server.asked) == len(names), scene.server.asked)
        check(f"{folder}: workers keep nothing", not leftovers(scene.first) and not leftovers(scene.second))
    statuses = [scene.stop(scene.first), scene.stop(scene.second)]
    check("workers end well", statuses == [0, 0], statuses)


def begin(scene, folder):
    """A download in whose middle everybody waits for the gallery."""
    known = {batch["id"] for batch in scene.status()["batches"]}
    scene.server.asked.clear()
    scene.server.gate.clear()
    job = download(scene, f"links -x queue -o {folder} --broker {shlex.quote(scene.url)}")
    wait_for(lambda: scene.server.count(scene.first) == SLOTS or job.poll() is not None, "the work")

    def batches():
        return [batch for batch in scene.status()["batches"] if batch["id"] not in known]
    return job, batches


def check_end(scene, folder, job):
    status, said = job.wait(PATIENCE), scene.client.read("download.log")
    rows = rows_of(said)
    check(f"{folder}: all is done", status == 0 and rows[-1]["summary"]["done"] == len(scene.pictures), gist(said))
    check(f"{folder}: no picture is told of twice",
          len({row["id"] for row in rows[:-1]}) == len(rows) - 1 == len(scene.pictures), gist(said))
    check(f"{folder}: every file is whole", scene.client.files(folder) == scene.pictures, scene.client.files(folder))


def check_idle(scene, folder):
    status = scene.status()
    check(f"{folder}: nothing is left in the queue",
          (status["queued"], status["running"], status["waiting"], status["dead"]) == (0, 0, 0, 0), status)


def try_lost_worker(scene, name, lose, find):
    """@lose cuts the first worker off in the middle of its work, @find undoes that."""
    server = scene.server
    job, batches = begin(scene, name)
    lose()
    server.gate.set()
    lost_at = time.monotonic()
    check_end(scene, name, job)
    print(f"# {name}: {time.monotonic() - lost_at:.1f} s after the loss", flush=True)
    paths = [path for _, path in server.asked]
    again = len(paths) - len(set(paths))
    check(f"{name}: what the lost machine held was begun again", SLOTS <= again <= 2 * SLOTS, paths)
    wait_for(lambda: scene.worker_of(scene.first) is None, "that the machine counts as lost")
    before = batches()
    check(f"{name}: each job has one result", len(before) == 1 and before[0]["total"] == before[0]["done"]
          and before[0]["total"] >= len(scene.pictures), before)
    find()
    # It comes back, and is told that its work was in vain.
    wait_for(lambda: (scene.worker_of(scene.first) or {"running": -1})["running"] == 0, "the machine's return")
    after = batches()
    check(f"{name}: late results change nothing", before == after, f"{before}\n{after}")
    check(f"{name}: they leave nothing behind", not leftovers(scene.first), leftovers(scene.first))
    check_idle(scene, name)


def try_lost_client(scene):
    """The workers go on without who asked, who finds all of it afterwards."""
    job, batches = begin(scene, "client")
    scene.client.set_cut(True)
    scene.server.gate.set()

    def fetched():
        now = batches()
        return now and now[0]["done"] >= len(scene.pictures)
    wait_for(fetched, "the work of those who are left")
    check("client: it waits", job.poll() is None, gist(scene.client.read("download.log")))
    scene.client.set_cut(False)
    check_end(scene, "client", job)
    check("client: nothing was done twice", len(scene.server.asked) == len(scene.pictures), scene.server.asked)
    check_idle(scene, "client")


def try_returned(scene):
    """The machine that was lost twice does everything."""
    server = scene.server
    status = scene.stop(scene.second)
    check("a worker ends well", status == 0, status)
    server.asked.clear()
    status = download(scene, f"links -x queue -o returned --broker {shlex.quote(scene.url)}").wait(PATIENCE)
    check("the machine that was lost works again", status == 0, gist(scene.client.read("download.log")))
    check("every file is whole", scene.client.files("returned") == scene.pictures)
    check("by that machine alone", server.count(scene.first) == len(server.asked) == len(scene.pictures),
          server.asked)
    status = scene.stop(scene.first)
    check("and it ends well", status == 0, status)


def main_inside(build):
    top = tempfile.mkdtemp()
    scene = Scene(top, build)
    try:
        play(scene)
    except Exception:
        for machine, log in ((scene.broker, "broker.log"), (scene.first, "worker.log"),
                             (scene.second, "worker.log"), (scene.client, "download.log")):
            check(f"no accident; what {machine.name} said:", False, gist(machine.read(log))[:2000])
        raise


def play(scene):
    build = scene.build
    scene.start_broker()
    try_commands(scene)
    peer = f"{build}/tests/queue-machine-peer work {shlex.quote(scene.url)} . {SLOTS} {LEASE_MS}"
    scene.start_workers(peer)
    try_lost_worker(scene, "cut", lambda: scene.first.set_cut(True), lambda: scene.first.set_cut(False))
    # Here it gets its pictures and has results to tell, too late.
    try_lost_worker(scene, "deaf", lambda: scene.first.set_deaf(scene.broker, True),
                    lambda: scene.first.set_deaf(scene.broker, False))
    try_lost_client(scene)
    try_returned(scene)


def main():
    build = os.path.abspath(sys.argv[1])
    if INSIDE in os.environ:
        try:
            main_inside(build)
        except Exception as error:
            import traceback
            check("no accident", False, traceback.format_exc())
        print(f"1..{count}")
        sys.exit(failed)
    top = tempfile.mkdtemp(prefix="sheaf-machines-")
    os.environ.update({INSIDE: "1", "TMPDIR": top, "SHEAF_HELPER_DIR": f"{build}/app",
                       "SHEAF_BUILD_DIR": build,
                       "GSETTINGS_BACKEND": "memory", "IMGUR_CLIENT_ID": "0123456789abcde"})
    os.environ.pop("SHEAF_BROKER", None)
    try:
        probe = ("ip link add name switch type bridge && ip link add name a type veth peer name b"
                 " && mount -t tmpfs none /mnt && hostname machine")
        probed = subprocess.run(["unshare", *NAMESPACES, "sh", "-c", probe], capture_output=True, text=True)
        if probed.returncode != 0:
            print(f"1..0 # SKIP no networks may be made here: {probed.stderr.strip()}")
            return
        inside = subprocess.Popen(["unshare", *NAMESPACES, sys.executable, __file__, build])
        signal.signal(signal.SIGTERM, lambda *args: inside.kill())
        sys.exit(inside.wait())
    finally:
        shutil.rmtree(top, ignore_errors=True)


main()
