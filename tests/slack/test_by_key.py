"""A credential without a secret, as people meet it: the form, the card, the reveal, the rotation."""

import json
import logging

import pytest

from bot.domain.client_key import thumbprint
from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.kind import Kind
from bot.domain.request import State
from bot.slack.ids import Action, ChangeMark, RequestMark, SecretMark
from tests.slack.snapshots import slack_takes
from tests.support import people, signing

KEY, NEXT = signing.private("OKP", 1), signing.private("OKP", 2)


def ask(lounge, **typed):
    lounge.type("add")
    return lounge.send(lounge.opened(), people.MAYA, **{"name": "signer", "reason": "It signs", **typed})


def requests(lounge):
    with lounge.house.world.store.read() as reader:
        return reader.requests.in_state(list(State), limit=10)


def kept(lounge, request):
    with lounge.house.world.store.read() as reader:
        return reader.credentials.get(request.credential)


def reveal(lounge, request):
    lounge.press(Action.REVEAL, RequestMark.of(request).pack(), people.MAYA, channel="D0MAYA")
    lounge.settle()
    return kept(lounge, request)


BAD = {
    "a private key": (signing.private_pem(KEY), "private key"),
    "a private JWK": (json.dumps({**signing.jwk(KEY), "d": "c2VjcmV0"}), "private key"),
    "no key": ("my key", "cannot read"),
    "a page": ("https://login.example.com/jwks", "does not name"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_with_a_key_is_said_at_its_field_and_nothing_is_kept(lounge, caplog, tmp_path, what):
    caplog.set_level(logging.DEBUG)
    typed, why = BAD[what]
    answer = ask(lounge, key=typed)
    assert answer["response_action"] == "errors"
    ((block, sentence),) = answer["errors"].items()
    assert block == "key"
    assert why in sentence
    assert requests(lounge) == []
    told = typed.splitlines()[-2] if "\n" in typed else typed
    assert told not in caplog.text
    assert told.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_an_empty_field_asks_for_a_secret(lounge):
    ask(lounge)
    (request,) = requests(lounge)
    assert request.asked.key == ""


def test_from_the_form_to_the_client_id_with_no_secret_anywhere(lounge):
    assert ask(lounge, key=signing.pem(KEY))["response_action"] == "update"
    (request,) = requests(lounge)
    assert request.asked.key == signing.client_key(KEY)
    approved = lounge.house.vote(request, people.ANA)
    credential = reveal(lounge, approved)
    (reply,) = lounge.replies()
    slack_takes(reply)
    told = json.dumps(reply)
    assert str(credential.client_id) in told
    assert thumbprint(signing.client_key(KEY)) in told
    assert "There is no secret" in told
    assert "crd_" not in told
    assert credential.newest.delivery is Delivery.DELIVERED
    lounge.press(Action.STORED, SecretMark.of(credential).pack(), people.MAYA)
    lounge.settle()
    assert kept(lounge, request).newest.receipt is ReceiptState.STORED


def test_a_rotation_asks_for_its_next_key(lounge):
    ask(lounge, key=signing.pem(KEY))
    (request,) = requests(lounge)
    credential = reveal(lounge, lounge.house.vote(request, people.ANA))
    mark = ChangeMark(Kind.ROTATE, credential.id).pack()
    lounge.press(Action.CHANGE, mark, people.MAYA)
    answer = lounge.send(lounge.opened(), people.MAYA)
    assert answer["errors"].keys() == {"key"}
    lounge.press(Action.CHANGE, mark, people.MAYA)
    assert lounge.send(lounge.opened(), people.MAYA, key=signing.pem(NEXT))["response_action"] == "update"
    (rotation,) = [each for each in requests(lounge) if each.asked.kind is Kind.ROTATE]
    assert rotation.asked.key == signing.client_key(NEXT)
    after = reveal(lounge, rotation)
    assert [secret.state for secret in after.secrets][-1] is SecretState.LIVE
    assert after.newest.key == signing.client_key(NEXT)
