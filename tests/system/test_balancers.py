"""The configs for HAProxy and nginx, with the real programs in front of real daemons."""
import json
import os
import shutil
import signal
import socket
import subprocess

import pytest

import connectly
import wire
from daemon import BINARY, PATH, ROOT, Daemon
from waiting import until
from wire import Closed, Wire, request

CLIENT = "127.0.0.5"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Balancer:
    """A running HAProxy or nginx."""

    def __init__(self, folder, port, command, environment=None):
        self.port = port
        self.log = open(folder / "balancer.log", "wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log,
                                        env={**os.environ, **(environment or {})})

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.log.close()


def serves(port, tls):
    """Does a daemon answer through the balancer?"""
    try:
        with Wire(port, tls, deadline=5) as w:
            w.send(request(path="/readyz", method="GET", length=False))
            return w.read_response().status == 200
    except (OSError, Closed):
        return False


@pytest.fixture
def pair(make_daemon, server_certificate, request):
    """Two daemons behind the balancer that the test names."""
    front = request.param
    listener = {"address": "127.0.0.1:0", "tls": "off"}
    if front == "haproxy":
        listener["tls"] = {"certificate": server_certificate.certificate,
                           "private_key": server_certificate.private_key}
        listener["proxy_protocol"] = "required"
    made = []
    for name in ("one", "two"):
        daemon = make_daemon(name, listeners=[dict(listener)], trusted_proxies=["127.0.0.1"],
                             shutdown={"delay": "3s"}).start()
        daemon.config["listeners"][0]["address"] = f"127.0.0.1:{daemon.port()}"
        made.append(daemon)
    return front, made


@pytest.fixture
def balanced(pair, tmp_path, tls, server_certificate):
    front, daemons = pair
    port = free_port()
    addresses = [f"127.0.0.1:{d.port()}" for d in daemons]
    if front == "haproxy":
        balancer = Balancer(
            tmp_path, port, ["/usr/sbin/haproxy", "-db", "-f", ROOT / "deploy/haproxy/haproxy.cfg"],
            {"WEBHOOKD_LISTEN": f"127.0.0.1:{port}", "WEBHOOKD_ONE": addresses[0],
             "WEBHOOKD_TWO": addresses[1]})
    else:
        text = (ROOT / "deploy/nginx/nginx.conf").read_text()
        for old, new in (("10.0.0.11:8080", addresses[0]), ("10.0.0.12:8080", addresses[1]),
                         ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
                         ("/etc/webhookd/tls.crt", str(server_certificate.certificate)),
                         ("/etc/webhookd/tls.key", str(server_certificate.private_key)),
                         ("/run/nginx-webhookd.pid", str(tmp_path / "nginx.pid"))):
            assert old in text, old
            text = text.replace(old, new)
        if os.geteuid() == 0:  # its workers would be another user, who cannot read the test's files
            text = "user root;\n" + text
        config = tmp_path / "nginx.conf"
        config.write_text(text)
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        balancer = Balancer(tmp_path, port, [nginx, "-g", "daemon off;", "-p", tmp_path, "-c", config])
    try:
        until(lambda: balancer.process.poll() is not None or serves(port, tls),
              "the balancer to serve")
        assert balancer.process.poll() is None
        yield balancer, daemons
    finally:
        balancer.stop()


def posts(port, tls):
    """Sends an event over a connection of its own."""
    body = connectly.status()
    with Wire(port, tls) as w:
        w.send(request(body, PATH, headers=[Daemon.signed(body)]))
        assert w.read_response().status == 200
    return True


def told(daemons):
    return [e for d in daemons for e in d.events()]


BOTH = pytest.mark.parametrize("pair", ["haproxy", "nginx"], indirect=True)


@BOTH
def test_events_arrive_byte_for_byte_through_the_balancer(balanced, tls):
    balancer, daemons = balanced
    bodies = [connectly.status() for _ in range(20)] + [connectly.text("español, 日本語 🚀")]
    for body in bodies:
        with Wire(balancer.port, tls) as w:
            w.send(request(body, PATH, headers=[Daemon.signed(body)]))
            assert w.read_response().status == 200
        with Wire(balancer.port, tls) as w:
            headers = [Daemon.signed(body), ("Transfer-Encoding", "chunked")]
            w.send(request(path=PATH, headers=headers, length=False) + wire.chunked(body))
            assert w.read_response().status == 200

    def lines():
        return b"\n".join(line for d in daemons for line in d.lines())

    for body in bodies:
        until(lambda: b'"payload":' + body + b"}}" in lines(), "the event's very bytes")


@BOTH
def test_the_daemons_know_the_client_behind_the_balancer_and_believe_no_client(balanced, tls):
    balancer, daemons = balanced
    spoofed = [("X-Forwarded-For", "192.0.2.66")]
    with Wire(balancer.port, tls, source=CLIENT) as w:
        w.send(request(b"{}", PATH, headers=spoofed))
        assert w.read_response().status == 401

    def client():
        for daemon in daemons:
            for line in daemon.log():
                address = line.get("Attributes", {}).get("client.address")
                if address:
                    return address
        return None

    seen = until(client, "a line of the refusal")
    # Behind HAProxy the client is its TLS peer, whose own header is not believed.
    assert seen == CLIENT


@BOTH
def test_a_daemon_is_restarted_under_load_and_no_request_fails(balanced, tls, server_certificate):
    balancer, daemons = balanced
    ids = daemons[0].folder / "ids.txt"
    load = subprocess.Popen(
        [BINARY, "send", "--url", f"https://localhost:{balancer.port}{PATH}", "--secret-file",
         daemons[0].folder / "connectly.secret", "--ca", server_certificate.certificate,
         "--count", "1000000", "--rate", "200", "--connections", "8", "--keep-going",
         "--ids", ids, "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def answered():
        return len(ids.read_text().split()) if ids.exists() else 0

    def wait_for(more):
        wanted = answered() + more
        until(lambda: load.poll() is not None or answered() >= wanted, f"{more} more answers")
        assert load.poll() is None

    try:
        wait_for(100)
        for daemon in daemons:
            daemon.signal(signal.SIGTERM)
            assert daemon.wait() == 0
            wait_for(50)
            daemon.start()
            until(lambda: serves(balancer.port, tls), "the balancer to serve")
            # Until the balancer has it in rotation again, nobody may stop the other one.
            # Connections that are there already stay where they are behind HAProxy.
            seen = len(daemon.events())
            until(lambda: posts(balancer.port, tls) and len(daemon.events()) > seen,
                  "events at the restarted daemon")
    finally:
        load.send_signal(signal.SIGINT)
        output, errors = load.communicate(timeout=60)
    report = json.loads(output)
    refused = {k: v for k, v in report["answers"].items() if k != "200"}
    assert not refused and report["unanswered"] == 0, (report, errors)
    for daemon in daemons:
        daemon.stop()
    assert set(ids.read_text().split()) <= {e["id"] for e in told(daemons)}
