"""`sign` and `verify`, the real program on real bytes."""
import os
import subprocess

import pytest

from connectly import sign
from daemon import BINARY

SECRET = "s3cr3t-one"
BODY = b'{"message":{"text":"Env\xc3\xado \xf0\x9f\x9a\x80"}}'
CONFIG = """\
listeners: [{ address: 127.0.0.1:0, tls: off }]
endpoints:
  - path: /a
    provider: connectly
    secrets:
      - { name: current, file: a.secret }
      - { name: previous, file: old.secret, not_after: 2020-01-01T00:00:00Z }
  - { path: /b, provider: connectly, namespace: other, secrets: [{ name: current, file: b.secret }] }
sinks: [{ name: log, type: file, path: events.ndjson }]
admin: off
"""


def run(*arguments, body=BODY, **environment):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, input=body,
                          timeout=60, env={**os.environ, **environment})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    return path


@pytest.fixture
def config(tmp_path):
    for name, value in (("a", SECRET), ("old", "s3cr3t-old"), ("b", "s3cr3t-b")):
        (tmp_path / f"{name}.secret").write_text(value)
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG)
    return path


@pytest.mark.parametrize("body", [b"", b"\n", b"{}", BODY, bytes(range(256)) * 5000],
                         ids=["empty", "newline", "small", "utf-8", "binary"])
def test_sign_prints_the_documented_signature_and_verify_takes_it(secret, body):
    code, out, _ = run("sign", "--secret-file", secret, body=body)
    assert (code, out) == (0, sign(body, SECRET) + "\n")
    code, out, _ = run("verify", "--secret-file", secret, "--signature", out.strip(), body=body)
    assert code == 0
    assert out.startswith("good")


def test_a_signature_of_other_bytes_is_refused_with_its_reason(secret):
    wrong = sign(BODY + b" ", SECRET)
    assert run("verify", "--secret-file", secret, "-s", wrong)[:2] == (1, "signature_mismatch\n")
    assert run("verify", "--secret-file", secret, "-s", "x")[:2] == (1, "malformed_signature\n")
    assert run("verify", "--secret-file", secret, "-s", "")[:2] == (1, "malformed_signature\n")


def test_the_secret_may_be_a_variable(secret):
    assert run("sign", "--secret-env", "S", S=SECRET)[1] == sign(BODY, SECRET) + "\n"


def test_a_config_gives_the_endpoints_secrets_but_not_one_that_ended(config):
    at = ("--config", config, "--endpoint", "/a")
    assert run("sign", *at)[1] == sign(BODY, SECRET) + "\n"
    assert run("sign", *at, "--secret", "previous")[1] == sign(BODY, "s3cr3t-old") + "\n"
    assert run("verify", *at, "-s", sign(BODY, SECRET))[0] == 0
    assert run("verify", *at, "-s", sign(BODY, "s3cr3t-old"))[0] == 1
    assert run("verify", *at, "-s", sign(BODY, "s3cr3t-b"))[0] == 1


@pytest.mark.parametrize("signed_with, signed, said", [
    ("s3cr3t-old", BODY, "ended at 2020-01-01T00:00:00Z"),
    ("s3cr3t-b", BODY, "of /b"),
    (SECRET, BODY + b"\n", "newline"),
    (SECRET + "\n", BODY, "newline"),
    (SECRET, b'{"message": {"text": "Env\\u00edo \\ud83d\\ude80"}}', "json.dumps"),
], ids=["ended", "another endpoint's", "body's newline", "secret's newline", "re-serialised"])
def test_explain_says_what_would_have_fitted(config, signed_with, signed, said):
    code, out, _ = run("verify", "--explain", "--config", config, "--endpoint", "/a", "-s",
                       sign(signed, signed_with))
    assert code == 1
    assert said in out
    assert "s3cr3t" not in out


@pytest.mark.parametrize("arguments", [
    ("sign",),
    ("sign", "--secret-file", "/nowhere/secret"),
    ("sign", "--secret-file", "/dev/null"),
    ("sign", "--secret-env", "WEBHOOKD_IS_NOT_SET"),
    ("sign", "--secret-env", "HOME", "--provider", "nobody"),
    ("sign", "--secret-env", "HOME", "--secret-file", "/dev/null"),
    ("sign", "--secret-env", "HOME", "--endpoint", "/a"),
    ("verify", "--secret-env", "HOME"),
])
def test_wrong_usage_exits_64_and_says_why_on_stderr(arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (64, "")
    assert err


def test_a_config_that_is_wrong_or_does_not_say_which_endpoint(config):
    assert run("sign", "--config", config)[0] == 64
    assert run("sign", "--config", config, "--endpoint", "/c")[0] == 64
    config.write_text("endpoints: 7\n")
    assert run("sign", "--config", config, "--endpoint", "/a")[0] == 78
