"""Fixtures of the system tests: they start the real program, on ports picked at run time."""
import os
import pathlib
import shutil
import signal

import pytest

import certificates
import wire
from daemon import Daemon

KEPT = ("*.yaml", "*.log", "*.ndjson*", "*.cfg", "*.conf", "*.txt")


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="the long runs: more kills, more events")


def pytest_configure(config):
    config.addinivalue_line("markers", "sanitized: also run with the ASan and TSan builds")


@pytest.fixture(scope="session")
def long(request):
    return request.config.getoption("--long")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if outcome.get_result().failed:
        item.session.config.stash.setdefault(FAILED, set()).add(item.nodeid)


FAILED = pytest.StashKey()


def keep_logs(request, folder):
    """Copies what tells of a failure to build/test-logs, where the tests of this scope failed."""
    failed = request.config.stash.get(FAILED, set())
    mine = [name for name in failed if name.startswith(request.node.nodeid)]
    kept = os.environ.get("WEBHOOKD_TEST_LOGS")
    if not mine or not kept:
        return
    target = pathlib.Path(kept) / request.node.nodeid.replace("/", "_").replace("::", ".")
    for pattern in KEPT:
        for file in pathlib.Path(folder).rglob(pattern):
            if file.is_file() and file.stat().st_size < 32 << 20:
                to = target / file.relative_to(folder)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, to)


@pytest.fixture(scope="session")
def server_certificate(tmp_path_factory):
    return certificates.self_signed(tmp_path_factory.mktemp("tls"), "server")


@pytest.fixture(scope="session")
def client_authority(tmp_path_factory):
    return certificates.self_signed(tmp_path_factory.mktemp("ca"), "authority", "authority")


@pytest.fixture(scope="session")
def client_certificate(tmp_path_factory, client_authority):
    return certificates.issued(tmp_path_factory.mktemp("client"), "client", client_authority)


@pytest.fixture(scope="session")
def tls(server_certificate):
    """A client's context that trusts the test's server and nobody else."""
    return wire.client_tls(server_certificate)


def daemons(request, folder):
    made = []

    def make(name="daemon", **config):
        daemon = Daemon(folder / name, **config)
        made.append(daemon)
        return daemon

    yield make
    problems = []
    for daemon in made:
        if daemon.process is not None and daemon.process.poll() is None:
            daemon.signal(signal.SIGTERM)  # all at once: each may take its shutdown.delay
    for daemon in made:
        try:
            daemon.stop()
        except Exception as error:  # noqa: BLE001 - reported below, after the logs were kept
            problems.append(f"did not stop in good order: {error}")
            daemon.kill()
        problems += daemon.complaints()
    if problems:
        request.config.stash.setdefault(FAILED, set()).add(request.node.nodeid + " (end)")
    keep_logs(request, folder)
    assert not problems, "\n".join(problems)


@pytest.fixture
def make_daemon(request, tmp_path):
    """Makes daemons (not started) that end with the test: make_daemon(name, **config)."""
    yield from daemons(request, tmp_path)


@pytest.fixture(scope="module")
def make_module_daemon(request, tmp_path_factory):
    """The same for daemons that all tests of a file share."""
    yield from daemons(request, tmp_path_factory.mktemp("module"))


@pytest.fixture
def daemon(make_daemon):
    """A started daemon with one plain listener."""
    return make_daemon().start()
