"""A credential without a secret in the real program: asked for, killed at its issue, revealed, logged in."""

import re
from contextlib import suppress

import httpx
import pytest

from bot.domain.credential import Delivery, ReceiptState
from bot.slack.ids import Action, Block
from tests.support import road, signing, soundness
from tests.support.finishing import INTERRUPTED
from tests.support.live import ANA, MAYA
from tests.support.sandbox import PATIENCE, eventually, words

pytestmark = pytest.mark.scenario

KEY = signing.private("EC", 3)
_CLIENT = re.compile(r"```([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})```")


def ask(program, name) -> None:
    typed = road.fill_in(program, name)
    assert program.person(MAYA).submit({**typed, Block.KEY: {Action.ENTRY: signing.pem(KEY)}}) == {}


def client_ids(program, name) -> list[str]:
    """Of each message that showed it, without any secret in it."""
    told = [words(message["blocks"]) for message in program.person(MAYA).ephemerals()]
    mine = [text for text in told if f"🔑 {name}" in text.splitlines()]
    assert not any("crd_" in text for text in mine)
    return [found[1] for text in mine if (found := _CLIENT.search(text))]


def show(program, token: str) -> int:
    with httpx.Client(trust_env=False, timeout=PATIENCE) as http:
        return http.post(f"{program.url}/oauth2/token", data=signing.form(token)).status_code


def sign(program, client_id: str, key=KEY) -> str:
    return signing.assertion(key, client_id, program.now(), audience=program.places.public_url, algorithm="ES256")


def test_killed_at_its_issue_it_is_shown_again_and_a_restart_forgets_no_assertion(mortal, name):
    ask(mortal, name)
    road.approve(mortal, name, ANA)
    offered = road.offer(mortal, name)
    mortal.kill_at("after", "credential:issued")
    with suppress(*INTERRUPTED):
        mortal.person(MAYA).press(offered, Action.REVEAL)
    mortal.wait_killed()
    mortal.spare()
    mortal.start()
    credential = soundness.check(mortal).credential(name)
    assert credential.newest.delivery is Delivery.UNKNOWN
    again = eventually(lambda: soundness.offered_again(mortal, credential), "an offer to show it again")
    mortal.person(MAYA).press(again, Action.REISSUE)
    (client_id,) = eventually(lambda: client_ids(mortal, name), "the client ID")
    used = sign(mortal, client_id)
    assert [show(mortal, used) for _ in range(2)] == [200, 401]
    mortal.restart()
    assert show(mortal, used) == 401
    assert show(mortal, sign(mortal, client_id, signing.private("EC", 4))) == 401
    assert show(mortal, sign(mortal, client_id)) == 200
    settled = (ReceiptState.STORED, ReceiptState.USED)
    eventually(lambda: soundness.glance(mortal).credential(name).newest.receipt in settled, "its use")
    soundness.check(mortal)
