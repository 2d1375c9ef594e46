"""Starting, reloading, reopening, draining, and how the process ends."""
import json
import signal
import socket
import subprocess

import pytest

import certificates
import connectly
import wire
from daemon import PATH, SECRET, Daemon, run
from waiting import until
from wire import Closed, Wire, request


def event(message=None, secret=SECRET, headers=()):
    body = connectly.status(message)
    return request(body, PATH, headers=[Daemon.signed(body, secret), *headers])


def post(daemon, message=None, secret=SECRET):
    with Wire(daemon.port()) as w:
        w.send(event(message, secret))
        return w.read_response().status


# --- exit codes


@pytest.mark.parametrize("arguments", [
    [], ["nonsense"], ["serve"], ["serve", "--config"], ["serve", "--nonsense"], ["sign", "--x"]])
def test_wrong_usage_ends_with_64_and_a_word_on_help(arguments):
    done = run(*arguments)
    assert done.returncode == 64
    assert "--help" in done.stderr + done.stdout


def test_help_and_version_end_with_0():
    for arguments in (["--help"], ["serve", "--help"], ["send", "--help"], ["version"]):
        done = run(*arguments)
        assert done.returncode == 0, arguments
        assert done.stdout.strip()


GOOD_CONFIG = """\
listeners:
  - { address: "127.0.0.1:0", tls: off }
endpoints:
  - path: /webhooks/connectly
    provider: connectly
    secrets: [{ name: current, file: connectly.secret }]
admin: { address: "127.0.0.1:0" }
sinks:
  - { name: log, type: file, path: events.ndjson }
"""
MISFIT = "listeners:\n  - address: 127.0.0.1:0\n    tls: { certificate: a.crt, private_key: b.key }\n"
BAD_CONFIGS = {  # what is wrong: the file, the line that is named
    "a tab": (GOOD_CONFIG + "store:\n\tpath: events.db\n", 11),
    "an unknown key": (GOOD_CONFIG + "stoer: { path: events.db }\n", 10),
    "an unknown key within": (GOOD_CONFIG + "store: { paht: events.db }\n", 10),
    "a wrong type": (GOOD_CONFIG + "threads: many\n", 10),
    "a list in place of a map": (GOOD_CONFIG + "limits: [1]\n", 10),
    "a duration without its unit": (GOOD_CONFIG + "shutdown: { grace: 25 }\n", 10),
    "a size that is none": (GOOD_CONFIG + "limits: { max_body: lots }\n", 10),
    "a missing secret file": (GOOD_CONFIG.replace("connectly.secret", "missing.secret"), 6),
    "an empty secret": (GOOD_CONFIG.replace("connectly.secret", "empty.secret"), 6),
    "an unset variable": (GOOD_CONFIG.replace("connectly.secret", "${WEBHOOKD_NOT_SET}"), 6),
    "a provider nobody knows": (GOOD_CONFIG.replace("provider: connectly", "provider: nobody"), 5),
    "no endpoints": ("listeners: [{ address: 127.0.0.1:0, tls: off }]\n", None),
    "a listener that says nothing of tls": (GOOD_CONFIG.replace(", tls: off", ""), 2),
    "a certificate that does not fit its key": (MISFIT + GOOD_CONFIG[GOOD_CONFIG.index("end"):], 3),
    "not YAML": ("listeners: [\n", None),
    "an empty file": ("", None),
    "two sinks of one name": (GOOD_CONFIG + "  - { name: log, type: stdout }\n", 10),
}


