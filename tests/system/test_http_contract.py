"""The HTTP contract of the traffic listeners, row by row, over raw sockets, plain and TLS."""
import json

import pytest

import connectly
import wire
from daemon import Daemon
from wire import Wire, chunked, request

pytestmark = pytest.mark.sanitized

MAX_BODY = 65536
PATHS = {"plain": "/hooks/plain", "tls": "/hooks/tls"}


@pytest.fixture(scope="module")
def daemon(make_module_daemon, server_certificate):
    tls = {"certificate": server_certificate.certificate,
           "private_key": server_certificate.private_key}
    return make_module_daemon(
        listeners=[{"address": "127.0.0.1:0", "tls": "off"}, {"address": "127.0.0.1:0", "tls": tls}],
        endpoints=[Daemon.endpoint(path, name) for name, path in PATHS.items()],
        limits={"max_body": "64KiB"},
    ).start()


class Channel:
    """One way to reach the daemon: its listener, and an endpoint with a namespace of its own."""

    def __init__(self, daemon, name, tls):
        self.daemon, self.path = daemon, PATHS[name]
        self.index = list(PATHS).index(name)
        self.tls = tls if name == "tls" else None

    def connect(self):
        return Wire(self.daemon.port(self.index), self.tls)

    def event(self, body=None, **options):
        """A signed request with a body of its own."""
        body = connectly.status() if body is None else body
        headers = [Daemon.signed(body), *options.pop("headers", ())]
        return request(body, self.path, headers=headers, **options)

    def expect_served(self):
        """The daemon serves as if nothing had been."""
        message = connectly.ulid()
        with self.connect() as w:
            w.send(self.event(connectly.status(message)))
            assert w.read_response().status == 200
        return self.daemon.wait_for_subject(message)

    def expect_not_kept(self, message):
        """No event of that message: one that came later is told, and it is not before it."""
        self.expect_served()
        assert message not in [e.get("subject") for e in self.daemon.events()]


@pytest.fixture(params=list(PATHS))
def channel(request, daemon, tls):
    return Channel(daemon, request.param, tls)


def expect_refused(response, status, reason=None):
    assert response.status == status, response
    assert response.header("Content-Type") == "application/problem+json", response
    problem = json.loads(response.body)
    assert {"type", "title", "status", "reason"} <= problem.keys(), problem
    assert problem["status"] == status
    if reason:
        assert problem["reason"] == reason, problem


# --- accepted


def test_a_signed_event_is_answered_200_with_an_empty_body_and_told(channel):
    message = connectly.ulid()
    with channel.connect() as w:
        w.send(channel.event(connectly.status(message)))
        response = w.read_response()
    assert (response.status, response.body) == (200, b"")
    event = channel.daemon.wait_for_subject(message)
    assert event["source"] == channel.path


def test_a_duplicate_is_answered_200_and_told_once(channel):
    message = connectly.ulid()
    body = connectly.status(message)
    with channel.connect() as w:
        for _ in range(3):
            w.send(channel.event(body))
            assert w.read_response().status == 200
    channel.expect_served()
    assert [e.get("subject") for e in channel.daemon.events()].count(message) == 1


def test_the_two_namespaces_do_not_share_what_is_a_duplicate(daemon, tls):
    body = connectly.status()
    for name in PATHS:
        c = Channel(daemon, name, tls)
        with c.connect() as w:
            w.send(c.event(body))
            assert w.read_response().status == 200
    subject = json.loads(body)["statusUpdate"]["id"]
    for path in PATHS.values():
        daemon.wait_for(lambda e: e.get("subject") == subject and e["source"] == path, path)


@pytest.mark.parametrize("content_type", [
    "application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded",
    "nonsense", "", None])
def test_any_content_type_is_taken(channel, content_type):
    headers = [] if content_type is None else [("Content-Type", content_type)]
    with channel.connect() as w:
        w.send(channel.event(headers=headers))
        assert w.read_response().status == 200


def test_header_names_are_read_in_any_case(channel):
    body = connectly.status()
    header = ("X-CONNECTLY-HMAC-SHA256", connectly.sign(body, "s3cr3t-one"))
    with channel.connect() as w:
        w.send(request(body, channel.path, headers=[header]))
        assert w.read_response().status == 200


def test_a_query_does_not_change_the_endpoint(channel):
    body = connectly.status()
    with channel.connect() as w:
        w.send(request(body, channel.path + "?source=a", headers=[Daemon.signed(body)]))
        assert w.read_response().status == 200


