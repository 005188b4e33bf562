# internet.py: a small internet of a test's own
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# In namespaces of its own the test is root of a network where every address in the world is this
# computer: a name server says what the test wants, an authority that is trusted there signs what it
# wants, and one server answers for all hosts and notes under which address it was reached.  So a
# program meets real names, certificates and connections, and can be led astray without harm.
import json
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback

PUBLIC = "93.184.216.34"
PUBLIC_6 = "2606:2800:220:1::34"
NAME_SERVER = "127.0.0.1"
CA_FILE = "/etc/ssl/certs/ca-certificates.crt"

# One authority, and what it signed; `openssl ca` is the one of its commands that sets dates freely.
CERTIFICATES = r"""
set -e
new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $new -keyout ca.key -out ca.pem -days 2 -subj '/CN=Test CA'
: > index
cat > ca.conf <<END
[ca]
default_ca=d
[d]
database=index
new_certs_dir=.
default_md=sha256
rand_serial=yes
unique_subject=no
policy=p
[p]
commonName=supplied
END
sign () {
  echo "subjectAltName=$2" > $1.ext
  openssl req $new -keyout $1.key -out $1.csr -subj /CN=test
  openssl ca -batch -config ca.conf -cert ca.pem -keyfile ca.key -in $1.csr -out $1.pem \
    -notext -extfile $1.ext -startdate $3 -enddate $4
}
day () { date -u -d "$1" +%Y%m%d000000Z; }
names=DNS:*.example.com,DNS:*.imgur.com
sign good $names $(day -1day) $(day +2days)
sign past $names 20200101000000Z 20210101000000Z
sign future $names $(day +2days) $(day +9days)
sign other DNS:www.example.org $(day -1day) $(day +2days)
openssl req -x509 $new -keyout self.key -out self.pem -days 2 -subj /CN=test \
  -addext subjectAltName=$names
"""


def enter():
    """Runs this program again in namespaces of its own; a test that cannot is skipped."""
    if "SHEAF_INTERNET" in os.environ:
        return
    inside = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
    try:
        subprocess.run(inside + ["sh", "-c", "ip link set lo up && mount -t tmpfs none /mnt"],
                       check=True, stderr=subprocess.DEVNULL)
        import h2.connection  # noqa: F401
    except (OSError, subprocess.CalledProcessError, ImportError) as reason:
        print("1..0 # SKIP no network of its own, or no python3-h2:", reason)
        sys.exit(0)
    os.environ["SHEAF_INTERNET"] = "1"
    os.execvp(inside[0], inside + ["--", sys.executable] + sys.argv)


class Names(threading.Thread):
    """The name server: `zone` has for each name the lists of addresses it is given, one after the
    other, the last for good; an empty list is no such host, None no answer that helps."""

    def __init__(self):
        super().__init__(daemon=True)
        self.zone = {}
        self.asked = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((NAME_SERVER, 53))
        self.start()

    def look_up(self, name, kind):
        turns = self.zone.get(name, [[PUBLIC]] if name.endswith(".example.com") else [[]])
        asked = self.asked[name, kind] = self.asked.get((name, kind), 0) + 1
        return turns[min(asked, len(turns)) - 1]

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            end = query.index(b"\0", 12)
            labels, at = [], 12
            while at < end:
                labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace"))
                at += query[at] + 1
            kind = struct.unpack(">H", query[end + 1:end + 3])[0]
            addresses = self.look_up(".".join(labels).lower(), kind)
            records = b""
            n = 0
            for address in addresses or []:
                family = socket.AF_INET6 if ":" in address else socket.AF_INET
                if kind == (28 if ":" in address else 1):
                    data = socket.inet_pton(family, address)
                    records += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data
                    n += 1
            code = 2 if addresses is None else 3 if addresses == [] else 0
            self.socket.sendto(query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, n, 0, 0)
                               + query[12:end + 5] + records, peer)


