"""What they tell of the warnings of an expiry, and of what was decided about it."""

from collections.abc import Iterator

from bot.domain.credential import USABLE
from bot.service.story.told import Body, Story, ToldCredential


def raised(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    yield from _stands(credential, body)
    days, superseded = body["days"], [int(wider) for wider in body["superseded"]]
    if any(wider <= days for wider in superseded):
        yield "a warning that makes a tighter one superfluous"
    for threshold in (*superseded, days):
        yield from _once(story, body, threshold, (threshold != days, body["notice"]))
    credential.snoozed_until = None


def snoozed(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    if credential.state not in USABLE or credential.let_expire_by is not None:
        yield "a warning was put off of which there was none"
    credential.snoozed_until = body["until"]


def accepted(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    yield from _stands(credential, body)
    credential.snoozed_until, credential.let_expire_by = None, actor


def untold(story: Story, body: Body) -> Iterator[str]:
    """An end makes superfluous what was still to be told."""
    for threshold in map(int, body["superseded"]):
        yield from _once(story, body, threshold, (True, ""))


def _stands(credential: ToldCredential, body: Body) -> Iterator[str]:
    if credential.state not in USABLE:
        yield f"a credential that was {credential.state} was warned of, or let expire"
    if body["expires_at"] != credential.expires_at:
        yield "another expiry than it has was warned of, or accepted"
    if credential.let_expire_by is not None:
        yield "an expiry was warned of, or accepted, that somebody had accepted already"


def _once(story: Story, body: Body, days: int, how: tuple[bool, str]) -> Iterator[str]:
    threshold = (body["credential"], body["expires_at"], days)
    if threshold in story.warnings:
        yield f"the threshold of {days} days was told twice"
    story.warnings[threshold] = how
