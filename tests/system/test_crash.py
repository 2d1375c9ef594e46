"""kill -9, and syncs that fail or stall: whatever was answered 200 is told, once; nothing else is told."""
import collections
import json
import os
import random
import subprocess

import pytest

import connectly
from daemon import BINARY, PATH, Daemon
from waiting import until
from wire import Wire, request

KILLS, KILLS_LONG = 3, 20


def ids_of(file):
    return file.read_text().split() if file.exists() else []


class Load:
    """`send` in the background, which connects again whenever the daemon is back."""

    def __init__(self, daemon, url, certificate):
        self.ids, self.unanswered = daemon.folder / "ids.txt", daemon.folder / "unanswered.txt"
        self.output = open(daemon.folder / "send.log", "wb")
        self.process = subprocess.Popen(
            [BINARY, "send", "--url", url, "--secret-file", daemon.folder / "connectly.secret",
             "--ca", certificate, "--count", "100000000", "--connections", "16", "--scenario",
             "life", "--keep-going", "--retry-for", "60", "--timeout", "30",
             "--ids", self.ids, "--unanswered", self.unanswered],
            stdout=self.output, stderr=self.output)

    def wait_for(self, more):
        """Waits until so many more events were answered 200."""
        wanted = len(ids_of(self.ids)) + more
        until(lambda: self.process.poll() is not None or len(ids_of(self.ids)) >= wanted,
              f"{more} more answers", deadline=120)
        assert self.process.poll() is None, "send has ended"

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.output.close()


@pytest.fixture
def daemon(make_daemon, server_certificate):
    tls = {"certificate": server_certificate.certificate,
           "private_key": server_certificate.private_key}
    made = make_daemon(listeners=[{"address": "127.0.0.1:0", "tls": tls}]).start()
    # From here on the same port, so that the load finds it again.
    made.config["listeners"][0]["address"] = f"127.0.0.1:{made.port()}"
    return made


def expect_told_exactly(daemon, answered, unanswered):
    """Exactly once what was answered; at most once what was not; nothing else; no torn line."""
    text = daemon.events_file.read_bytes()
    assert text.endswith(b"\n")
    told = [json.loads(line) for line in text.splitlines()]
    counts = collections.Counter(event["id"] for event in told)
    twice = [name for name, count in counts.items() if count > 1]
    assert not twice, f"{len(twice)} told more than once: {twice[:3]}"
    missing = set(answered) - counts.keys()
    assert not missing, f"{len(missing)} answered 200 and lost: {sorted(missing)[:3]}"
    invented = counts.keys() - set(answered) - set(unanswered)
    assert not invented, f"{len(invented)} that nobody sent: {sorted(invented)[:3]}"
    sequences = [int(event["sequence"]) for event in told]
    assert sequences == list(range(1, len(told) + 1))


def test_no_acknowledged_event_is_lost_or_told_twice_over_kill_9(daemon, server_certificate, long):
    dice = random.Random(7)
    load = Load(daemon, f"https://localhost:{daemon.port()}{PATH}", server_certificate.certificate)
    try:
        for _ in range(KILLS_LONG if long else KILLS):
            load.wait_for(dice.randint(50, 1500))
            daemon.kill()
            daemon.start()
        load.wait_for(200)
    finally:
        load.stop()
    daemon.stop()
    answered = ids_of(load.ids)
    assert len(answered) == len(set(answered))
    expect_told_exactly(daemon, answered, ids_of(load.unanswered))


def test_a_line_that_a_crash_tore_is_cut_and_told_again(daemon, server_certificate):
    load = Load(daemon, f"https://localhost:{daemon.port()}{PATH}", server_certificate.certificate)
    try:
        load.wait_for(100)
        daemon.kill()
        with open(daemon.events_file, "r+b") as file:
            file.truncate(daemon.events_file.stat().st_size - 25)
        daemon.start()
        load.wait_for(100)
    finally:
        load.stop()
    daemon.stop()
    expect_told_exactly(daemon, ids_of(load.ids), ids_of(load.unanswered))


def with_sync(number, what):
    """A command that runs another one, and does something to this sync of each of its threads."""
    command = ["strace", "-D", "-f", "-qq", "-o", os.devnull, "-e", "trace=fdatasync",
               "-e", f"inject=fdatasync:{what}:when={number}"]
    if subprocess.run([*command, "true"], capture_output=True).returncode != 0:
        pytest.skip("strace may not trace here")
    return command


@pytest.mark.parametrize("number", [2, 60])
def test_a_sync_that_fails_ends_the_daemon_and_nothing_is_lost(daemon, server_certificate, number):
    daemon.stop()
    daemon.start(under=with_sync(number, "error=EIO"))
    load = Load(daemon, f"https://localhost:{daemon.port()}{PATH}", server_certificate.certificate)
    try:
        until(lambda: daemon.process.poll() is not None, "the daemon to end itself", deadline=120)
        assert daemon.process.returncode == 74
        assert "the disk did not take what was written" in daemon.log_text()
        daemon.start()
        load.wait_for(200)
    finally:
        load.stop()
    daemon.stop()
    expect_told_exactly(daemon, ids_of(load.ids), ids_of(load.unanswered))


def test_a_store_that_cannot_be_synced_at_the_start_is_refused_and_keeps_its_log(
        daemon, server_certificate):
    load = Load(daemon, f"https://localhost:{daemon.port()}{PATH}", server_certificate.certificate)
    try:
        load.wait_for(100)
        daemon.kill()
        daemon.launch(under=with_sync(1, "error=EIO"))
        assert daemon.wait() == 74
        daemon.start()
        load.wait_for(100)
    finally:
        load.stop()
    daemon.stop()
    expect_told_exactly(daemon, ids_of(load.ids), ids_of(load.unanswered))


def test_a_commit_that_stalls_is_answered_503_after_half_a_minute_and_kept(make_daemon):
    daemon = make_daemon().start(under=with_sync(20, "delay_enter=34s"))

    def post(body):
        with Wire(daemon.port()) as w:
            w.socket.settimeout(60)
            w.send(request(body, PATH, headers=[Daemon.signed(body)]))
            return w.read_response()

    bodies, answer = [], None
    while answer is None or answer.status == 200:
        assert len(bodies) < 40, "no sync stalled"
        bodies.append(connectly.status())
        answer = post(bodies[-1])
    assert answer.status == 503 and answer.header("Retry-After")
    assert post(bodies[-1]).status == 200
    until(lambda: len(daemon.lines()) == len(bodies), "each event once")
    daemon.stop()
    assert len({event["id"] for event in daemon.events()}) == len(daemon.lines()) == len(bodies)
