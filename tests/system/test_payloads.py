"""Every sample payload, signed and posted with curl over HTTPS, as it is and compact."""
import json
import pathlib
import re
import subprocess

import pytest

import connectly
from daemon import ROOT, SECRET, Daemon
from test_signed_bodies import payload_of

pytestmark = pytest.mark.sanitized

FOLDER = ROOT / "tests/data/payloads"
FILES = sorted(p for kind in ("delivery_status", "messages", "report")
               for p in FOLDER.glob(f"connectly.{kind}*.json"))

STATUS_ID, LEGACY_ID = "01KHJY7C9WZVAYDHYSGYC1P070", "01FW1629D7SEG6PNSPZBV7WN5G"
PHONE, BSUID = "+525512345678", "MX.70412209331845527716"
BUSINESS = "+14085550137"
BUTTON = {"kind": "button_reply", "text": None,
          "button": {"id": None, "text": "Track my order", "payload": "2"}}
TEXT = {"kind": "text", "text": "Do you ship to Oaxaca?"}
ORDER = {"order_id": "A-77120", "attempt": 1}


def media(kind):
    return {"message": {"kind": kind, "attachments": [
        {"type": kind, "url": "https://cdn.connectly.ai/7c1e/7c1e04aa-91f2-4b0d-9a55-0d3b6f1e2c44"}]}}


# What each file comes to: type, subject, time, and the parts of data that matter.
EXPECTED = {
    "delivery_status.delivered.callback-data-object": (
        "delivery_status.delivered", STATUS_ID, "2026-02-16T09:59:10Z",
        {"status": "delivered", "callback_data": ORDER, "error": None, "campaign": None}),
    "delivery_status.delivered": (
        "delivery_status.delivered", STATUS_ID, "2026-02-16T09:59:17Z",
        {"status": "delivered", "callback_data": None}),
    "delivery_status.delivered.legacy-2022": (
        "delivery_status.delivered", LEGACY_ID, "2022-02-16T11:53:19Z",
        {"status": "delivered", "campaign": "winter_sale"}),
    "delivery_status.delivery_failed": (
        "delivery_status.delivery_failed", STATUS_ID, "2026-02-16T09:59:10Z",
        {"status": "delivery_failed", "campaign": "spring_launch_mx", "error": {
            "code": "ERROR_CODE_MESSAGE_TEMPLATE_INPUT_INVALID",
            "type": "ERROR_TYPE_INVALID_REQUEST", "message": "Message template inputs invalid",
            "user_title": "Message template inputs invalid",
            "user_message": "Quote the trace id when asking for help.",
            "trace_id": "12093377461028845517", "category": "template", "retryable": False}}),
    "delivery_status.delivery_failed.unspecified": (
        "delivery_status.delivery_failed", STATUS_ID, "2026-02-16T09:59:10Z",
        {"error": {"code": "ERROR_CODE_UNSPECIFIED", "category": "platform", "retryable": True}}),
    "delivery_status.read": (
        "delivery_status.read", STATUS_ID, "2026-02-16T09:59:24Z", {"status": "read"}),
    "delivery_status.sent": (
        "delivery_status.sent", STATUS_ID, "2026-02-16T09:59:10Z", {"status": "sent"}),
    "messages.button-response": (
        "messages.button_reply", PHONE, "2026-02-16T10:00:45Z",
        {"message": {**BUTTON, "reply_to_id": "019c65e3-b13c-fed5-e6c7-d987981b00e0"}}),
    "messages.button-response.with-callback-data": (
        "messages.button_reply", PHONE, "2026-02-16T10:00:45Z",
        {"message": BUTTON, "callback_data": ORDER}),
    "messages.media.audio": ("messages.audio", PHONE, "2026-02-16T10:00:45Z", media("audio")),
    "messages.media.image": ("messages.image", PHONE, "2026-02-16T10:00:45Z", media("image")),
    "messages.media.video": ("messages.video", PHONE, "2026-02-16T10:00:45Z", media("video")),
    "messages.referral": (
        "messages.text", PHONE, "2026-02-16T10:00:45Z",
        {"message": {"kind": "text", "text": "I saw your ad"}}),
    "messages.text.bsuid-phoneless": (
        "messages.text", BSUID, "2026-02-16T10:00:45Z",
        {"message": TEXT, "customer": {"id": BSUID, "user_id": BSUID, "name": "Lucia Prado"}}),
    "messages.text.bsuid-with-phone": (
        "messages.text", BSUID, "2026-02-16T10:00:45Z",
        {"message": TEXT, "customer": {"id": PHONE, "user_id": BSUID, "phone_number": PHONE}}),
    "messages.text": ("messages.text", PHONE, "2026-02-16T10:00:45Z",
                      {"message": TEXT, "business": {"id": BUSINESS, "name": "Andes Outfitters"}}),
    "messages.text.legacy-2021": (
        "messages.text", PHONE, "2021-12-30T21:52:02Z",
        {"message": TEXT, "business": {"id": "408555013", "name": None}}),
    "messages.text.observed-with-id": (
        "messages.text", PHONE, "2026-02-16T10:00:45Z",
        {"message": {**TEXT, "id": "01KHJYACA0S86Z5JATM52C3M7Z", "location": None}}),
    "report.completed": (
        "report.completed", "5f0f1c1e-6f0d-4b5c-8a57-0c6f3b1f9d20", "2026-02-16T10:05:12Z",
        {"topic": "report"}),
}