@pytest.mark.parametrize("command", ["validate", "serve"])
@pytest.mark.parametrize("name", BAD_CONFIGS)
def test_a_bad_config_ends_with_78_and_names_file_line_and_column(tmp_path, name, command):
    text, line = BAD_CONFIGS[name]
    (tmp_path / "connectly.secret").write_text(SECRET)
    (tmp_path / "empty.secret").write_text("\n")
    if "b.key" in text:
        certificates.self_signed(tmp_path, "a")
        certificates.self_signed(tmp_path, "b")
    file = tmp_path / "webhookd.yaml"
    file.write_text(text)
    done = run(command, "--config", file)
    assert done.returncode == 78, done
    said = done.stderr + done.stdout
    assert (f"{file}:{line}:" if line else str(file)) in said, said
    assert SECRET not in said
    assert {p.name for p in tmp_path.iterdir()} <= {
        "connectly.secret", "empty.secret", "webhookd.yaml", "a.crt", "a.key", "b.crt", "b.key"}


def test_all_problems_of_a_config_are_told_at_once(tmp_path):
    (tmp_path / "connectly.secret").write_text(SECRET)
    file = tmp_path / "webhookd.yaml"
    file.write_text(GOOD_CONFIG + "threads: many\nstoer: x\n")
    said = run("validate", "--config", file).stderr
    assert f"{file}:10:" in said and f"{file}:11:" in said


def test_a_good_config_is_valid_and_validating_leaves_nothing_behind(tmp_path):
    (tmp_path / "connectly.secret").write_text(SECRET)
    file = tmp_path / "webhookd.yaml"
    file.write_text(GOOD_CONFIG)
    done = run("validate", "--config", file)
    assert done.returncode == 0, done
    assert {p.name for p in tmp_path.iterdir()} == {"connectly.secret", "webhookd.yaml"}


def test_a_config_file_that_is_missing_ends_with_78(tmp_path):
    assert run("serve", "--config", tmp_path / "missing.yaml").returncode == 78


def test_an_address_that_is_taken_ends_with_69(make_daemon):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        daemon = make_daemon(listeners=[{"address": address, "tls": "off"}]).launch()
        assert daemon.wait() == 69
        other = make_daemon("admin", admin={"address": address}).launch()
        assert other.wait() == 69
    daemon.process = other.process = None


def test_an_address_that_is_not_ours_ends_with_69(make_daemon):
    daemon = make_daemon(listeners=[{"address": "192.0.2.1:0", "tls": "off"}]).launch()
    assert daemon.wait() == 69
    daemon.process = None


@pytest.mark.parametrize("trouble", ["missing folder", "a folder", "not a database", "cut short"])
def test_a_store_that_cannot_be_used_ends_with_74(make_daemon, trouble):
    daemon = make_daemon()
    store = daemon.folder / "events.db"
    if trouble == "missing folder":
        daemon.config["store"]["path"] = "missing/events.db"
    elif trouble == "a folder":
        store.mkdir()
    elif trouble == "not a database":
        store.write_bytes(b"this is no database " * 1000)
    else:
        daemon.start()
        assert post(daemon) == 200
        daemon.stop()
        store.write_bytes(store.read_bytes()[:700])
    daemon.launch()
    assert daemon.wait() == 74, daemon.log_text()
    daemon.process = None


def test_a_second_process_on_the_same_store_ends_with_75(make_daemon):
    first = make_daemon("first").start()
    second = make_daemon("second", store={"path": first.folder / "events.db"}).launch()
    assert second.wait() == 75
    second.process = None
    assert post(first) == 200


# --- readiness


def test_health_is_told_on_both_kinds_of_listener(daemon):
    for port in (daemon.port(), daemon.admin_port):
        for path in ("/livez", "/readyz"):
            assert daemon.get(path, port)[0] == 200


def test_the_admin_paths_are_not_on_the_traffic_listener(daemon):
    for path in ("/metrics", "/version", "/v1/messages", "/v1/sinks"):
        assert daemon.get(path, daemon.port())[0] == 404
        assert daemon.get(path)[0] == 200


# --- draining


def hold_a_request(daemon):
    """A connection in the middle of a request: all but the body, and the body."""
    body = connectly.status()
    w = Wire(daemon.port())
    w.send(request(body, PATH, headers=[Daemon.signed(body), ("Expect", "100-continue")])[:-len(body)])
    assert w.read_response().status == 100
    return w, body


