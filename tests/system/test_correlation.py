"""Through the running daemon: what an event says of the message it belongs to."""
import json
import uuid

import pytest

import connectly
from test_admin import as_uuid, ask, post

CALLBACK = {"order_id": "A-77120", "attempt": 1}
CUSTOMER, BUSINESS = "+525512345678", "+14085550137"
NOON = 1771236000


def reply(answers, at=NOON + 45, **more):
    body = {
        "timestamp": str(at),
        "sender": {"id": CUSTOMER, "channelType": "whatsapp", "name": "Lucia Prado"},
        "recipient": {"id": BUSINESS, "channelType": "whatsapp", "name": "Andes Outfitters"},
        **more}
    if answers:
        body["context"] = {"replyToId": answers}
    return json.dumps(body, separators=(",", ":")).encode()


def status(message, state, at=NOON, **more):
    body = {
        "topic": "delivery_status", "timestamp": str(at),
        "sender": {"id": BUSINESS, "channelType": "whatsapp", "name": None},
        "recipient": {"id": CUSTOMER, "channelType": "whatsapp", "name": None},
        "statusUpdate": {"id": message, "status": state, "error": None}, **more}
    return json.dumps(body, separators=(",", ":")).encode()


def the_reply(daemon, kind="button_reply"):
    wanted = "ai.connectly.messages." + kind
    return daemon.wait_for(lambda e: e["type"] == wanted, wanted)


@pytest.fixture
def sent(daemon):
    """A message that was sent with callback data, a campaign, and the sender's context."""
    message = connectly.ulid()
    assert ask(daemon, "PUT", f"/v1/messages/{message}/context", '{"agent":"maria"}')[0] == 204
    post(daemon, status(message, "sent", callbackData=CALLBACK,
                        metadata={"campaign_name": "spring_launch_mx"}))
    return message


@pytest.mark.parametrize("spell", [as_uuid, lambda m: as_uuid(m).upper(), str, str.lower])
def test_a_button_reply_carries_the_message_it_answers(daemon, sent, spell):
    post(daemon, reply(spell(sent), buttonResponse={"text": "Track my order", "payload": "2"}))

    data = the_reply(daemon)["data"]
    assert data["message_id"] == sent
    assert data["callback_data"] == CALLBACK
    assert data["campaign"] == "spring_launch_mx"
    assert data["correlation"] == {
        "link": "reply_to", "message_id": sent, "context": {"agent": "maria"}}
    assert data["session_window"]["open"] is True
    replies = json.loads(daemon.get(f"/v1/messages/{sent}")[1])["replies"]
    assert [r["type"] for r in replies] == ["ai.connectly.messages.button_reply"]


def test_a_reply_to_nothing_known_with_callback_data_of_one_message_is_tied_by_that(daemon, sent):
    post(daemon, reply(str(uuid.uuid4()), callbackData=CALLBACK,
                       buttonResponse={"text": "Yes", "payload": "y"}))

    data = the_reply(daemon)["data"]
    assert data["correlation"]["link"] == "callback_data"
    assert data["message_id"] == sent


def test_a_plain_text_is_tied_by_a_guess_that_is_never_told_as_fact(daemon, sent):
    post(daemon, reply(None, message={"text": "When does it come?"}))

    data = the_reply(daemon, "text")["data"]
    assert data["correlation"]["link"] == "inferred"
    assert data["correlation"]["message_id"] == sent
    assert data["message_id"] is None
    assert data["callback_data"] is None


def test_a_text_a_day_later_is_tied_to_nothing(daemon, sent):
    post(daemon, reply(None, at=NOON + 24 * 3600 + 1, message={"text": "Hello again"}))

    data = the_reply(daemon, "text")["data"]
    assert data["correlation"] == {"link": "none", "message_id": None, "context": None}
