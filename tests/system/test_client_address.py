"""Who the client is: PROXY protocol v1 and v2, X-Forwarded-For; and TLS client certificates."""
import socket
import ssl
import struct

import pytest

import connectly
import wire
from daemon import PATH, Daemon
from waiting import until
from wire import Closed, Wire, request

pytestmark = pytest.mark.sanitized

PLAIN, PROXIED, PROXIED_TLS, CLIENT_CA, TLS13 = range(5)
TRUSTED, STRANGER = "127.0.0.2", "127.0.0.3"
SIGNATURE_V2 = b"\r\n\r\n\0\r\nQUIT\n"


@pytest.fixture(scope="module")
def daemon(make_module_daemon, server_certificate, client_authority):
    tls = {"certificate": server_certificate.certificate,
           "private_key": server_certificate.private_key}
    address = {"address": "127.0.0.1:0"}
    return make_module_daemon(
        trusted_proxies=[TRUSTED + "/32"],
        listeners=[
            {**address, "tls": "off"},
            {**address, "tls": "off", "proxy_protocol": "required"},
            {**address, "tls": tls, "proxy_protocol": "required"},
            {**address, "tls": {**tls, "client_ca": client_authority.certificate}},
            {**address, "tls": {**tls, "min_version": "1.3"}},
        ],
        limits={"handshake_timeout": "2s", "header_timeout": "2s"},
    ).start()


def v2(command, family, addresses, more=b""):
    body = addresses + more
    return SIGNATURE_V2 + bytes([0x20 | command, family]) + struct.pack(">H", len(body)) + body


V4 = socket.inet_aton("192.0.2.7") + socket.inet_aton("10.0.0.1") + struct.pack(">HH", 56324, 443)
V6 = (socket.inet_pton(socket.AF_INET6, "2001:db8::7")
      + socket.inet_pton(socket.AF_INET6, "2001:db8::1") + struct.pack(">HH", 56324, 443))

