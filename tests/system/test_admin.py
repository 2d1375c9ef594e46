"""The admin listener of the running daemon: queries, metrics, live stream, and who may ask."""
import http.client
import json
import re
import signal
import socket
import uuid

import pytest

import connectly
from daemon import PATH, run
from waiting import until

BASE = "ai.connectly."


def post(daemon, *bodies):
    """Sends signed bodies over one connection; each must be answered 200."""
    link = http.client.HTTPConnection("127.0.0.1", daemon.port(), timeout=30)
    for body in bodies:
        name, value = daemon.signed(body)
        link.request("POST", PATH, body, {name: value})
        answer = link.getresponse()
        answer.read()
        assert answer.status == 200
    link.close()


def ask(daemon, method, path, body=None, headers=None):
    link = http.client.HTTPConnection("127.0.0.1", daemon.admin_port, timeout=30)
    link.request(method, path, body, headers or {})
    answer = link.getresponse()
    text = answer.read().decode()
    link.close()
    return answer.status, text


def as_uuid(ulid):
    value = 0
    for letter in ulid:
        value = value << 5 | connectly.CROCKFORD.index(letter)
    return str(uuid.UUID(int=value))


def metric(text, name, **labels):
    wanted = {f'{key}="{value}"' for key, value in labels.items()}
    for line in text.splitlines():
        found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if found and found[1] == name and wanted <= set((found[2] or "").split(",")):
            return float(found[3])
    return None


def test_a_message_can_be_asked_for_as_soon_as_its_webhook_was_answered(daemon):
    message = connectly.ulid()
    post(daemon, connectly.status(message, "sent", callbackData={"order": 1}),
         connectly.status(message, "delivered"))
    for spelling in (message, message.lower(), as_uuid(message), as_uuid(message).upper()):
        status, text = daemon.get(f"/v1/messages/{spelling}")
        assert status == 200
        answer = json.loads(text)
        assert answer["message_id"] == message
        assert answer["lifecycle"]["status"] == "delivered"
        assert answer["callback_data"] == {"order": 1}
        assert [event["type"] for event in answer["events"]] == [
            BASE + "delivery_status.sent", BASE + "delivery_status.delivered"]


def test_a_context_put_before_the_webhook_stands_in_its_event(daemon):
    message = connectly.ulid()
    status, _ = ask(daemon, "PUT", f"/v1/messages/{as_uuid(message)}/context", '{"cart":[1,2]}')
    assert status == 204
    post(daemon, connectly.status(message, "sent"))
    event = daemon.wait_for_subject(message)
    assert event["data"]["correlation"]["context"] == {"cart": [1, 2]}
    assert json.loads(daemon.get(f"/v1/messages/{message}")[1])["context"] == {"cart": [1, 2]}


def test_every_request_outcome_and_event_type_starts_at_zero_and_counts(daemon):
    text = daemon.get("/metrics")[1]
    assert metric(text, "webhook_events_total", type=BASE + "delivery_status.sent") == 0
    assert metric(text, "webhook_events_total", type=BASE + "unrecognized") == 0
    for outcome in ("accepted", "duplicate", "signature_mismatch"):
        assert metric(text, "webhook_requests_total", endpoint=PATH, outcome=outcome) == 0

    body = connectly.status(state="sent")
    post(daemon, body, body, b"not json")
    def counted():
        text = daemon.get("/metrics")[1]
        return metric(text, "webhook_requests_total", endpoint=PATH, outcome="accepted") == 2 and text
    text = until(counted, "the metrics to count two accepted requests")

    assert metric(text, "webhook_requests_total", endpoint=PATH, outcome="duplicate") == 1
    assert metric(text, "webhook_events_total", type=BASE + "delivery_status.sent") == 1
    assert metric(text, "webhook_events_total", type=BASE + "unrecognized") == 1
    assert metric(text, "webhook_secret_used_total") == 3
    assert metric(text, "http_server_request_duration_seconds_count") >= 3
    assert metric(text, "store_commit_duration_seconds_count") >= 1
    assert metric(text, "sink_lag_events", sink="log") is not None
    for name in ("http_server_active_connections", "webhook_event_lag_seconds_count",
                 "store_batch_events_count", "store_size_bytes", "config_last_reload_successful",
                 "build_info", "process_resident_memory_bytes", "process_cpu_seconds_total"):
        assert metric(text, name) is not None, name


