"""What happens by the clock: requests lapse, credentials expire, and what is left of them."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.credential import SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.request import State
from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.live import ANA, MAYA
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario


def test_a_request_that_nobody_decides_lapses(over_http, name):
    road.ask(over_http, name)
    card = road.card(over_http, name)
    over_http.let_pass(over_http.windows.request - timedelta(minutes=5))
    assert soundness.check(over_http).request(name).state is State.PENDING
    over_http.let_pass(timedelta(minutes=10))
    eventually(lambda: soundness.glance(over_http).request(name).state is State.LAPSED, "the lapse")
    eventually(lambda: "nobody decided it in time" in _read(over_http, MAYA), "word to the requester")

    def redrawn() -> bool:
        seen = [m for m in over_http.person(ANA).messages(road.CHANNEL) if m["ts"] == card["ts"]]
        return len(seen) == 1 and not road.has_button(seen[0], Action.APPROVE)

    eventually(redrawn, "the card without its buttons")
    road.ask(over_http, name)  # the name is free


def test_an_approval_that_nobody_reveals_lapses(over_http, name):
    road.ask(over_http, name)
    road.approve(over_http, name)
    road.offer(over_http, name)
    over_http.let_pass(over_http.windows.claim + timedelta(minutes=5))
    eventually(lambda: soundness.glance(over_http).request(name).state is State.LAPSED, "the lapse")
    eventually(lambda: road.newest(over_http.person(MAYA), name, Action.REVEAL) is None, "the end of the button")
    assert soundness.check(over_http).kinds(name)["credential:issued"] == 0


def test_an_expired_credential_logs_in_no_more_and_leaves_a_tombstone(over_http, name):
    pair = road.walk(over_http, name)
    over_http.person(MAYA).press(pair.message, Action.STORED)
    token = road.request_token(over_http, pair).json()
    ends = soundness.glance(over_http).credential(name).expires_at
    over_http.let_pass(ends - over_http.now() - timedelta(minutes=2))
    last = road.request_token(over_http, pair).json()
    assert last["expires_in"] <= 120
    over_http.let_pass(timedelta(minutes=2))
    refused = road.request_token(over_http, pair)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert max(_end(token), _end(last)) <= ends <= over_http.now()
    eventually(lambda: soundness.glance(over_http).credential(name).state is CredentialState.EXPIRED, "the removal")
    books = soundness.check(over_http)
    tombstone = books.credential(name)
    assert books.records[str(tombstone.id)] == 0
    assert [secret.state for secret in tombstone.secrets] == [SecretState.RETIRED]
    assert (tombstone.expires_at, tombstone.ended_at is not None) == (ends, True)
    assert books.kinds(name)["credential:expired"] == 1
    assert road.request_token(over_http, pair).status_code == 401
    eventually(lambda: f"Expired: {name}" in _read(over_http, MAYA), "word to the owner")


def _end(token) -> datetime:
    """The `exp` of an access token (RFC 7519, section 4.1.4)."""
    claims = token["access_token"].split(".")[1]
    padded = claims + "=" * (-len(claims) % 4)
    return datetime.fromtimestamp(json.loads(base64.urlsafe_b64decode(padded))["exp"], UTC)


def _read(program, person):
    return "\n".join(words(message["blocks"]) for message in program.person(person).messages())
