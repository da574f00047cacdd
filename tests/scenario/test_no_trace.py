"""A secret that was shown is nowhere: no file of the program's or the workspace's, no log, no environment."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import road, soundness
from tests.support.finishing import issue_again
from tests.support.live import MAYA, Program
from tests.support.sandbox import eventually

pytestmark = pytest.mark.scenario


def test_a_minted_secret_is_found_nowhere(program, name):
    program.stop()
    program.start(afresh=True)  # with an environment of its own to look into
    first = road.walk(program, name)
    assert road.works(program, first)
    lost = f"{name}-again"
    road.ask(program, lost)
    road.approve(program, lost)
    program.control.fail("error", method="response_url", when="after")
    program.person(MAYA).press(road.offer(program, lost), "secret.reveal")
    second = road.wait(program, lambda: road.shown(program, lost), "the secret that may be lost")
    third = issue_again(program, lost)
    assert not road.works(program, second)
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
    secrets = [pair.secret for pair in (first, second, third)]
    assert len(set(secrets)) == len(secrets)
    assert _places_of(program, secrets) == []
    assert _places_of(program, [first.client_id]) != []  # the search does find what is there
    assert any(each.endswith("-wal") for each, _ in _everything(program))
    program.stop()
    assert _places_of(program, secrets) == []


def test_a_program_that_is_killed_leaves_no_secret_behind(over_http, name):
    pair = road.walk(over_http, name)
    over_http.kill()
    assert _places_of(over_http, [pair.secret]) == []


def _places_of(program: Program, texts: list[str]) -> list[str]:
    """Where any of these is, plain or in the usual disguises."""
    sought = {form for text in texts for form in _forms(text)}
    return [place for place, content in _everything(program) if any(form in content for form in sought)]


def _forms(text: str) -> Iterator[bytes]:
    plain = text.encode()
    yield plain
    yield plain.removeprefix(b"crd_")
    yield text.encode("utf-16-le")
    yield plain.hex().encode()
    for shift in range(3):  # in the middle of a longer text, Base64 begins at any of three places
        whole = base64.b64encode(b"\0" * shift + plain)
        yield whole[4:-4]


def _everything(program: Program) -> Iterator[tuple[str, bytes]]:
    for file, content in program.files():
        yield str(file), content
    if program.running and program.process is not None:
        for kind in ("environ", "cmdline"):
            place = Path(f"/proc/{program.process.pid}/{kind}")
            yield str(place), place.read_bytes()
