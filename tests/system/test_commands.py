"""The commands that talk to a running daemon, as a person or a script uses them."""
import json
import os
import re
import signal
import subprocess

import pytest

import connectly
from daemon import BINARY, PATH, run
from test_admin import as_uuid, post
from waiting import until


def client(daemon, *arguments, **options):
    return run(*arguments, "--admin", f"127.0.0.1:{daemon.admin_port}", **options)


def send(daemon, *arguments, **options):
    return run("send", "--url", f"http://127.0.0.1:{daemon.port()}{PATH}", "--secret-file",
               daemon.folder / "connectly.secret", *arguments, **options)


def ids_of(daemon):
    return [event["id"] for event in daemon.events()]


def test_send_knows_the_id_of_every_event_it_made(daemon):
    done = send(daemon, "--scenario", "mixed", "--count", "540", "--connections", "4", "--ids", "-")
    assert done.returncode == 0, done.stderr
    told = done.stdout.split()
    assert len(told) == 540
    until(lambda: len(daemon.lines()) >= len(set(told)), "every event in the file")
    assert sorted(ids_of(daemon)) == sorted(set(told))


def test_send_takes_files_byte_for_byte_and_knows_their_ids(daemon, tmp_path):
    bodies = [connectly.status(state="sent"), b'{ "odd" :\n 1 }', b"", b"not json \xff", b"[]"]
    files = []
    for number, body in enumerate(bodies):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_bytes(body)
    done = send(daemon, "--ids", tmp_path / "ids.txt", *files)
    assert done.returncode == 0, done.stderr
    until(lambda: len(daemon.lines()) == len(bodies), "every event in the file")
    assert ids_of(daemon) == (tmp_path / "ids.txt").read_text().split()


def test_send_over_tls_checks_the_certificate(make_daemon, server_certificate):
    daemon = make_daemon(listeners=[{"address": "127.0.0.1:0", "tls": {
        "certificate": server_certificate.certificate, "private_key": server_certificate.private_key}}])
    daemon.start()
    url = f"https://localhost:{daemon.port()}{PATH}"
    secret = daemon.folder / "connectly.secret"
    common = ("send", "--url", url, "--secret-file", secret)
    assert run(*common, "--ca", server_certificate.certificate).returncode == 0
    assert run(*common, "--insecure").returncode == 0
    refused = run(*common)
    assert refused.returncode == 69
    assert "certificate" in refused.stdout


def test_send_ends_with_1_when_an_answer_is_not_200(daemon):
    done = run("send", "--url", f"http://127.0.0.1:{daemon.port()}{PATH}", "--secret-env", "WRONG",
               "--json", env={**os.environ, "WRONG": "another secret"})
    assert done.returncode == 1
    assert json.loads(done.stdout)["answers"] == {"401": 3}


def test_send_by_the_daemons_own_config(daemon):
    done = run("send", "--config", daemon.config_file, "--url",
               f"http://127.0.0.1:{daemon.port()}")
    assert done.returncode == 0, done.stderr
    until(lambda: len(daemon.lines()) == 3, "a message's whole life")


@pytest.mark.parametrize("arguments", [
    ("send",), ("send", "--url", "nonsense", "--secret-env", "PATH"),
    ("send", "--url", "http://127.0.0.1:1/x"), ("send", "--scenario", "nope"),
    ("send", "--url", "http://h/", "--secret-file", "/no/such/file"),
    ("tail", "--count", "0"), ("messages",), ("replay",), ("dead-letters",), ("sinks", "forget"),
    ("dead-letters", "drop"), ("sinks", "list", "--admin", "nonsense")])
def test_usage_errors_end_with_64(arguments):
    done = run(*arguments)
    assert done.returncode == 64
    assert done.stderr


@pytest.mark.parametrize("arguments", [
    ("tail",), ("messages", "x"), ("dead-letters", "list"), ("replay", "--sink", "s"),
    ("sinks", "list")])
