"""What the benchmarks share: what a process costs, and how the servers are started."""
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "build/bench"
BINARY = pathlib.Path(os.environ.get("WEBHOOKD_BINARY", ROOT / "build/release/connectly-webhookd"))
SECRET = "topsecret"
PATH = "/webhooks/connectly"
DEAD = '  - { name: dead, type: http, url: "http://127.0.0.1:1/" }\n'
TICK = os.sysconf("SC_CLK_TCK")


def install():
    subprocess.run([ROOT / "deploy/lib/install", ROOT / "deploy/packages", HERE / "packages"],
                   check=True, stdout=sys.stderr)


def prepare(no_install):
    """What is missing is installed, and there is a certificate to serve with."""
    if not no_install:
        install()
    WORK.mkdir(parents=True, exist_ok=True)
    if not (WORK / "cert.pem").exists():
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", WORK / "key.pem", "-out",
                        WORK / "cert.pem", "-days", "365", "-subj", "/CN=localhost"],
                       check=True, capture_output=True)


# --- what a process costs


def tree(pid):
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += tree(int(child))
    return found


def cpu_seconds(pids):
    """On-CPU time: the scheduler's nanoseconds of live threads, plus the ticks of reaped children."""
    total = 0.0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += sum(map(int, fields[13:15])) / TICK
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0]) / 1e9
            except OSError:
                pass
    return total


def resident_bytes(pids):
    total = 0
    for pid in pids:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        total += int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024
    return total


# --- the servers


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A process tree that answers POSTs of PATH over TLS."""

    fresh = False  # a new process each turn

    def __init__(self, name, what, command):
        self.name, self.what, self.command = name, what, command
        self.process = None

    def start(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [str(part).replace("@PORT@", str(self.port)) for part in self.command()],
            cwd=WORK, stdout=open(WORK / f"{self.name}.log", "wb"), stderr=subprocess.STDOUT)
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f"{self.name} ended; see {WORK}/{self.name}.log")
                time.sleep(0.05)
        sys.exit(f"{self.name} does not answer")

    def pids(self):
        return tree(self.process.pid)

    def settle(self, requests):
        """Waits until everything that was asked of it is done."""

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=120)


class Daemon(Server):
    fresh = True

    def __init__(self, name, what, more="", sinks=""):
        super().__init__(name, what, None)
        self.more, self.sinks = more, sinks
        self.folder = WORK / name

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        (self.folder / "secret").write_text(SECRET)
        (self.folder / "webhookd.yaml").write_text(f"""\
listeners:
  - {{ address: "127.0.0.1:{self.port}", tls: {{ certificate: ../cert.pem, private_key: ../key.pem }} }}
endpoints:
  - {{ path: {PATH}, provider: connectly, secrets: [{{ name: current, file: secret }}] }}
sinks:
  - {{ name: log, type: file, path: events.ndjson }}
{self.sinks}admin: {{ address: "127.0.0.1:0" }}
{self.more}""")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--config", self.folder / "webhookd.yaml"],
            stdout=subprocess.DEVNULL, stderr=open(WORK / f"{self.name}.log", "wb"))
        self.wait_until_it_answers()

    def told(self):
        out = subprocess.run(["wc", "-l", self.folder / "events.ndjson"], capture_output=True,
                             text=True)
        return int(out.stdout.split()[0]) if out.stdout else 0

    def settle(self, requests):
        end = time.monotonic() + 120
        while self.told() < requests:
            if time.monotonic() > end:
                sys.exit(f"{self.name}: {self.told()} of {requests} events are in the file sink")
            time.sleep(0.2)

    def stop(self):
        super().stop()
        shutil.rmtree(self.folder)
