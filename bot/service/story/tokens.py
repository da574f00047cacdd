"""What they tell of access tokens that were given up."""

from collections.abc import Iterator

from bot.domain.tokens import forgettable
from bot.service.story.told import Body, Story


def revoked(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    if body["credential"] not in story.credentials:
        yield "a token was given up of a credential that was never issued"
    limit = forgettable(body["expires_at"])
    story.revoked = {token: told for token, told in story.revoked.items() if told[1] > limit}
    if body["token"] in story.revoked:
        yield "a token was given up twice"
    story.revoked[body["token"]] = (body["credential"], body["expires_at"])