def name_of(file):
    return file.name.removeprefix("connectly.").removesuffix(".json")


@pytest.fixture(scope="module")
def daemon(make_module_daemon, server_certificate):
    """One endpoint and namespace a file and form: several files tell of the same event."""
    tls = {"certificate": server_certificate.certificate,
           "private_key": server_certificate.private_key}
    paths = [f"/{form}/{name_of(f)}" for f in FILES for form in ("file", "compact")]
    return make_module_daemon(
        listeners=[{"address": "127.0.0.1:0", "tls": tls}],
        endpoints=[Daemon.endpoint(path, path.strip("/").replace("/", "-")) for path in paths],
    ).start()


def curl(daemon, certificate, path, body, folder):
    """Posts as Connectly does: the status that came back."""
    file = pathlib.Path(folder) / "body"
    file.write_bytes(body)
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--noproxy", "*", "--cacert", certificate.certificate,
         "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "60",
         "--header", "Content-Type: text/plain; charset=utf-8",
         "--header", f"{connectly.HEADER}: {connectly.sign(body, SECRET)}",
         "--data-binary", f"@{file}", f"https://localhost:{daemon.port()}{path}"],
        capture_output=True, text=True, check=True)
    return int(done.stdout)


def expect_within(expected, actual, where="data"):
    """Everything expected is there; objects may hold more."""
    if isinstance(expected, dict):
        assert isinstance(actual, dict), (where, actual)
        for key, value in expected.items():
            assert key in actual, (where, key, actual)
            expect_within(value, actual[key], f"{where}.{key}")
    else:
        assert actual == expected, where


def test_there_is_an_expectation_for_every_sample():
    assert sorted(map(name_of, FILES)) == sorted(EXPECTED)


@pytest.mark.parametrize("form", ["file", "compact"])
@pytest.mark.parametrize("file", FILES, ids=map(name_of, FILES))
def test_a_sample_becomes_one_event_with_the_very_bytes(
        daemon, server_certificate, tmp_path, file, form):
    body = file.read_bytes()
    if form == "compact":
        body = json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    path = f"/{form}/{name_of(file)}"
    assert curl(daemon, server_certificate, path, body, tmp_path) == 200
    assert curl(daemon, server_certificate, path, body, tmp_path) == 200  # a repeat
    event = daemon.wait_for(lambda e: e["source"] == path, path)

    kind, subject, time, data = EXPECTED[name_of(file)]
    assert event["type"] == "ai.connectly." + kind
    assert event["subject"] == subject and event["partitionkey"] == subject
    assert event["time"] == time
    assert event["specversion"] == "1.0" and event["datacontenttype"] == "application/json"
    assert re.fullmatch(r"evt_[0-9A-HJKMNP-TV-Z]{26}", event["id"])
    assert event["data"]["provider"] == "connectly"
    expect_within(data, event["data"])

    lines = [x for x in daemon.lines() if json.loads(x)["source"] == path]
    assert len(lines) == 1
    text, is_base64 = payload_of(lines[0])
    assert not is_base64
    if b"\n" in body:  # the one case that is minified
        assert event["data"]["payload_minified"] is True
        assert json.loads(text) == json.loads(body) and b"\n" not in text
    else:
        assert "payload_minified" not in event["data"]
        assert text == body


def test_an_ad_click_carries_its_referral(daemon, server_certificate, tmp_path):
    file = FOLDER / "connectly.messages.referral.json"
    path = "/file/messages.referral"
    assert curl(daemon, server_certificate, path, file.read_bytes(), tmp_path) == 200
    event = daemon.wait_for(lambda e: e["source"] == path, path)
    sent = json.loads(file.read_bytes())["message"]["referral"]
    assert set(sent.values()) - {""} <= set(map(str, event["data"]["message"]["referral"].values()))
