"""A webhook receiver under the test's control: each request's fate is the test's to decide."""
import json
import socket
import threading


class Receipt:
    """A request that was read whole."""

    def __init__(self, headers, body, fate):
        self.headers, self.body, self.fate = headers, body, fate
        self.event = json.loads(body)
        self.id, self.key = self.event["id"], self.event["partitionkey"]
        self.sequence = int(self.event["sequence"])


def plain(status, headers=""):
    return f"HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\n\r\n".encode()


# What becomes of a request: the bytes of the answer, and whether the connection ends behind them.
FATES = {
    "ok": (plain(200), False),
    "unavailable": (plain(503), False),
    "busy": (plain(429, "Retry-After: 0\r\n"), False),
    "later": (plain(503, "Retry-After: 1\r\n"), True),
    "gone": (plain(410), False),
    "moved": (plain(302, "Location: http://127.0.0.1:1/\r\n"), False),
    "half": (b"HTTP/1.1 200 OK\r\nContent-Le", True),
    "closed": (b"", True),
    "nonsense": (b"\x16\x03\x01\x02\x00 not HTTP at all\r\n\r\n", True),
    "stalled": (None, True),
}


class Target:
    """An HTTP server on loopback. `decide(receipt)` names the fate of each request."""

    def __init__(self, decide, port=0):
        self.decide, self.receipts, self.stopping = decide, [], threading.Event()
        self.lock, self.open = threading.Lock(), set()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hooks"

    def seen(self):
        with self.lock:
            return list(self.receipts)

    def die(self):
        """Ends at once, with whatever is in hand."""
        self.stopping.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.open:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection, connection.makefile("rb") as stream:
                while not self.stopping.is_set() and self._one(connection, stream):
                    pass
        except (OSError, ValueError):
            pass
        finally:
            with self.lock:
                self.open.discard(connection)

    def _one(self, connection, stream):
        if not stream.readline():
            return False
        headers = {}
        for line in iter(stream.readline, b"\r\n"):
            if not line:
                return False
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers["content-length"]))
        if len(body) < int(headers["content-length"]):
            return False
        with self.lock:
            if self.stopping.is_set():
                return False
            receipt = Receipt(headers, body, None)
            receipt.fate = self.decide(receipt)
            self.receipts.append(receipt)
        answer, ends = FATES[receipt.fate]
        if answer is None:
            self.stopping.wait(2)
        elif answer:
            connection.sendall(answer)
        return not ends