def test_a_chunked_body_is_taken(channel):
    message = connectly.ulid()
    body = connectly.status(message)
    headers = [Daemon.signed(body), ("Transfer-Encoding", "chunked")]
    with channel.connect() as w:
        w.send(request(path=channel.path, headers=headers, length=False) + chunked(body))
        assert w.read_response().status == 200
        w.send(channel.event())  # the connection goes on behind the last chunk
        assert w.read_response().status == 200
    event = channel.daemon.wait_for_subject(message)
    assert event["data"]["payload"] == json.loads(body)


def test_expect_100_continue_is_honoured(channel):
    body = connectly.status()
    head, _ = channel.event(body, headers=[("Expect", "100-continue")]).split(b"\r\n\r\n", 1)
    with channel.connect() as w:
        w.send(head + b"\r\n\r\n")
        assert w.read_response().status == 100
        w.send(body)
        assert w.read_response().status == 200


def test_expect_100_continue_of_an_unsigned_request_is_refused_without_asking_for_the_body(channel):
    headers = [("Expect", "100-continue"), ("Content-Length", "100")]
    with channel.connect() as w:
        w.send(request(path=channel.path, headers=headers, length=False))
        expect_refused(w.read_response(), 401, "missing_signature")


# --- connections


def test_a_connection_is_kept_alive(channel):
    with channel.connect() as w:
        for _ in range(20):
            w.send(channel.event())
            response = w.read_response()
            assert response.status == 200 and not response.closes


def test_pipelined_requests_are_answered_in_their_order(channel):
    messages = [connectly.ulid() for _ in range(20)]
    parts = []
    for number, message in enumerate(messages):
        parts.append(channel.event(connectly.status(message)))
        if number % 5 == 4:
            parts.append(request(path="/nowhere", method="GET", length=False))
    with channel.connect() as w:
        w.send(b"".join(parts))
        answers = [w.read_response().status for _ in parts]
    assert answers == ([200] * 5 + [404]) * 4
    for message in messages:
        channel.daemon.wait_for_subject(message)


def test_a_request_may_come_byte_by_byte(channel):
    with channel.connect() as w:
        for byte in channel.event():
            w.send(bytes([byte]))
        assert w.read_response().status == 200


def test_a_client_that_asks_for_it_gets_the_connection_closed(channel):
    with channel.connect() as w:
        w.send(channel.event(headers=[("Connection", "close")]))
        response = w.read_response()
        assert response.status == 200 and response.closes
        assert w.ends()


def test_http_1_0_is_served_and_closed(channel):
    with channel.connect() as w:
        w.send(channel.event(version="1.0"))
        assert w.read_response().status == 200
        assert w.ends()


def test_http_1_0_with_keep_alive_is_kept(channel):
    with channel.connect() as w:
        for _ in range(2):
            w.send(channel.event(version="1.0", headers=[("Connection", "keep-alive")]))
            response = w.read_response()
            assert response.status == 200
            assert (response.header("Connection") or "").lower() == "keep-alive"


def test_a_client_that_only_stops_sending_still_gets_its_answer(daemon, tls):
    channel = Channel(daemon, "plain", tls)  # Python cannot half-close a TLS stream
    with channel.connect() as w:
        w.send(channel.event())
        w.end_of_sending()
        assert w.read_response().status == 200


def test_a_client_that_vanishes_before_its_answer_loses_nothing(channel):
    message = connectly.ulid()
    w = channel.connect()
    w.send(channel.event(connectly.status(message)))
    w.close()
    channel.daemon.wait_for_subject(message)


