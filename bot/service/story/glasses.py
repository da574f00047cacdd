"""What they tell of credentials that were taken without approval, and of their reviews."""

from collections.abc import Iterator

from bot.domain.break_glass import REVIEWS_NEEDED, State
from bot.domain.kind import Kind
from bot.domain.request import Verdict
from bot.service.story.told import Body, Story, ToldGlass


def broken(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    request = story.requests[body["request"]]
    if request.opened["asks"] != Kind.BREAK_GLASS or actor != request.requester:
        yield f"a glass was broken by a request for {request.opened['asks']}, or by somebody else than asked"
    undone = [g for g in story.glasses.values() if g.taker == actor and g.state == State.OPEN]
    if undone or body["request"] in story.glasses:
        yield "a glass was broken by somebody whose last one was not reviewed"
    story.glasses[body["request"]] = ToldGlass(taker=actor, review_by=body["review_by"])


def reviewed(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    glass, request = story.glasses[body["request"]], story.requests[body["request"]]
    credential = story.credentials.get(body["credential"])
    if glass.state != State.OPEN:
        yield f"a review of what was {glass.state} already"
    if actor in (glass.taker, request.opened["owner"]) or (credential is not None and actor == credential.owner):
        yield "a review by whoever took it, or owns it"
    if body["digest"] != request.opened["digest"]:
        yield "a review of something else than was taken"
    if (actor, body["verdict"]) in glass.reviews:
        yield "the same review twice"
    glass.reviews[actor, body["verdict"]] = body["reason"]
    justified = {reviewer for reviewer, verdict in glass.reviews if verdict == Verdict.APPROVE}
    if body["state"] == State.JUSTIFIED and len(justified) < REVIEWS_NEEDED:
        yield "found justified without two reviews"
    if (body["state"] == State.UNJUSTIFIED) != (body["verdict"] == Verdict.DENY):
        yield "a refusal that refused nothing"
    glass.state = body["state"]


def missed(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    glass = story.glasses[body["request"]]
    if glass.state != State.OPEN or glass.missed:
        yield "a review was missed that was done, or for the second time"
    glass.missed = True
