"""A disk that is full, on a small file system in memory."""
import json
import os
import subprocess

import pytest

import connectly
from daemon import PATH, Daemon
from waiting import until
from wire import Wire, request


class SmallDisk:
    def __init__(self, folder, size):
        self.folder = folder
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
                              capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")

    @property
    def ballast(self):
        return self.folder / "ballast"

    def fill(self):
        """Leaves no free block."""
        with open(self.ballast, "wb", buffering=0) as file:
            for size in (65536, 4096):
                try:
                    while file.write(b"\0" * size):
                        pass
                except OSError:
                    pass

    def free(self):
        self.ballast.unlink()

    def unmount(self):
        subprocess.run(["umount", "--lazy", self.folder], check=True)


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system takes root")
    disk = SmallDisk(tmp_path / "disk", "16m")
    yield disk
    disk.unmount()


def post(daemon, message=None):
    body = connectly.status(message, callbackData="x" * 4000)
    with Wire(daemon.port()) as w:
        w.send(request(body, PATH, headers=[Daemon.signed(body)]))
        return w.read_response()


def test_a_full_disk_under_the_store_is_503_and_recovers_by_itself(small_disk, make_daemon):
    daemon = make_daemon(store={"path": small_disk.folder / "events.db"}).start()
    answered = [connectly.ulid()]
    assert post(daemon, answered[0]).status == 200

    small_disk.fill()
    refusal = None
    for _ in range(2000):  # what the database has in hand may still take some
        message = connectly.ulid()
        response = post(daemon, message)
        if response.status != 200:
            refusal = response
            break
        answered.append(message)
    assert refusal.status == 503 and int(refusal.header("Retry-After")) > 0
    assert json.loads(refusal.body)["reason"] in ("store_failed", "store_full")
    until(lambda: daemon.get("/readyz", daemon.port())[0] == 503, "readiness to fail")
    assert daemon.get("/livez", daemon.port())[0] == 200

    small_disk.free()
    until(lambda: daemon.get("/readyz", daemon.port())[0] == 200, "readiness to be back")
    answered.append(connectly.ulid())
    assert until(lambda: post(daemon, answered[-1]).status == 200, "an event to be taken")
    daemon.wait_for_subject(answered[-1])
    daemon.stop()
    told = [e["subject"] for e in daemon.events()]
    assert set(answered) <= set(told) and len(told) == len(set(told))


def test_a_full_disk_under_the_file_sink_holds_nothing_up_and_tears_no_line(
        small_disk, make_daemon):
    file = small_disk.folder / "events.ndjson"
    daemon = make_daemon(sinks=[{"name": "log", "type": "file", "path": file}]).start()
    small_disk.fill()
    answered = [connectly.ulid() for _ in range(50)]
    for message in answered:
        assert post(daemon, message).status == 200
    small_disk.free()

    def told():
        text = file.read_bytes() if file.exists() else b""
        return [json.loads(line)["subject"] for line in text.splitlines(keepends=True)
                if line.endswith(b"\n")]

    until(lambda: len(told()) >= len(answered), "everything to be told")
    daemon.stop()
    assert told() == answered
    assert file.read_bytes().endswith(b"\n")
