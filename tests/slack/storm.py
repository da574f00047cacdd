"""Payloads that nobody's client sends, by the thousand, and what must hold whatever comes.

A seed says which; what fails names the seed and the number.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from bot.store.auditing import story_problems
from tests.slack import double as doubles
from tests.slack import scenes
from tests.slack.lounge import Lounge
from tests.slack.scenes import Scene
from tests.slack.snapshots import slack_takes
from tests.support import house as houses
from tests.support import people
from tests.support.mutating import CANARY, mutated
from tests.support.payloads import Payload, Sender, on_grid, without_an_actor

SENDERS = (
    *((user, people.HOME) for user in (scenes.RITA, people.OLGA, people.ANA, people.MAYA, people.SAM, people.GUEST)),
    (people.OTTO, people.FOREIGN),
    (people.MAYA, people.FOREIGN),
)
_ANSWERED = {200, 400, 404}
_NOT_THERE = "An answer was not sent: its URL is not Slack's."


@contextmanager
def furnished(folder: Path) -> Iterator[Lounge]:
    """A lounge of its own, where no fixture makes one."""
    folder.mkdir(parents=True, exist_ok=True)
    house, slack = houses.build(folder), doubles.Double()
    server = doubles.start(slack)
    lounge = scenes.furnish(house, slack)
    try:
        yield lounge
    finally:
        lounge.face.background.stop()
        lounge.face.replies.close()
        server.shutdown()
        server.server_close()
        house.close()


def rage(folder: Path, scene: Scene, caplog, *, seed: int, count: int) -> None:
    """So many payloads at one scene, each like one that somebody could send there."""
    caplog.set_level(logging.DEBUG)
    with furnished(folder) as lounge:
        sends = scene.prepare(lounge)
        lounge.settle()
        whole = [sends(Sender(user, team, answers=lounge.url())) for user, team in SENDERS]
        others = [*whole, *(payload for _, payload in without_an_actor())]
        for number in range(count):
            random = Random(f"{seed}/{scene.what}/{number}")
            payload = mutated(random.choice(whole), others, random)
            if random.random() < 0.1:
                payload = _on_grid(payload, random)
            caplog.clear()
            _answers(lounge, payload, caplog, where=f"CRED_SEED={seed}: {scene.what}, number {number}")
        with lounge.house.store.connect() as connection:
            problems = story_problems(lounge.house.store.ledger, connection)
        assert problems == [], f"CRED_SEED={seed}: {scene.what}"


def _answers(lounge: Lounge, payload: Payload, caplog, *, where: str) -> None:
    before = len(lounge.slack.calls)
    response = lounge.dispatch(payload)
    lounge.settle()
    assert response.status in _ANSWERED, where
    assert CANARY not in caplog.text, where
    assert "crd_" not in caplog.text, where
    errors = {record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR}
    assert errors <= {_NOT_THERE}, where
    for said in _said(lounge, response, before):
        slack_takes(said)
        assert "<!channel>" not in json.dumps(said).replace("&lt;", ""), where


def _said(lounge: Lounge, response, before: int) -> Iterator[Payload]:
    """Every message and view that went out."""
    answer = json.loads(response.body) if response.body else {}
    for body in (answer, *(body for _, body in lounge.slack.calls[before:])):
        if "view" in body:
            yield body["view"]
        elif "blocks" in body:
            yield body


def _on_grid(payload: Payload, random: Random) -> Payload:
    try:
        return on_grid(payload, whole_organization=random.random() < 0.5)
    except (KeyError, TypeError, IndexError, AttributeError):
        return payload  # what Grid would change is gone already
