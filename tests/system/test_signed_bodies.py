"""Which signatures are taken, and that a signed body is kept byte for byte whatever it says."""
import base64
import hashlib
import hmac
import json

import pytest

import connectly
from daemon import SECRET, Daemon
from waiting import until
from wire import Wire, request

pytestmark = pytest.mark.sanitized

OLD, EXPIRED = "the-secret-before", "long-gone"
PATH = "/signed"


@pytest.fixture(scope="module")
def daemon(make_module_daemon):
    made = make_module_daemon(endpoints=[{
        "path": PATH, "provider": "connectly", "secrets": [
            {"name": "current", "file": "connectly.secret"},
            {"name": "previous", "file": "old.secret", "not_after": "2999-12-31T00:00:00Z"},
            {"name": "expired", "file": "expired.secret", "not_after": "2020-01-01T00:00:00Z"},
        ]}], limits={"max_body": "256KiB"})
    (made.folder / "old.secret").write_text(OLD)
    (made.folder / "expired.secret").write_text(EXPIRED + "\n")
    return made.start()


def post(daemon, body, signature):
    headers = [] if signature is None else [(connectly.HEADER, signature)]
    with Wire(daemon.port()) as w:
        w.send(request(body, PATH, headers=headers))
        return w.read_response()


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_every_active_secret_is_good(daemon, secret):
    message = connectly.ulid()
    body = connectly.status(message)
    assert post(daemon, body, connectly.sign(body, secret)).status == 200
    daemon.wait_for_subject(message)


BODY = connectly.status()
GOOD = connectly.sign(BODY, SECRET)
URL_SAFE = next(s for s in (connectly.sign(BODY + b" " * n, SECRET) for n in range(200))
                if "+" in s or "/" in s).replace("+", "-").replace("/", "_")


@pytest.mark.parametrize("signature, reasons", [
    (None, {"missing_signature"}),
    ("", {"missing_signature", "malformed_signature"}),
    (GOOD[:43], {"malformed_signature"}),
    (GOOD + "=", {"malformed_signature"}),
    (GOOD[:-1] + "A", {"malformed_signature"}),
    (URL_SAFE, {"malformed_signature"}),
    (GOOD[:20] + " " + GOOD[20:], {"malformed_signature"}),
    (hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest(), {"malformed_signature"}),
    ("sha256=" + GOOD, {"malformed_signature"}),
    (GOOD + "," + GOOD, {"malformed_signature"}),
    ("\xff" * 44, {"malformed_signature", "bad_framing"}),
    ("x" * 8000, {"malformed_signature"}),
    (connectly.sign(BODY + b" ", SECRET), {"signature_mismatch"}),
    (connectly.sign(BODY, "another"), {"signature_mismatch"}),
    (connectly.sign(BODY, SECRET + "\n"), {"signature_mismatch"}),
    (connectly.sign(BODY, EXPIRED), {"signature_mismatch"}),
    (base64.b64encode(bytes(32)).decode(), {"signature_mismatch"}),
], ids=range(17))
def test_any_other_signature_is_refused(daemon, signature, reasons):
    response = post(daemon, BODY, signature)
    assert response.status == (400 if reasons == {"bad_framing"} else 401) or \
        "bad_framing" in reasons
    assert json.loads(response.body)["reason"] in reasons


def test_nothing_that_was_refused_is_kept(daemon):
    message = connectly.ulid()
    body = connectly.status(message)
    assert post(daemon, body, connectly.sign(body, "another")).status == 401
    later = connectly.ulid()
    kept = connectly.status(later)
    assert post(daemon, kept, connectly.sign(kept, SECRET)).status == 200
    daemon.wait_for_subject(later)
    assert message not in [e.get("subject") for e in daemon.events()]


