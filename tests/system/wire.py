"""Raw sockets, plain and TLS, and just enough HTTP to read what comes back."""
import socket
import ssl

from waiting import DEADLINE


class Response:
    def __init__(self, status, reason, headers, body):
        self.status, self.reason, self.headers, self.body = status, reason, headers, body

    def header(self, name):
        """The value of a header, or None; it may stand there once."""
        values = [v for n, v in self.headers if n.lower() == name.lower()]
        assert len(values) < 2, f"{name} stands there {len(values)} times"
        return values[0] if values else None

    @property
    def closes(self):
        return (self.header("Connection") or "").lower() == "close"

    def __repr__(self):
        return f"<{self.status} {self.reason} {self.headers} {self.body[:200]!r}>"


class Closed(Exception):
    """The peer ended the connection where an answer was expected."""


def client_tls(authority=None, pair=None, least=None, most=None, alpn=None):
    """A client's TLS context that trusts only `authority`, or anything where there is none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority:
        context.load_verify_locations(authority.certificate)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if pair:
        context.load_cert_chain(pair.certificate, pair.private_key)
    if least:
        context.minimum_version = least
    if most:
        context.maximum_version = most
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


class Wire:
    """One connection. Every wait has a deadline."""

    def __init__(self, port, tls=None, source="127.0.0.1", first=b"", deadline=DEADLINE):
        """`first` goes out before TLS: a PROXY header."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=deadline,
                                               source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        if first:
            self.socket.sendall(first)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_until_closed(self, data):
        """Sends, and does not mind where the peer has had enough."""
        try:
            self.socket.sendall(data)
        except (ConnectionError, ssl.SSLError):
            pass

    def end_of_sending(self):
        """Says that no more will come, and still reads."""
        if isinstance(self.socket, ssl.SSLSocket):
            raise NotImplementedError("a half-closed TLS stream")
        self.socket.shutdown(socket.SHUT_WR)

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLEOFError):
            data = b""
        if not data:
            raise Closed(f"after {self.received[:200]!r}")
        self.received += data

    def read_response(self, to_head=False):
        """The next response; raises Closed where the peer ends the connection first."""
        while b"\r\n\r\n" not in self.received:
            self._more()
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        lines = head.decode("ascii").split("\r\n")
        version, status, reason = lines[0].split(" ", 2)
        assert version == "HTTP/1.1", lines[0]
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        response = Response(int(status), reason, headers, b"")
        size = int(response.header("Content-Length") or 0)
        if not to_head and response.status >= 200:
            assert response.header("Content-Length") is not None, response
            while len(self.received) < size:
                self._more()
            response.body, self.received = self.received[:size], self.received[size:]
        return response

    def ends(self):
        """Waits for the peer to end the connection; no byte may come before it."""
        try:
            while True:
                self._more()
        except Closed:
            assert self.received == b"", self.received[:200]
            return True


def request(body=b"", path="/", method="POST", headers=(), length=True, version="1.1"):
    """A request's bytes. `headers`: pairs, or whole lines as bytes."""
    head = f"{method} {path} HTTP/{version}\r\nHost: localhost\r\n".encode()
    for header in headers:
        head += header if isinstance(header, bytes) else f"{header[0]}: {header[1]}\r\n".encode()
    if length:
        head += f"Content-Length: {len(body)}\r\n".encode()
    return head + b"\r\n" + body


def chunked(body, size=7):
    """`body` as chunks, with the last one."""
    out = b""
    for at in range(0, len(body), size):
        piece = body[at:at + size]
        out += f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
    return out + b"0\r\n\r\n"
