"""What they tell of logins: how many there were, by secret and by why they were refused."""

from collections.abc import Iterator

from bot.service.story.told import Body, Story


def used(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    if body["secret"] not in story.credentials[body["credential"]].secrets:
        yield "a secret was used that its credential never had"
    yield from _counted(story, body, body["secret"])


def refused(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    if body["credential"] not in story.credentials:
        yield "a login was refused of a credential that was never issued"
    yield from _counted(story, body, body["cause"])


def _counted(story: Story, body: Body, what: str) -> Iterator[str]:
    if body["count"] < 1 or body["until"] < body["since"]:
        yield "logins were told of that there cannot have been"
    count, last = story.logins.get((body["credential"], what), (0, 0))
    story.logins[body["credential"], what] = (count + body["count"], max(last, body["until"]))