def test_the_vectors_of_the_documented_algorithm_are_good(daemon):
    # "ascii compact" and "utf8 with emoji" of the computed vectors; the secret is s3cr3t-one.
    for body, signature in [
        ('{"timestamp":"1771236045","message":{"text":"Do you ship?"}}',
         "5o8hxqsZ4eDIM0cv2vcjMCyObNPxriJ14iuA85sBiQg="),
        ('{"message":{"text":"Envío 🚀 mañana"}}', "sO1FO1g6ksEv82hcsRAj69TCu/TARYh1dSPlUYPiT/M="),
        ('{"a":1}\n', "LOu9k2pSOU/DHrlSyUgPJcIiDl2kK8h6eItWa75H3Ec="),
    ]:
        assert post(daemon, body.encode(), signature).status == 200


def payload_of(line):
    """The text of `payload` or `payload_base64` as it stands at the line's end, and which."""
    for key in (b'"payload_base64":', b'"payload":'):
        # What the sender chose (callback data, a button's payload) stands before this key, too.
        at = line.find(key, line.index(b'"session_window":'))
        if at > 0 and line.endswith(b"}}"):
            return line[at + len(key):-2], key == b'"payload_base64":'
    raise AssertionError(line)


def shows(line, body):
    """Does the line show the very bytes of `body`?"""
    text, is_base64 = payload_of(line)
    if is_base64:
        return base64.b64decode(json.loads(text), validate=True) == body
    return text == body


def line_of(daemon, body):
    return until(lambda: next((x for x in daemon.lines() if shows(x, body)), None),
                 f"a line with {body[:60]!r}")


MESSAGE = connectly.ulid()

# Name, body, and whether it is one JSON object that stands in the line as it is; None: either.
BODIES = [
    ("empty", b"", False),
    ("null", b"null", False),
    ("an empty array", b"[]", False),
    ("a number", b"7", False),
    ("a string", b'"text"', False),
    ("one byte", b"{", False),
    ("a NUL", b"\0", False),
    ("a NUL in a string", b'{"a":"x\0y"}', False),
    ("an empty object", b"{}", True),
    ("nested 10,000 deep", b'{"a":' + b"[" * 10000 + b"]" * 10000 + b"}", None),
    ("objects nested 10,000 deep", b'{"a":' * 10000 + b"1" + b"}" * 10000, None),
    ("nested and never closed", b"[" * 10000, False),
    ("invalid UTF-8", b'{"a":"\xff\xfe"}', False),
    ("UTF-8 of a surrogate", b'{"a":"\xed\xa0\x80"}', False),
    ("a lone surrogate escape", rb'{"a":"\ud800"}', None),
    ("a byte order mark", b"\xef\xbb\xbf{}", False),
    ("duplicate keys", b'{"topic":"report","topic":"messages","a":1,"a":2}', True),
    ("numbers beyond 64 bits", b'{"a":123456789012345678901234567890,"b":-1e400,"c":1e-999}', None),
    ("a minus zero and exponents", b'{"a":-0,"b":1E+2,"c":0.10}', True),
    ("a number with a leading zero", b'{"a":01}', False),
    ("NaN", b'{"a":NaN}', False),
    ("a trailing comma", b'{"a":1,}', False),
    ("a comment", b'{"a":1}//x', False),
    ("trailing garbage", b'{"a":1} x', False),
    ("a second value", b'{"a":1}{"b":2}', False),
    ("trailing NULs", b'{"a":1}\0\0', False),
    ("white space outside of strings", b' { "a" :\t[ 1 , 2 ] } ', True),
    ("single quotes", b"{'a':1}", False),
    ("a control character in a string", b'{"a":"\x01"}', False),
    ("a newline escape", rb'{"a":"x\ny"}', True),
    ("unicode escapes in keys and values", rb'{"\u0074opic":"\u0072eport","x":"\u0000\ud83d\ude00"}',
     True),
    ("HTML and line separators", '{"a":"</script>\u2028\u2029"}'.encode(), True),
    ("a long string", b'{"a":"' + b"x" * 200000 + b'"}', True),
    ("many keys", json.dumps({f"k{n}": n for n in range(5000)}).encode(), True),
    ("not JSON at all", b"a=1&b=2", False),
    ("every byte", bytes(range(256)), False),
    ("wrong types everywhere", b'{"topic":7,"timestamp":[],"sender":"x","recipient":null,'
     b'"statusUpdate":[1],"message":"y","metadata":3,"context":false}', True),
    ("an unknown topic", b'{"topic":"invoices","timestamp":"1771235950"}', True),
    ("statuses of the wrong types", b'{"topic":"delivery_status","statusUpdate":{"id":7,"status":{},'
     b'"error":"x"}}', True),
    ("a 20-digit trace id as a number", b'{"topic":"delivery_status","statusUpdate":{"id":"x",'
     b'"status":"delivery_failed","error":{"cntTraceId":12093377461028845517}}}', True),
]


