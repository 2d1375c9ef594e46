"""What Connectly would send: bodies, and their signatures."""
import base64
import hashlib
import hmac
import itertools
import json
import os
import time

HEADER = "x-connectly-hmac-sha256"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_count = itertools.count()


def sign(body, secret):
    """The value of HEADER for `body` (bytes), by the provider's documented algorithm."""
    key = secret.encode() if isinstance(secret, str) else secret
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def ulid(at=None):
    """A fresh ULID: 48 bits of milliseconds, 80 random ones."""
    value = int((time.time() if at is None else at) * 1000) << 80
    value |= int.from_bytes(os.urandom(10), "big")
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def status(message_id=None, state="delivered", **more):
    """A delivery_status body of one message, compact."""
    return json.dumps({
        "topic": "delivery_status",
        "timestamp": str(1771235950 + next(_count)),
        "sender": {"id": "+14085550137", "channelType": "whatsapp", "name": "Andes Outfitters"},
        "recipient": {"id": "+525512345678", "channelType": "whatsapp", "name": None},
        "statusUpdate": {"id": message_id or ulid(), "status": state, "error": None},
        **more,
    }, separators=(",", ":")).encode()


def text(words, **more):
    """An inbound message, unique by its text."""
    return json.dumps({
        "timestamp": str(1771236045 + next(_count)),
        "sender": {"id": "+525512345678", "channelType": "whatsapp", "name": "Lucia Prado"},
        "recipient": {"id": "+14085550137", "channelType": "whatsapp", "name": None},
        "message": {"text": f"{words} {ulid()}"},
        **more,
    }, separators=(",", ":")).encode()