def refuses_connections(port):
    try:
        with Wire(port) as w:
            w.send(request(path="/livez", method="GET", length=False))
            w.read_response()
        return False
    except (ConnectionError, Closed):
        return True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_term_and_int_finish_the_request_in_hand_and_end_with_0(daemon, number):
    w, body = hold_a_request(daemon)
    port = daemon.port()
    daemon.signal(number)
    until(lambda: refuses_connections(port), "new connections to be refused")
    w.send(body)
    response = w.read_response()
    assert response.status == 200 and response.closes
    assert w.ends()
    assert daemon.wait() == 0
    subject = json.loads(body)["statusUpdate"]["id"]
    assert [e["subject"] for e in daemon.events()] == [subject]


def test_term_ends_idle_connections(daemon):
    with Wire(daemon.port()) as w:
        w.send(event())
        assert w.read_response().status == 200
        daemon.signal(signal.SIGTERM)
        assert w.ends()
    assert daemon.wait() == 0


def test_during_shutdown_delay_readiness_fails_and_requests_are_served(make_daemon):
    daemon = make_daemon(shutdown={"delay": "3s", "grace": "25s"}).start()
    daemon.signal(signal.SIGTERM)
    until(lambda: daemon.get("/readyz", daemon.port())[0] == 503, "readiness to fail")
    assert daemon.get("/livez", daemon.port())[0] == 200
    assert post(daemon) == 200
    assert daemon.wait() == 0
    assert len(daemon.events()) == 1


def test_a_second_term_ends_at_once(make_daemon):
    daemon = make_daemon(shutdown={"grace": "10m"}, limits={"body_timeout": "10m"}).start()
    w, _ = hold_a_request(daemon)
    with w:
        daemon.signal(signal.SIGTERM)
        until(lambda: refuses_connections(daemon.port()), "new connections to be refused")
        daemon.signal(signal.SIGTERM)
        assert daemon.wait(deadline=60) != 0


def test_grace_bounds_how_long_a_request_in_hand_is_waited_for(make_daemon):
    daemon = make_daemon(shutdown={"grace": "1s"}, limits={"body_timeout": "10m"}).start()
    w, _ = hold_a_request(daemon)
    with w:
        daemon.signal(signal.SIGTERM)
        assert daemon.wait(deadline=60) == 0


def test_everything_accepted_is_told_before_the_process_ends(daemon):
    messages = [connectly.ulid() for _ in range(300)]
    with Wire(daemon.port()) as w:
        w.send(b"".join(event(m) for m in messages))
        for _ in messages:
            assert w.read_response().status == 200
        daemon.signal(signal.SIGTERM)
        assert daemon.wait() == 0
    assert [e["subject"] for e in daemon.events()] == messages


def test_what_one_process_accepted_the_next_one_still_knows(daemon):
    body = connectly.status()
    whole = request(body, PATH, headers=[Daemon.signed(body)])
    for _ in range(2):
        with Wire(daemon.port()) as w:
            w.send(whole)
            assert w.read_response().status == 200
        daemon.stop()
        daemon.start()
    assert len(daemon.events()) == 1


# --- reloading


def test_hup_takes_a_new_secret_and_drops_the_old_one(daemon):
    assert post(daemon, secret="another") == 401
    (daemon.folder / "connectly.secret").write_text("another")
    daemon.signal(signal.SIGHUP)
    until(lambda: post(daemon, secret="another") == 200, "the new secret to be good")
    assert post(daemon) == 401


def test_hup_keeps_a_connection_alive(daemon):
    with Wire(daemon.port()) as w:
        w.send(event())
        assert w.read_response().status == 200
        (daemon.folder / "connectly.secret").write_text("another")
        daemon.signal(signal.SIGHUP)
        until(lambda: post(daemon, secret="another") == 200, "the new secret to be good")
        w.send(event(secret="another"))
        assert w.read_response().status == 200