def test_a_bad_reload_is_a_metric(daemon):
    assert metric(daemon.get("/metrics")[1], "config_last_reload_successful") == 1
    daemon.config_file.write_text("listeners: 7\n")
    daemon.signal(signal.SIGHUP)
    until(lambda: metric(daemon.get("/metrics")[1], "config_last_reload_successful") == 0,
          "the failed reload to be counted")


def test_events_are_answered_with_the_very_bytes_of_the_sink(daemon):
    bodies = [connectly.status(state="sent") for _ in range(5)]
    post(daemon, *bodies)
    until(lambda: len(daemon.lines()) == 5, "five events in the file")
    status, text = daemon.get("/v1/events?limit=3")
    assert status == 200
    assert text == '{"items":[%s],"next":"3"}' % b",".join(daemon.lines()[:3]).decode()
    assert json.loads(daemon.get("/v1/events?after=3")[1])["next"] is None


def test_the_live_stream_goes_on_where_a_client_left_off(daemon):
    post(daemon, *(connectly.status(state="sent") for _ in range(3)))
    link = http.client.HTTPConnection("127.0.0.1", daemon.admin_port, timeout=30)
    link.request("GET", "/v1/events/stream", headers={"Last-Event-ID": "1"})
    answer = link.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream"
    seen = []

    def read(count):
        while len(seen) < count:
            line = answer.readline()
            assert line, "the stream ended"
            if line.startswith(b"data: "):
                seen.append(json.loads(line[6:])["sequence"])
    read(2)
    post(daemon, *(connectly.status(state="sent") for _ in range(20)))
    read(22)
    assert seen == [str(n) for n in range(2, 24)]
    link.close()


def test_a_client_that_does_not_read_is_cut_off_and_holds_nobody_up(daemon):
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    slow.connect(("127.0.0.1", daemon.admin_port))
    slow.sendall(b"GET /v1/events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b": welcome" in slow.recv(4096)
    filler = "x" * 400_000
    post(daemon, *(connectly.text("big", callbackData=f"{n} {filler}") for n in range(40)))
    assert daemon.get("/livez")[0] == 200
    slow.settimeout(60)
    received = 0
    while chunk := slow.recv(1 << 20):
        received += len(chunk)
    assert received < 40 * len(filler)
    slow.close()


def test_a_token_is_needed_once_there_is_one(make_daemon):
    daemon = make_daemon(admin={"address": "127.0.0.1:0", "token": {"file": "admin.token"}})
    (daemon.folder / "admin.token").write_text("t0p\n")
    daemon.start()
    assert daemon.get("/livez")[0] == 200
    for path in ("/metrics", "/v1/sinks", "/v1/messages"):
        assert daemon.get(path)[0] == 401
        assert ask(daemon, "GET", path, headers={"Authorization": "Bearer t0p"})[0] == 200
        assert ask(daemon, "GET", path, headers={"Authorization": "Bearer t0P"})[0] == 401


def test_a_web_page_cannot_reach_a_loopback_listener_under_another_name(daemon):
    assert ask(daemon, "GET", "/v1/messages", headers={"Host": "rebound.example"})[0] == 421
    assert ask(daemon, "POST", "/v1/dead-letters/drop?all=true",
               headers={"Origin": "https://evil.example"})[0] == 403


def test_a_unix_socket_serves_the_client_commands(make_daemon, tmp_path):
    path = tmp_path / "admin.sock"
    daemon = make_daemon(admin={"address": f"unix:{path}"}).start()
    done = run("sinks", "list", "--admin", f"unix:{path}")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^log +file +true", done.stdout, re.MULTILINE)
    daemon.stop()
    assert not path.exists()


@pytest.mark.parametrize("path", [
    "/v1/messages?limit=1000000", "/v1/messages?after=x", "/v1/messages?customer=%zz",
    "/v1/messages/%00", "/v1/events?after=-5", "/v1/campaigns?after=%25"])
def test_bad_queries_are_refused_with_a_reason(daemon, path):
    status, text = daemon.get(path)
    assert status == 400
    assert json.loads(text)["detail"]