@pytest.mark.parametrize("name, body, verbatim", BODIES, ids=[b[0] for b in BODIES])
def test_a_signed_body_is_kept_whatever_it_says(daemon, name, body, verbatim):
    assert post(daemon, body, connectly.sign(body, SECRET)).status == 200
    line = line_of(daemon, body)
    event = json.loads(line)
    assert event["type"].startswith("ai.connectly.") and event["specversion"] == "1.0"
    if verbatim is not None:
        assert ("payload" in event["data"]) == verbatim, event["type"]


@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\r"])
def test_a_body_with_newlines_outside_of_strings_is_minified_and_says_so(daemon, newline):
    message = connectly.ulid()
    pretty = json.dumps(json.loads(connectly.status(message)), indent=2, ensure_ascii=False)
    body = pretty.encode().replace(b"\n", newline)
    assert post(daemon, body, connectly.sign(body, SECRET)).status == 200
    event = daemon.wait_for_subject(message)
    assert event["data"]["payload_minified"] is True
    assert event["data"]["payload"] == json.loads(body)
    line = next(x for x in daemon.lines() if message.encode() in x)
    text, _ = payload_of(line)
    assert text == json.dumps(json.loads(body), separators=(",", ":")).encode()


def test_keys_may_come_in_any_order(daemon):
    message = connectly.ulid()
    body = json.dumps(dict(reversed(json.loads(connectly.status(message)).items()))).encode()
    assert post(daemon, body, connectly.sign(body, SECRET)).status == 200
    event = daemon.wait_for_subject(message)
    assert event["type"] == "ai.connectly.delivery_status.delivered"
    assert event["data"]["customer"]["id"] == "+525512345678"


def test_unicode_escapes_in_keys_and_values_are_read(daemon):
    message = connectly.ulid()
    body = connectly.status(message)
    body = body.replace(b'"topic"', rb'"\u0074opic"').replace(b'"delivered"', rb'"d\u0065livered"')
    body = body.replace(b'"statusUpdate"', rb'"status\u0055pdate"')
    assert post(daemon, body, connectly.sign(body, SECRET)).status == 200
    event = daemon.wait_for_subject(message)
    assert event["type"] == "ai.connectly.delivery_status.delivered"
    assert shows(next(x for x in daemon.lines() if message.encode() in x), body)


def test_a_20_digit_trace_id_is_told_as_it_is(daemon):
    message = connectly.ulid()
    error = {"message": "Internal", "type": "ERROR_TYPE_UNSPECIFIED",
             "code": "ERROR_CODE_UNSPECIFIED", "userTitle": "t", "userMessage": "m",
             "cntTraceId": "12093377461028845517", "details": {}}
    update = {"id": message, "status": "delivery_failed", "error": error}
    body = connectly.status(statusUpdate=update)
    assert post(daemon, body, connectly.sign(body, SECRET)).status == 200
    event = daemon.wait_for_subject(message)
    assert event["type"] == "ai.connectly.delivery_status.delivery_failed"
    assert event["data"]["error"]["trace_id"] == "12093377461028845517"
    assert event["data"]["error"]["code"] == "ERROR_CODE_UNSPECIFIED"
    assert event["data"]["error"]["retryable"] is True
