"""What they tell of terms and policies."""

from collections.abc import Iterator

from bot.service.story.told import Body, Story


def accepted(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    story.acceptances.add((actor, body["digest"]))
    yield from ()


def policy(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    if body["previous"] != (story.policies[-1] if story.policies else ""):
        yield "a policy that follows another one than was in force"
    story.policies.append(body["policy"])
