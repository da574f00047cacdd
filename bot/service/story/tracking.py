"""What they tell of credentials that live elsewhere: how they came to be tracked here."""

from collections.abc import Iterator

from bot.domain.kind import Kind
from bot.service.story.effects import takes_effect
from bot.service.story.told import Body, Story, ToldCredential


def tracked(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    """The expiry is the one that its owner read where it lives, not the one that was asked for."""
    request = story.requests[body["request"]]
    yield from takes_effect(request, body, Kind.ADD)
    for name in ("owner", "estate", "role", "name", "authority"):
        if body[name] != request.opened[name]:
            yield f"tracked with another {name} than was asked for"
    if actor != body["owner"]:
        yield "tracked on the word of somebody else than its owner"
    yield from _begins(story, body)


def imported(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    yield from _begins(story, body)


def _begins(story: Story, body: Body) -> Iterator[str]:
    if body["credential"] in story.credentials:
        yield "a credential began a second time"
    told = ToldCredential(issued=body, owner=body["owner"], expires_at=body["expires_at"])
    if not told.tracked:
        yield "tracked at the built-in authority"
    story.credentials[body["credential"]] = told