class Server:
    """Answers at every address: plain at port 80, with TLS at port 443.  `answer (stream, host,
    path)` gets a stream to write to and says whether the connection stays; `answer_2` gets a whole
    HTTP/2 connection, of hosts whose name begins with "h2".  `reached` are the addresses."""

    def __init__(self, folder, answer, answer_2):
        self.answer, self.answer_2 = answer, answer_2
        self.reached = []
        self.contexts = {}
        for name in ("good", "past", "future", "other", "self"):
            for protocol in ("http/1.1", "h2"):
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
                context.set_alpn_protocols([protocol])
                context.sni_callback = self.choose
                self.contexts[name, protocol] = context
        for port in (80, 443):
            for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                listener = socket.socket(family)
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((any_address, port))
                listener.listen(128)
                threading.Thread(target=self.accept, args=(listener, port), daemon=True).start()

    def choose(self, stream, host, context):
        host = host or ""
        name = next((n for n in ("past", "future", "other", "self") if f"-{n}." in host), "good")
        stream.host = host
        stream.context = self.contexts[name, "h2" if host.startswith("h2") else "http/1.1"]

    def accept(self, listener, port):
        while True:
            stream, _ = listener.accept()
            self.reached.append(stream.getsockname()[0])
            threading.Thread(target=self.serve, args=(stream, port), daemon=True).start()

    def serve(self, stream, port):
        try:
            if port == 443:
                if stream.recv(4096, socket.MSG_PEEK).find(b"cut-off.example.com") >= 0:
                    stream.close()
                    return
                stream = self.contexts["good", "http/1.1"].wrap_socket(stream, server_side=True)
            if port == 443 and stream.selected_alpn_protocol() == "h2":
                self.answer_2(stream, stream.host)
            else:
                self.serve_1(stream)
        except (OSError, ssl.SSLError):
            pass
        finally:
            stream.close()

    def serve_1(self, stream):
        reader = stream.makefile("rb")
        while True:
            request = reader.readline().split()
            headers = {}
            while (line := reader.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                headers[name.lower().decode()] = value.strip().decode("latin-1")
            if len(request) != 3:
                return
            if not self.answer(stream, headers.get("host", ""), request[1].decode("latin-1")):
                return


def build(folder, answer, answer_2):
    """The internet itself; `folder` is for its certificates."""
    # Without an address beyond its own a computer looks up no names.
    for command in ("ip link set lo up", f"ip addr add {PUBLIC}/32 dev lo",
                    f"ip -6 addr add {PUBLIC_6}/128 dev lo nodad",
                    "ip route add local 0.0.0.0/0 dev lo", "ip -6 route add local ::/0 dev lo"):
        subprocess.run(command.split(), check=True)
    subprocess.run(["sh", "-c", CERTIFICATES], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    files = {"/etc/resolv.conf": f"nameserver {NAME_SERVER}\noptions timeout:15 attempts:2\n",
             "/etc/hosts": "127.0.0.1 localhost\n::1 localhost\n"}
    for path, text in files.items():
        own = os.path.join(folder, os.path.basename(path))
        with open(own, "w", encoding="ascii") as file:
            file.write(text)
        subprocess.run(["mount", "--bind", own, path], check=True)
    subprocess.run(["mount", "--bind", f"{folder}/ca.pem", CA_FILE], check=True)
    return Names(), Server(folder, answer, answer_2)


def is_local(address):
    """Whether it was someone's own computer or network that was reached."""
    return address.startswith(("127.", "10.", "192.168.", "169.254.", "0.", "::1", "::ffff:", "fe80",
                               "fc", "fd", "64:ff9b:", "2002:"))


def memory_of(process):
    """The most that it ever had, in bytes; what wait4() says begins with what this program has."""
    try:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            return next((int(line.split()[1]) * 1024 for line in file if "VmHWM" in line), 0)
    except OSError:
        return 0


class Ran:
    """How sheaf-cli ended, what it printed of each item by its ID, what it said, and what it took."""

    def __init__(self, folder, command):
        environment = {"HOME": folder, "IMGUR_CLIENT_ID": "0123456789abcde", "LC_ALL": "C.UTF-8",
                       "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
        environment.update((name, value) for name, value in os.environ.items() if name.startswith(
            ("PATH", "SHEAF_", "ASAN_", "LSAN_", "UBSAN_", "G_", "GIO_", "GSETTINGS_", "MALLOC_")))
        cli = os.path.join(os.environ["SHEAF_BUILD_DIR"], "app", "sheaf-cli")
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            process = subprocess.Popen([cli] + command.split() + ["--json"], cwd=folder,
                                       env=environment, stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=err)
            self.most_memory = 0
            while process.poll() is None:
                self.most_memory = max(self.most_memory, memory_of(process.pid))
                time.sleep(0.005)
            self.status = process.returncode
            out.seek(0)
            err.seek(0)
            self.lines = [json.loads(line) for line in out]
            self.said = err.read()
        self.items = {line["id"]: line for line in self.lines if "id" in line}


def gallery(items):
    """The answer of Imgur's API that lists `items`."""
    page = [{"title": item["id"], "type": "image/jpeg", "width": 8, "height": 8, "size": 0,
             "is_album": False, **item} for item in items]
    return json.dumps({"data": page, "success": True, "status": 200}).encode()


def head(status="200 OK", *lines):
    return ("HTTP/1.1 " + "\r\n".join((status,) + lines) + "\r\n\r\n").encode()


def whole(body, *lines, status="200 OK"):
    return head(status, f"Content-Length: {len(body)}", *lines) + body


def jpeg(name, length=40000):
    """Whole: a comment of its own, and an end."""
    noise = name.encode() * (length // len(name) + 1)
    return b"\xff\xd8\xff\xfe" + struct.pack(">H", length - 6) + noise[:length - 8] + b"\xff\xd9"


def run_tests(make_world, tests):
    """Each of `tests` is called with the world that `make_world (folder)` returns."""
    folder = tempfile.mkdtemp(prefix="sheaf-test-")
    failed = 0
    try:
        world = make_world(folder)
        print(f"1..{len(tests)}")
        for test in tests:
            name = test.__name__.replace("test_", "").replace("_", "-")
            try:
                test(world)
                print("ok", name, flush=True)
            except Exception:  # pylint: disable=broad-except
                failed += 1
                print("".join("# " + line + "\n" for line in traceback.format_exc().splitlines()),
                      end="")
                print("not ok", name, flush=True)
    finally:
        shutil.rmtree(folder)
    sys.stdout.flush()
    # Threads that hold connections are not waited for.
    os._exit(1 if failed else 0)