@pytest.mark.parametrize("encoding", ["length", "chunked"])
def test_a_body_cut_in_the_middle_is_not_kept(channel, encoding):
    message = connectly.ulid()
    body = connectly.status(message)
    whole = channel.event(body)
    if encoding == "chunked":
        headers = [Daemon.signed(body), ("Transfer-Encoding", "chunked")]
        whole = request(path=channel.path, headers=headers, length=False) + chunked(body)
    for missing in (1, 2, 5, len(body) // 2, len(body)):
        with channel.connect() as w:
            w.send(whole[:-missing])
    channel.expect_not_kept(message)


def test_a_header_cut_in_the_middle_does_no_harm(channel):
    whole = channel.event()
    for size in (1, 5, 20, 60, whole.index(b"\r\n\r\n") + 2):
        with channel.connect() as w:
            w.send(whole[:size])
    channel.expect_served()


# --- refused


def test_a_missing_signature_is_refused_before_the_body_is_read(channel):
    with channel.connect() as w:
        w.send(request(path=channel.path, headers=[("Content-Length", "1000")], length=False))
        expect_refused(w.read_response(), 401, "missing_signature")


def test_a_refusal_echoes_nothing_of_the_request(channel):
    with channel.connect() as w:
        w.send(request(b"my-body", channel.path + "?my-query", headers=[("My-Header", "my-value")]))
        response = w.read_response()
        expect_refused(response, 401)
        assert b"my-" not in response.body.lower()


def test_after_a_refusal_the_connection_serves_the_next_request(channel):
    body = connectly.status()
    with channel.connect() as w:
        w.send(request(body, channel.path, headers=[Daemon.signed(body, "another")]))
        expect_refused(w.read_response(), 401, "signature_mismatch")
        w.send(channel.event())
        assert w.read_response().status == 200


def test_a_body_of_exactly_the_limit_is_taken(channel):
    body = connectly.text("x", pad="").replace(b'"pad":""', b'"pad":"%s"')
    body = body % (b"x" * (MAX_BODY - len(body) + 2))
    assert len(body) == MAX_BODY
    with channel.connect() as w:
        w.send(channel.event(body))
        assert w.read_response().status == 200


def test_a_length_over_the_limit_is_refused_before_the_body_is_read(channel):
    headers = [Daemon.signed(b""), ("Content-Length", str(MAX_BODY + 1))]
    with channel.connect() as w:
        w.send(request(path=channel.path, headers=headers, length=False))
        response = w.read_response()
        expect_refused(response, 413, "body_too_large")
        assert response.closes and w.ends()


def test_a_body_over_the_limit_is_refused_even_where_the_client_goes_on_sending(channel):
    body = b"x" * (MAX_BODY + 1)
    with channel.connect() as w:
        w.send_until_closed(channel.event(body))
        expect_refused(w.read_response(), 413, "body_too_large")


def test_chunks_over_the_limit_are_refused_as_soon_as_they_pass_it(channel):
    headers = [Daemon.signed(b""), ("Transfer-Encoding", "chunked")]
    piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    with channel.connect() as w:
        w.send_until_closed(request(path=channel.path, headers=headers, length=False) + piece * 5)
        response = w.read_response()
        expect_refused(response, 413, "body_too_large")
        assert response.closes


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
def test_another_method_on_an_endpoint_is_refused(channel, method):
    with channel.connect() as w:
        w.send(request(path=channel.path, method=method))
        response = w.read_response(to_head=method == "HEAD")
        assert response.status == 405 and response.header("Allow") == "POST"


@pytest.mark.parametrize("path", ["/", "/hooks", "/hooks/plain/", "/hooks/tls/", "/hooks/other",
                                  "/HOOKS/PLAIN", "/%2e%2e/etc/passwd", "/" + "x" * 4000, "*"],
                         ids=lambda path: path[:30])
def test_an_unknown_path_is_refused(channel, path):
    with channel.connect() as w:
        w.send(request(b"{}", path))
        expect_refused(w.read_response(), 404)


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_told_on_the_traffic_listener(channel, path):
    with channel.connect() as w:
        w.send(request(path=path, method="GET", length=False))
        assert w.read_response().status == 200
        w.send(request(path=path, method="HEAD", length=False))
        response = w.read_response(to_head=True)
        assert response.status == 200
        w.send(request(path=path, method="POST"))
        assert w.read_response().status == 405


def test_no_length_at_all_is_refused(channel):
    with channel.connect() as w:
        w.send(request(path=channel.path, headers=[Daemon.signed(b"")], length=False))
        response = w.read_response()
        expect_refused(response, 411)
        assert response.closes


@pytest.mark.parametrize("size", [16385, 20000, 200000])
def test_a_header_over_16_kib_is_refused(channel, size):
    with channel.connect() as w:
        w.send_until_closed(channel.event(headers=[("X-Long", "x" * size)]))
        response = w.read_response()
        expect_refused(response, 431)
        assert response.closes


def test_a_header_of_nearly_16_kib_is_taken(channel):
    with channel.connect() as w:
        w.send(channel.event(headers=[(f"X-{n}", "x" * 1000) for n in range(15)]))
        assert w.read_response().status == 200


def test_many_small_headers_over_16_kib_are_refused(channel):
    with channel.connect() as w:
        w.send_until_closed(channel.event(headers=[(f"X-{n}", "x") for n in range(3000)]))
        expect_refused(w.read_response(), 431)


LENGTHS = ["-1", "+5", "0x10", "5 5", "5,6", "", "1e3", "99999999999999999999999", "5;"]


@pytest.mark.parametrize("lines", [
    ["Content-Length: 5", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Content-Length: 5"],
    ["Content-Length: 5", "Transfer-Encoding: identity"],
    ["Content-Length: 5", "Content-Length: 6"],
    ["Transfer-Encoding: gzip"],
    ["Transfer-Encoding: identity"],
    ["Transfer-Encoding: gzip, chunked"],
    ["Transfer-Encoding: chunked, gzip"],
    ["Transfer-Encoding: chunked, chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: gzip"],
    ["Transfer-Encoding: xchunked"],
    ["Transfer-Encoding:"],
    ["Transfer-Encoding : chunked"],
    ["Content-Length: 5", "X-Folded: a", " b"],
    ["Content-Length: 5", "X-Folded: a", "\tContent-Length: 6"],
    [" Content-Length: 5"],
    ["Content-Length : 5"],
    ["Content-Length: 5", "X-Nul: a\0b"],
    ["Content-Length: 5", "X-Cr: a\rb"],
    ["Content-Length: 5", "X-Lf: a\nX-More: b"],
    ["Content-Length: 5", "X-Control: a\x01b"],
    ["Content-Length: 5", "X(Bad): a"],
    ["Content-Length: 5", "X Bad: a"],
    ["Content-Length: 5", ": no name"],
    ["Content-Length: 5", "no colon"],
    *[[f"Content-Length: {value}"] for value in LENGTHS],
], ids=lambda lines: repr(" | ".join(lines)))
def test_framing_that_two_parsers_could_read_differently_is_refused(channel, lines):
    head = [f"POST {channel.path} HTTP/1.1", "Host: localhost", *lines,
            ": ".join(Daemon.signed(b"12345")), "", ""]
    with channel.connect() as w:
        w.send_until_closed("\r\n".join(head).encode("latin-1") + b"5\r\n12345\r\n0\r\n\r\n")
        response = w.read_response()
        expect_refused(response, 400, "bad_framing")
        assert response.closes and w.ends()


def test_chunked_on_http_1_0_is_refused(channel):
    headers = [Daemon.signed(b"12345"), ("Transfer-Encoding", "chunked")]
    with channel.connect() as w:
        w.send(request(path=channel.path, headers=headers, length=False, version="1.0")
               + chunked(b"12345"))
        response = w.read_response()
        expect_refused(response, 400, "bad_framing")
        assert response.closes


@pytest.mark.parametrize("chunks", [
    b"x\r\n12345\r\n0\r\n\r\n", b"-5\r\n12345\r\n0\r\n\r\n", b"5\r\n123456\r\n0\r\n\r\n",
    b"\r\n", b"fffffffffffffffff\r\n12345\r\n0\r\n\r\n",
    b"0x5\r\n12345\r\n0\r\n\r\n"], ids=repr)
def test_broken_chunks_are_refused(channel, chunks):
    headers = [Daemon.signed(b"12345"), ("Transfer-Encoding", "chunked")]
    with channel.connect() as w:
        w.send_until_closed(request(path=channel.path, headers=headers, length=False) + chunks)
        response = w.read_response()
        assert response.status in (400, 413), response
        assert response.closes


@pytest.mark.parametrize("line", [
    "", "POST", "POST /", "POST / HTTP/1.1 more", "POST / HTTP/2.0", "POST / HTTP/9.9",
    "POST / http/1.1", "POST / HTTP/1", "POST  / HTTP/1.1", " POST / HTTP/1.1", "P\x00ST / HTTP/1.1",
    "POST /\x01 HTTP/1.1", "\x16\x03\x01\x02\x00\x01\x00\x01", "PRI * HTTP/2.0"], ids=repr)
def test_a_bad_request_line_is_refused(channel, line):
    with channel.connect() as w:
        w.send_until_closed(line.encode("latin-1") + b"\r\nHost: localhost\r\n\r\n")
        response = w.read_response()
        expect_refused(response, 400, "bad_framing")
        assert response.closes and w.ends()


def test_several_signature_headers_are_refused(channel):
    body = connectly.status()
    with channel.connect() as w:
        w.send(request(body, channel.path, headers=[Daemon.signed(body), Daemon.signed(body)]))
        response = w.read_response()
        expect_refused(response, 400, "bad_framing")
        assert response.closes


# --- TLS


def test_alpn_chooses_http_1_1(daemon, server_certificate):
    context = wire.client_tls(server_certificate, alpn=["h2", "http/1.1"])
    with Wire(daemon.port(1), context) as w:
        assert w.socket.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize("noise", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\0" * 600, b"\x16\x03\x01\x00\x05hello",
    b"\x16\x03\x01\xff\xff" + b"x" * 999], ids=["HTTP", "zeros", "a short record", "a long record"])
def test_what_is_no_tls_handshake_is_closed_and_does_no_harm(daemon, tls, noise):
    with Wire(daemon.port(1)) as w:
        w.send(noise)
        w.send_until_closed(b"\r\n" * 9)
        try:
            while w.socket.recv(65536):  # an alert, perhaps
                pass
        except ConnectionError:
            pass
    Channel(daemon, "tls", tls).expect_served()
