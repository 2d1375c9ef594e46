"""The real daemon, started for a test with a config of its own."""
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request

import connectly
from waiting import until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(
    os.environ.get("WEBHOOKD_BINARY", ROOT / "build/release/connectly-webhookd")).resolve()
SECRET = "s3cr3t-one"
PATH = "/webhooks/connectly"

SANITIZER = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:")
BARE = re.compile(r"[A-Za-z_]+|\d+(ms|s|m|h|d|KiB|MiB|GiB)")


def yaml(value):
    """The config as YAML: JSON, but for words and numbers with a unit, which stand bare."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(yaml, value)) + "]"
    if isinstance(value, pathlib.Path):
        return json.dumps(str(value))
    if isinstance(value, str) and BARE.fullmatch(value):
        return value
    return json.dumps(value)


class Daemon:
    """One folder with config, secret, store and file sink, and the process that uses them."""

    def __init__(self, folder, **config):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "connectly.secret").write_text(SECRET + "\n")
        self.config = {
            "listeners": [{"address": "127.0.0.1:0", "tls": "off"}],
            "endpoints": [self.endpoint(PATH)],
            "sinks": [{"name": "log", "type": "file", "path": "events.ndjson"}],
            "store": {"path": "events.db"},
            "admin": {"address": "127.0.0.1:0"},
            "threads": 2,
            **config,
        }
        self.process = None
        self.starts = 0
        self.asked_to_stop = False

    @staticmethod
    def endpoint(path, namespace="default", **more):
        return {"path": path, "provider": "connectly", "namespace": namespace,
                "secrets": [{"name": "current", "file": "connectly.secret"}], **more}

    @property
    def config_file(self):
        return self.folder / "webhookd.yaml"

    @property
    def events_file(self):
        return self.folder / "events.ndjson"

    @property
    def log_file(self):
        return self.folder / f"stderr.{self.starts}.log"

    def write_config(self):
        lines = (f"{key}: {yaml(value)}\n" for key, value in self.config.items())
        self.config_file.write_text("".join(lines))

    def launch(self, *arguments, environment=None, under=()):
        """Starts the process, maybe by the command `under`, and does not wait for it to listen."""
        assert BINARY.exists(), f"{BINARY} is missing; build it, or set WEBHOOKD_BINARY"
        self.starts += 1
        self.asked_to_stop = False
        self.write_config()
        with open(self.log_file, "wb") as errors, \
                open(self.folder / f"stdout.{self.starts}.log", "wb") as output:
            self.process = subprocess.Popen(
                [*under, BINARY, "serve", "--config", self.config_file, *arguments],
                stdout=output, stderr=errors, stdin=subprocess.DEVNULL,
                env={**os.environ, **(environment or {})})
        return self

    def start(self, **options):
        """Starts the process and waits until every listener listens."""
        self.launch(**options)
        wanted = len(self.config["listeners"])
        until(lambda: self._gone() or len(self.ports()) == wanted and self._admin_is_there(),
              "the daemon to listen")
        assert self.process.poll() is None, \
            f"the daemon ended with {self.process.returncode}:\n{self.log_text()}"
        return self

    def _gone(self):
        return self.process.poll() is not None

    def _admin_is_there(self):
        return self.config.get("admin") == "off" or self.admin_port is not None

    # --- what it says

    def log_text(self):
        return self.log_file.read_text(errors="replace")

    def log(self):
        """The lines of the log of this start that are JSON objects."""
        lines = []
        for line in self.log_text().splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                pass
        return lines

    def ports(self):
        """The port of each listener, by its index."""
        found = {}
        for line in self.log():
            if line.get("Body") == "listening":
                found[line["Attributes"]["listener.index"]] = line["Attributes"]["server.port"]
        return found

    def port(self, index=0):
        return self.ports()[index]

    @property
    def admin_port(self):
        for line in self.log():
            if line.get("Body") == "admin listening":
                return line["Attributes"]["server.port"]
        return None

    def get(self, path, port=None):
        """A GET of the admin listener: status and text."""
        url = f"http://127.0.0.1:{port or self.admin_port}{path}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    # --- what it has told

    def lines(self):
        """The complete lines of the file sink, as bytes."""
        try:
            text = self.events_file.read_bytes()
        except FileNotFoundError:
            return []
        return text.split(b"\n")[:-1]

    def events(self):
        return [json.loads(line) for line in self.lines()]

    def wait_for(self, condition, what):
        """The first event of the file sink that meets the condition."""
        return until(lambda: next((e for e in self.events() if condition(e)), None), what)

    def wait_for_subject(self, subject):
        return self.wait_for(lambda e: e.get("subject") == subject, f"an event of {subject}")

    # --- how it ends

    def signal(self, number):
        self.asked_to_stop = self.asked_to_stop or number in (signal.SIGTERM, signal.SIGINT)
        self.process.send_signal(number)

    def wait(self, deadline=60):
        """Waits for the end: the exit code."""
        return self.process.wait(timeout=deadline)

    def stop(self):
        """Asks it to end, and expects that it does so in good order."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            if not self.asked_to_stop:
                self.signal(signal.SIGTERM)
            assert self.wait() == 0, self.log_text()[-4000:]
        return self.process.returncode

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=30)

    def complaints(self):
        """What a sanitizer said in any of the starts."""
        return [log.read_text(errors="replace")[-6000:]
                for log in sorted(self.folder.glob("stderr.*.log"))
                if SANITIZER.search(log.read_text(errors="replace"))]

    # --- a signed request

    @staticmethod
    def signed(body, secret=SECRET):
        return (connectly.HEADER, connectly.sign(body, secret))


def run(*arguments, deadline=60, **options):
    """Runs the program to its end: the completed process, with its output as text."""
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True,
                          timeout=deadline, **options)
