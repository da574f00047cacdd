"""The log tells each thing that happens in a sentence, and repeats nothing that a person typed."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import get_origin
from uuid import UUID

import pytest

from bot.domain.events import EVENTS, NoticeSent, Outcome, PolicyChanged
from bot.domain.ids import Words
from bot.store.recording import fields_of
from bot.store.telling import line

TYPED = "what a person typed"
ENVELOPE = {"actor": "U0MAYA", "via": "slack"}


def made(event, **changes):
    values = {name: _sample(name, kind) for name, kind in fields_of(event).items()}
    return event(**{**values, **ENVELOPE, **changes})


def _sample(name, kind):
    bare = getattr(kind, "__supertype__", kind)
    if kind is Words or name in {"name", "text", "difference"}:
        return TYPED
    if get_origin(kind) is tuple:
        return ()
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return next(iter(bare))
    samples = {datetime: datetime(2026, 1, 1, tzinfo=UTC), UUID: UUID(int=7), int: 1, bool: True}
    return samples.get(bare, "word")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_each_event_is_told_in_a_sentence_without_what_was_typed(event):
    told = line(made(event, outcome=Outcome.FAILED))
    assert told.endswith(".")
    assert "{" not in told
    assert TYPED not in told


def test_the_first_policy_is_not_told_as_another_one():
    assert line(made(PolicyChanged, previous="")) == "The first policy is kept."
    assert line(made(PolicyChanged, previous="0" * 64)) == "The policy is another one since the last start."


def test_a_message_that_slack_took_is_not_worth_a_line():
    assert line(made(NoticeSent)) is None