@pytest.mark.parametrize("trouble", ["not YAML", "an empty secret", "an unknown key"])
def test_hup_with_a_bad_file_changes_nothing(daemon, trouble):
    good = daemon.config_file.read_text()
    if trouble == "an empty secret":
        (daemon.folder / "connectly.secret").write_text("")
    else:
        daemon.config_file.write_text("[" if trouble == "not YAML" else good + "stoer: x\n")
    daemon.signal(signal.SIGHUP)
    until(lambda: "config_last_reload_successful 0" in daemon.get("/metrics")[1],
          "the reload to have failed")
    assert post(daemon) == 200
    assert daemon.get("/readyz")[0] == 200

    daemon.config_file.write_text(good)
    (daemon.folder / "connectly.secret").write_text("another")
    daemon.signal(signal.SIGHUP)
    until(lambda: post(daemon, secret="another") == 200, "the new secret to be good")
    assert "config_last_reload_successful 1" in daemon.get("/metrics")[1]


def test_hup_serves_a_renewed_certificate(make_daemon, tmp_path):
    old = certificates.self_signed(tmp_path, "server")
    daemon = make_daemon(listeners=[{"address": "127.0.0.1:0", "tls": {
        "certificate": old.certificate, "private_key": old.private_key}}]).start()

    def certificate():
        with Wire(daemon.port(), wire.client_tls()) as w:
            return w.socket.getpeercert(binary_form=True)

    before = certificate()
    with Wire(daemon.port(), wire.client_tls()) as w:
        certificates.self_signed(tmp_path, "server")
        daemon.signal(signal.SIGHUP)
        until(lambda: certificate() != before, "the new certificate")
        w.send(event())  # a connection from before goes on
        assert w.read_response().status == 200


# --- reopening and rotation


def test_usr1_reopens_the_file_that_was_moved_away(daemon):
    first, second = connectly.ulid(), connectly.ulid()
    assert post(daemon, first) == 200
    daemon.wait_for_subject(first)
    moved = daemon.folder / "events.moved"
    daemon.events_file.rename(moved)
    daemon.signal(signal.SIGUSR1)
    until(daemon.events_file.exists, "the file to be there again")
    assert post(daemon, second) == 200
    daemon.wait_for_subject(second)
    assert first.encode() in moved.read_bytes()
    assert second.encode() not in moved.read_bytes()


@pytest.mark.parametrize("how", ["create", "copytruncate"])
def test_logrotate_loses_no_line_and_repeats_none(daemon, how, tmp_path):
    config = tmp_path / "logrotate.conf"
    extra = "create" if how == "create" else "copytruncate"
    config.write_text(f'"{daemon.events_file}" {{\n  size 1\n  rotate 9\n  {extra}\n}}\n')
    config.chmod(0o644)
    messages = []
    for _ in range(3):
        for _ in range(20):
            messages.append(connectly.ulid())
            assert post(daemon, messages[-1]) == 200
        daemon.wait_for_subject(messages[-1])
        subprocess.run(["/usr/sbin/logrotate", "--force", "--state", tmp_path / "state", config],
                       check=True, capture_output=True)
    messages.append(connectly.ulid())
    assert post(daemon, messages[-1]) == 200
    daemon.wait_for_subject(messages[-1])
    lines = b"".join(p.read_bytes() for p in daemon.folder.glob("events.ndjson*")).splitlines()
    assert sorted(json.loads(line)["subject"] for line in lines) == sorted(messages)


# --- stdout


def test_events_go_to_stdout_and_everything_else_to_stderr(make_daemon):
    daemon = make_daemon(sinks=[{"name": "console", "type": "stdout"}]).start()
    message = connectly.ulid()
    assert post(daemon, message) == 200
    assert post(daemon, secret="wrong") == 401
    daemon.stop()
    lines = (daemon.folder / "stdout.1.log").read_text().splitlines()
    assert [json.loads(line)["subject"] for line in lines] == [message]