def test_a_daemon_that_is_not_there_is_69(arguments, tmp_path):
    done = run(*arguments, "--admin", f"unix:{tmp_path}/none.sock")
    assert done.returncode == 69
    assert "none.sock" in done.stderr


@pytest.mark.parametrize("command", [
    "send", "tail", "messages", "dead-letters", "replay", "sinks"])
def test_every_command_explains_itself(command):
    done = run(command, "--help")
    assert done.returncode == 0
    assert command in done.stdout


def test_tail_shows_what_comes_and_what_was(daemon):
    post(daemon, connectly.status(state="sent"))
    tail = subprocess.Popen(
        [BINARY, "tail", "--after", "0", "--json", "--admin", f"127.0.0.1:{daemon.admin_port}"],
        stdout=subprocess.PIPE, text=True)
    try:
        assert json.loads(tail.stdout.readline())["sequence"] == "1"
        post(daemon, connectly.text("hello"))
        assert json.loads(tail.stdout.readline())["sequence"] == "2"
    finally:
        tail.kill()
        tail.wait()
    done = client(daemon, "tail", "--after", "0", "--count", "1", "--type", "*.messages.*",
                  "--color")
    assert done.returncode == 0
    assert "hello" in done.stdout and "\x1b[33m" in done.stdout


def test_tail_goes_on_after_a_restart_without_a_gap(make_daemon, tmp_path):
    path = tmp_path / "admin.sock"
    daemon = make_daemon(admin={"address": f"unix:{path}"})
    daemon.launch()
    until(lambda: daemon.ports() and path.exists(), "the daemon to listen")
    post(daemon, connectly.status(state="sent"))
    tail = subprocess.Popen([BINARY, "tail", "--after", "0", "--json", "--admin", f"unix:{path}"],
                            stdout=subprocess.PIPE, text=True)
    try:
        assert json.loads(tail.stdout.readline())["sequence"] == "1"
        daemon.kill()
        daemon.launch()
        until(lambda: daemon.ports(), "the daemon to listen again")
        post(daemon, connectly.status(state="sent"), connectly.status(state="sent"))
        assert [json.loads(tail.stdout.readline())["sequence"] for _ in "23"] == ["2", "3"]
    finally:
        tail.kill()
        tail.wait()


def test_messages_tells_a_timeline_with_the_reply(daemon):
    message = connectly.ulid()
    reply = json.loads(connectly.text("unused"))
    del reply["message"]
    reply["buttonResponse"] = {"id": connectly.ulid(), "text": "Yes", "payload": "y"}
    reply["context"] = {"replyToId": as_uuid(message)}
    post(daemon, connectly.status(message, "sent", callbackData={"order": 7}),
         connectly.status(message, "read"), json.dumps(reply).encode())
    done = client(daemon, "messages", as_uuid(message))
    assert done.returncode == 0, done.stderr
    assert message in done.stdout and '{"order":7}' in done.stdout.replace(" ", "")
    moments = re.findall(r"^  2026\S+  (\S+(?: \S+)?) ", done.stdout, re.MULTILINE)
    assert [m.split()[0] for m in moments] == ["sent", "read", "reply:"]
    unknown = client(daemon, "messages", connectly.ulid())
    assert unknown.returncode == 1 and "no message" in unknown.stderr


def test_replay_delivers_a_stretch_again(daemon):
    post(daemon, *(connectly.status(state="sent") for _ in range(10)))
    until(lambda: len(daemon.lines()) == 10, "ten events in the file")
    done = client(daemon, "replay", "--sink", "log", "--from", "3", "--to", "5")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "3 delivered" in done.stdout
    again = [event["sequence"] for event in daemon.events()[10:]]
    assert again == ["3", "4", "5"]
    assert client(daemon, "replay", "--sink", "none").returncode == 1
    assert client(daemon, "replay", "--sink", "log", "--from", "yesterday").returncode == 64
    assert client(daemon, "replay", "--sink", "log", "--from", "9", "--to", "2").returncode == 64