GOOD_HEADERS = {
    "v1 TCP4": (b"PROXY TCP4 192.0.2.7 10.0.0.1 56324 443\r\n", "192.0.2.7"),
    "v1 TCP6": (b"PROXY TCP6 2001:db8::7 2001:db8::1 56324 443\r\n", "2001:db8::7"),
    "v1 UNKNOWN": (b"PROXY UNKNOWN\r\n", TRUSTED),
    "v1 UNKNOWN with text": (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", TRUSTED),
    "v2 TCP4": (v2(1, 0x11, V4), "192.0.2.7"),
    "v2 TCP6": (v2(1, 0x21, V6), "2001:db8::7"),
    "v2 LOCAL": (v2(0, 0x00, b""), TRUSTED),
    "v2 with TLVs": (v2(1, 0x11, V4, b"\x04\0\x02ab" + b"\x05\0\x01x"), "192.0.2.7"),
    "v2 UNSPEC": (v2(1, 0x00, b""), TRUSTED),
    "v2 with 2,000 bytes of TLVs": (v2(1, 0x11, V4, b"\xe0" + struct.pack(">H", 2000) + bytes(2000)),
                                    "192.0.2.7"),
}
BAD_HEADERS = {
    "none": b"",
    "v1 without an end": b"PROXY TCP4 " + b"1" * 200,
    "v1 of another family": b"PROXY UDP4 192.0.2.7 10.0.0.1 1 2\r\n",
    "v1 with a bad address": b"PROXY TCP4 192.0.2.777 10.0.0.1 1 2\r\n",
    "v1 with an IPv6 address as TCP4": b"PROXY TCP4 2001:db8::7 10.0.0.1 1 2\r\n",
    "v1 with a bad port": b"PROXY TCP4 192.0.2.7 10.0.0.1 65536 2\r\n",
    "v1 with too few parts": b"PROXY TCP4 192.0.2.7\r\n",
    "v1 with too many parts": b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2 3\r\n",
    "v1 in lower case": b"proxy TCP4 192.0.2.7 10.0.0.1 1 2\r\n",
    "v1 with a bare LF": b"PROXY TCP4 192.0.2.7 10.0.0.1 1 2\n",
    "v2 of version 1": SIGNATURE_V2 + b"\x11\x11\0\x0c" + V4,
    "v2 with an unknown command": SIGNATURE_V2 + b"\x22\x11\0\x0c" + V4,
    "v2 too short for its family": v2(1, 0x11, V4[:8]),
    "v2 longer than is sane": SIGNATURE_V2 + b"\x21\x11\xff\xff" + bytes(65535),
    "v2 with a broken signature": b"\r\n\r\n\0\r\nQUIX\n" + b"\x21\x11\0\x0c" + V4,
    "garbage": bytes(range(1, 200)),
}


def event(message=None, headers=()):
    body = connectly.status(message)
    return request(body, PATH, headers=[Daemon.signed(body), *headers])


def expect_closed_unanswered(w):
    try:
        answer = w.read_response()
    except Closed:
        return
    raise AssertionError(answer)


def test_a_proxy_header_of_a_trusted_proxy_is_taken(daemon):
    for name, (header, _) in GOOD_HEADERS.items():
        with Wire(daemon.port(PROXIED), source=TRUSTED) as w:
            w.send(header + event())
            assert w.read_response().status == 200, name
            w.send(event())  # it stands once, in front of the first request
            assert w.read_response().status == 200, name


def test_a_proxy_header_stands_in_front_of_tls(daemon, tls):
    for name, (header, _) in GOOD_HEADERS.items():
        with Wire(daemon.port(PROXIED_TLS), tls, source=TRUSTED, first=header) as w:
            w.send(event())
            assert w.read_response().status == 200, name


@pytest.mark.parametrize("name", ["v1 TCP4", "v2 TCP6"])
def test_a_proxy_header_may_come_byte_by_byte(daemon, name):
    with Wire(daemon.port(PROXIED), source=TRUSTED) as w:
        for byte in GOOD_HEADERS[name][0]:
            w.send(bytes([byte]))
        w.send(event())
        assert w.read_response().status == 200


@pytest.mark.parametrize("name", BAD_HEADERS)
def test_a_bad_proxy_header_ends_the_connection(daemon, name):
    message = connectly.ulid()
    with Wire(daemon.port(PROXIED), source=TRUSTED) as w:
        w.send_until_closed(BAD_HEADERS[name] + event(message))
        expect_closed_unanswered(w)
    with Wire(daemon.port(PLAIN)) as w:
        later = connectly.ulid()
        w.send(event(later))
        assert w.read_response().status == 200
    daemon.wait_for_subject(later)
    assert message not in [e.get("subject") for e in daemon.events()]


@pytest.mark.parametrize("name", ["v1 TCP4", "v2 TCP4", "v2 LOCAL"])
def test_a_proxy_header_cut_short_ends_by_the_deadline(daemon, name):
    header = GOOD_HEADERS[name][0]
    for size in (1, 8, len(header) - 1):
        with Wire(daemon.port(PROXIED), source=TRUSTED) as w:
            w.send(header[:size])
            expect_closed_unanswered(w)


@pytest.mark.parametrize("name", ["v1 TCP4", "v2 TCP4"])
def test_a_proxy_header_of_a_stranger_lets_nobody_in(daemon, name):
    with Wire(daemon.port(PROXIED), source=STRANGER) as w:
        w.send_until_closed(GOOD_HEADERS[name][0] + event())
        expect_closed_unanswered(w)


def test_a_stranger_without_a_proxy_header_is_not_let_in_either(daemon):
    with Wire(daemon.port(PROXIED), source=STRANGER) as w:
        w.send_until_closed(event())
        expect_closed_unanswered(w)


def test_a_proxy_header_where_none_is_expected_is_a_bad_request(daemon):
    with Wire(daemon.port(PLAIN), source=TRUSTED) as w:
        w.send(GOOD_HEADERS["v1 TCP4"][0] + event())
        assert w.read_response().status == 400


def refused_client(daemon, send, connect):
    """The client that the log names for a refusal that `send` brings about."""
    before = len(daemon.log())
    with connect() as w:
        w.send(send)
        assert w.read_response().status == 401

    def found():
        for line in daemon.log()[before:]:
            client = line.get("Attributes", {}).get("client.address")
            if client:
                return client
        return None

    return until(found, "a line of the refusal")


UNSIGNED = [  # X-Forwarded-For, from whom, and who the client is then
    ([], TRUSTED, TRUSTED),
    (["192.0.2.9"], TRUSTED, "192.0.2.9"),
    (["192.0.2.9"], STRANGER, STRANGER),
    (["198.51.100.1, 192.0.2.9"], TRUSTED, "192.0.2.9"),
    (["198.51.100.1, 192.0.2.9, 127.0.0.2"], TRUSTED, "192.0.2.9"),
    (["2001:db8::9"], TRUSTED, "2001:db8::9"),
    (["spoofed, nonsense"], TRUSTED, TRUSTED),
    (["192.0.2.9, nonsense"], TRUSTED, TRUSTED),
]


@pytest.mark.parametrize("forwarded, source, client", UNSIGNED, ids=range(len(UNSIGNED)))
def test_x_forwarded_for_is_walked_from_the_right_from_trusted_proxies_only(
        make_daemon, forwarded, source, client):
    # A daemon of its own: refusals are told rate-limited.
    daemon = make_daemon(trusted_proxies=[TRUSTED]).start()
    headers = [("X-Forwarded-For", value) for value in forwarded]
    refusal = request(b"{}", PATH, headers=headers)
    told = refused_client(daemon, refusal, lambda: Wire(daemon.port(), source=source))
    assert told.strip("[]") == client


def test_the_client_of_a_proxy_header_is_told(make_daemon):
    daemon = make_daemon(
        trusted_proxies=[TRUSTED],
        listeners=[{"address": "127.0.0.1:0", "tls": "off", "proxy_protocol": "required"}]).start()
    refusal = GOOD_HEADERS["v2 TCP4"][0] + request(b"{}", PATH)
    told = refused_client(daemon, refusal, lambda: Wire(daemon.port(), source=TRUSTED))
    assert told == GOOD_HEADERS["v2 TCP4"][1]


# --- client certificates and versions


def try_event(daemon, index, context):
    with Wire(daemon.port(index), context) as w:
        w.send(event())
        return w.read_response().status


def test_a_client_with_a_certificate_of_client_ca_is_let_in(
        daemon, server_certificate, client_certificate):
    context = wire.client_tls(server_certificate, client_certificate)
    assert try_event(daemon, CLIENT_CA, context) == 200


@pytest.mark.parametrize("most", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_without_a_certificate_is_not_let_in(daemon, server_certificate, most):
    context = wire.client_tls(server_certificate, most=most)
    with pytest.raises((ssl.SSLError, Closed, ConnectionError)):
        try_event(daemon, CLIENT_CA, context)


def test_a_client_with_a_certificate_of_somebody_else_is_not_let_in(
        daemon, server_certificate):
    context = wire.client_tls(server_certificate, server_certificate)
    with pytest.raises((ssl.SSLError, Closed, ConnectionError)):
        try_event(daemon, CLIENT_CA, context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_served(daemon, server_certificate, client_certificate, version):
    context = wire.client_tls(server_certificate, client_certificate, version, version)
    assert try_event(daemon, CLIENT_CA, context) == 200


def test_min_version_1_3_refuses_tls_1_2(daemon, server_certificate):
    with pytest.raises((ssl.SSLError, ConnectionError)):
        try_event(daemon, TLS13, wire.client_tls(server_certificate, most=ssl.TLSVersion.TLSv1_2))
    assert try_event(daemon, TLS13, wire.client_tls(server_certificate)) == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls_before_1_2_is_refused(daemon, server_certificate, client_certificate):
    context = wire.client_tls(server_certificate, client_certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        try_event(daemon, CLIENT_CA, context)
