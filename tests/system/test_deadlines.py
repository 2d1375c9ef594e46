"""Clients that are too slow, and too many of them. The limits are short here."""
import contextlib
import json

import pytest

import connectly
from daemon import PATH, Daemon
from wire import Closed, Wire, request

pytestmark = pytest.mark.sanitized


@pytest.fixture(scope="module")
def daemon(make_module_daemon, server_certificate):
    tls = {"certificate": server_certificate.certificate,
           "private_key": server_certificate.private_key}
    return make_module_daemon(
        listeners=[{"address": "127.0.0.1:0", "tls": "off"}, {"address": "127.0.0.1:0", "tls": tls}],
        limits={"handshake_timeout": "1s", "header_timeout": "1s", "body_timeout": "1s",
                "idle_timeout": "1s"},
    ).start()


@pytest.fixture(params=["plain", "tls"])
def connect(request, daemon, tls):
    index = ["plain", "tls"].index(request.param)
    return lambda: Wire(daemon.port(index), tls if index else None)


def event(message=None):
    body = connectly.status(message)
    return request(body, PATH, headers=[Daemon.signed(body)])


def expect_408(w):
    response = w.read_response()
    assert response.status == 408, response
    assert response.header("Content-Type") == "application/problem+json"
    assert json.loads(response.body)["status"] == 408
    assert response.closes and w.ends()


def test_a_header_that_stops_is_answered_408(connect):
    with connect() as w:
        w.send(event()[:50])
        expect_408(w)


def trickle(w, data):
    """Sends a byte at a time, each with a little time to spare, until an answer is there."""
    w.socket.settimeout(0.1)
    for byte in data:
        w.send_until_closed(bytes([byte]))
        with contextlib.suppress(TimeoutError):
            w._more()
            break
    w.socket.settimeout(30)


def test_a_header_that_trickles_is_answered_408_in_spite_of_its_progress(connect):
    with connect() as w:
        trickle(w, event())
        expect_408(w)


def test_a_body_that_stops_is_answered_408(connect):
    with connect() as w:
        w.send(event()[:-10])
        expect_408(w)


def test_chunks_that_end_in_a_bare_line_feed_are_no_chunks(connect):
    headers = [Daemon.signed(b"12345"), ("Transfer-Encoding", "chunked")]
    with connect() as w:
        w.send(request(path=PATH, headers=headers, length=False) + b"5\n12345\n0\n\n")
        response = w.read_response()
        assert response.status in (400, 408) and response.closes


def test_a_body_that_trickles_is_answered_408_in_spite_of_its_progress(connect):
    whole = event()
    at = whole.index(b"\r\n\r\n") + 4
    with connect() as w:
        w.send(whole[:at])
        trickle(w, whole[at:])
        expect_408(w)


def test_a_handshake_that_stops_is_closed(daemon):
    for first in (b"", b"\x16\x03\x01\x02\x00\x01\x00"):
        with Wire(daemon.port(1)) as w:
            w.send(first)
            with pytest.raises(Closed):
                w.read_response()


def test_a_connection_that_never_says_anything_is_closed(connect):
    with connect() as w:
        assert w.ends()


def test_an_idle_connection_is_closed_without_an_answer(connect):
    with connect() as w:
        w.send(event())
        assert w.read_response().status == 200
        assert w.ends()


def test_after_all_of_them_the_daemon_serves(daemon, connect):
    message = connectly.ulid()
    with connect() as w:
        w.send(event(message))
        assert w.read_response().status == 200
    daemon.wait_for_subject(message)


# --- too many connections


@pytest.fixture
def crowded(make_daemon):
    return make_daemon(limits={"max_connections": 4}, threads=1).start()


def test_at_the_limit_the_oldest_idle_connection_makes_room(crowded):
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(Wire(crowded.port())) for _ in range(4)]
        for w in held:
            w.send(event())
            assert w.read_response().status == 200
        newcomer = stack.enter_context(Wire(crowded.port()))
        newcomer.send(event())
        assert newcomer.read_response().status == 200
        assert held[0].ends()
        for w in held[2:]:
            w.send(event())
            assert w.read_response().status == 200


def test_at_the_limit_with_nobody_idle_a_newcomer_is_refused(crowded):
    with contextlib.ExitStack() as stack:
        held = []
        for _ in range(4):
            w = stack.enter_context(Wire(crowded.port()))
            body = connectly.status()
            head = request(body, PATH, headers=[Daemon.signed(body), ("Expect", "100-continue")])
            w.send(head[:-len(body)])
            assert w.read_response().status == 100  # from here on it is in the middle of a request
            held.append((w, body))
        newcomer = stack.enter_context(Wire(crowded.port()))
        newcomer.send_until_closed(event())
        with contextlib.suppress(Closed):
            assert newcomer.read_response().status == 503
        for w, body in held:
            w.send(body)
            assert w.read_response().status == 200


def test_when_the_crowd_has_gone_newcomers_are_served(crowded):
    with contextlib.ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(Wire(crowded.port()))
    message = connectly.ulid()
    with Wire(crowded.port()) as w:
        w.send(event(message))
        assert w.read_response().status == 200
    crowded.wait_for_subject(message)