def test_a_sink_that_was_taken_out_can_be_forgotten(make_daemon):
    daemon = make_daemon(sinks=[{"name": "old", "type": "file", "path": "old.ndjson"},
                                {"name": "log", "type": "file", "path": "events.ndjson"}])
    daemon.start()
    post(daemon, connectly.status(state="sent"))
    until(lambda: len(daemon.lines()) == 1, "the event in the file")
    assert client(daemon, "sinks", "forget", "old").returncode == 1
    daemon.stop()
    daemon.config["sinks"] = daemon.config["sinks"][1:]
    daemon.start()
    listed = client(daemon, "sinks", "list").stdout
    assert re.search(r"^old .*false", listed, re.MULTILINE)
    assert client(daemon, "sinks", "forget", "old").returncode == 0
    assert client(daemon, "sinks", "forget", "old").returncode == 1


def test_dead_letters_are_listed_shown_retried_and_dropped(make_daemon, tmp_path):
    import http.server
    import threading

    answers = {"status": 410}
    taken = []

    class Target(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            if answers["status"] == 200:
                taken.append(self.headers["webhook-id"])
            self.send_response(answers["status"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Target) as target:
        threading.Thread(target=target.serve_forever, daemon=True).start()
        daemon = make_daemon(sinks=[
            {"name": "log", "type": "file", "path": "events.ndjson"},
            {"name": "crm", "type": "http", "url": f"http://127.0.0.1:{target.server_port}/x"}])
        daemon.start()
        post(daemon, *(connectly.status(state="sent") for _ in range(3)))
        listed = until(lambda: (found := json.loads(
            client(daemon, "dead-letters", "list", "--json").stdout))["items"][2:] and found,
            "three dead letters")
        first = listed["items"][0]
        assert first["sink"] == "crm" and first["attempts"] == 1
        table = client(daemon, "dead-letters", "list", "--sink", "crm").stdout
        assert first["event"]["id"] in table
        shown = client(daemon, "dead-letters", "show", str(first["number"]), "--json")
        assert json.loads(shown.stdout)["event"]["id"] == first["event"]["id"]
        dropped = client(daemon, "dead-letters", "drop", str(first["number"]))
        assert dropped.returncode == 0
        assert client(daemon, "dead-letters", "drop", str(first["number"])).returncode == 1

        answers["status"] = 200
        assert client(daemon, "dead-letters", "retry", "--sink", "crm").returncode == 0
        until(lambda: len(taken) == 2, "both to be delivered again")
        assert sorted(taken) == sorted(item["event"]["id"] for item in listed["items"][1:])
        until(lambda: not json.loads(
            client(daemon, "dead-letters", "list", "--json").stdout)["items"], "none to be left")
        daemon.stop()
        target.shutdown()


def test_send_goes_on_over_a_kill_and_tells_only_what_was_answered(make_daemon, tmp_path):
    daemon = make_daemon(listeners=[{"address": "127.0.0.1:0", "tls": "off"}]).start()
    port = daemon.port()
    daemon.stop()
    daemon.config["listeners"][0]["address"] = f"127.0.0.1:{port}"
    daemon.start()
    ids, lost = tmp_path / "ids.txt", tmp_path / "lost.txt"
    load = subprocess.Popen(
        [BINARY, "send", "--url", f"http://127.0.0.1:{port}{PATH}", "--secret-file",
         daemon.folder / "connectly.secret", "--count", "3000", "--connections", "4", "--rate",
         "1500", "--keep-going", "--ids", ids, "--unanswered", lost],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: ids.exists() and len(ids.read_text()) > 31 * 300, "some answers")
    daemon.kill()
    daemon.start()
    assert load.wait(timeout=120) in (0, 1)
    answered = set(ids.read_text().split())
    unanswered = set(lost.read_text().split())
    assert len(answered) + len(unanswered) == 3000
    until(lambda: answered <= set(ids_of(daemon)), "every answered event in the file")
    assert set(ids_of(daemon)) <= answered | unanswered
    assert len(ids_of(daemon)) == len(set(ids_of(daemon)))
