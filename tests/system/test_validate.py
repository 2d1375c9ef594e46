"""`validate`, `print-config` and `version`, the real program on real files."""
import json
import os
import subprocess

import pytest

from daemon import BINARY

GOOD = """\
listeners: [{ address: 127.0.0.1:0, tls: { certificate: tls.crt, private_key: tls.key } }]
endpoints: [{ path: /in, provider: connectly, secrets: [{ name: current, file: secret }] }]
sinks: [{ name: log, type: file, path: events.ndjson }]
admin: { address: "unix:admin.sock", token: { env: TOKEN } }
"""


def run(*arguments, cwd=None, environment=None, feed=None):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, cwd=cwd, input=feed,
                          timeout=60, env={**os.environ, **(environment or {"TOKEN": "t0ken"})})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pem")
    for name in ("tls", "other"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                        "/CN=localhost", "-keyout", folder / f"{name}.key", "-out",
                        folder / f"{name}.crt"], check=True, capture_output=True)
    return folder


@pytest.fixture
def folder(tmp_path, certificate):
    for file in certificate.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "secret").write_text("hunter2\n")
    (tmp_path / "c.yaml").write_text(GOOD)
    return tmp_path


def contents(folder):
    return {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}


def test_a_good_config_is_said_to_be_good_and_nothing_is_made(folder):
    before = contents(folder)
    done = run("validate", "--config", str(folder / "c.yaml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(folder) == before


def test_paths_are_relative_to_the_config_and_not_to_where_one_stands(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert run("validate", "--config", str(folder / "c.yaml"), cwd=elsewhere).returncode == 0
    assert run("validate", "--config", "c.yaml", cwd=folder).returncode == 0
    relative = os.path.relpath(folder / "c.yaml", elsewhere)
    assert run("validate", "--config", relative, cwd=elsewhere).returncode == 0


@pytest.mark.parametrize("old, new, wrong", [
    ("sinks:", "sinks:\n\t- x\nsinks:", "\t- x"),
    ("admin:", "threads: [1]\nadmin:", "[1]"),
    ("admin:", "limit: {}\nadmin:", "limit"),
    ("file: secret", "file: none", "none"),
    ("private_key: tls.key", "private_key: other.key", "other.key"),
    ("env: TOKEN", "env: NO_TOKEN", "NO_TOKEN"),
])
def test_a_bad_config_is_told_by_file_line_and_column(folder, old, new, wrong):
    path = folder / "c.yaml"
    text = GOOD.replace(old, new, 1)
    path.write_text(text)
    before_it = text[:text.index(wrong)]
    place = f"{before_it.count(chr(10)) + 1}:{len(before_it) - before_it.rfind(chr(10))}"
    before = contents(folder)
    done = run("validate", "--config", str(path))
    assert done.returncode == 78
    assert done.stdout == ""
    assert done.stderr.startswith(f"{path}:{place}: ")
    assert done.stderr.count("\n") == 1
    assert contents(folder) == before


def test_an_empty_secret_is_told(folder):
    (folder / "secret").write_text("\n")
    assert run("validate", "--config", str(folder / "c.yaml")).returncode == 78


@pytest.mark.parametrize("path", ["none.yaml", ".", "c.yaml/x"])
def test_a_config_that_cannot_be_read_is_told(folder, path):
    done = run("validate", "--config", path, cwd=folder)
    assert done.returncode == 78
    assert done.stderr.startswith(f"{path}: ")


def test_problems_come_as_json_too(folder):
    (folder / "c.yaml").write_text(GOOD.replace("file: secret", "file: none") + "limit: {}\n")
    done = run("validate", "--format", "json", "--config", str(folder / "c.yaml"))
    assert (done.returncode, done.stderr) == (78, "")
    told = json.loads(done.stdout)
    assert told["valid"] is False
    assert [p["line"] for p in told["problems"]] == [2, 5]
    assert all(p["message"] and p["column"] and p["file"] for p in told["problems"])
    (folder / "c.yaml").write_text(GOOD)
    done = run("validate", "--format", "json", "--config", str(folder / "c.yaml"))
    assert (done.returncode, json.loads(done.stdout)) == (
        0, {"valid": True, "problems": [], "notes": []})


def test_a_fifo_for_a_secret_does_not_hang(folder):
    os.mkfifo(folder / "pipe")
    (folder / "c.yaml").write_text(GOOD.replace("file: secret", "file: pipe"))
    assert run("validate", "--config", str(folder / "c.yaml")).returncode == 78


def test_the_config_may_come_through_a_pipe(folder):
    done = run("validate", "--config", "/dev/stdin", cwd=folder,
               feed=GOOD.replace("tls.", f"{folder}/tls.").replace("file: secret",
                                                                  f"file: {folder}/secret"))
    assert done.returncode == 0, done.stderr


def test_what_print_config_prints_is_a_good_config_without_secrets(folder):
    done = run("print-config", "--config", str(folder / "c.yaml"))
    assert done.returncode == 0, done.stderr
    assert "hunter2" not in done.stdout and "t0ken" not in done.stdout
    (folder / "printed.yaml").write_text(done.stdout)
    again = run("print-config", "--config", str(folder / "printed.yaml"))
    assert (again.returncode, again.stdout) == (0, done.stdout)


def test_print_config_prints_nothing_of_a_bad_config(folder):
    (folder / "c.yaml").write_text(GOOD + "limit: {}\n")
    done = run("print-config", "--config", str(folder / "c.yaml"))
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr.startswith(f"{folder / 'c.yaml'}:5:1: ")


@pytest.mark.parametrize("command", ["validate", "print-config"])
def test_without_a_config_the_usage_is_told(command):
    done = run(command)
    assert done.returncode == 64
    assert "--config" in done.stderr


def test_version_names_what_it_is_made_of():
    told = json.loads(run("version", "--format", "json").stdout)
    assert {"version", "compiler", "boost", "openssl", "sqlite", "simdjson", "spdlog", "yaml-cpp",
            "cli11"} <= told.keys()
    assert all(told.values())
    assert told["version"] in run("version").stdout
