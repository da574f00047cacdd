"""What the entries tell of approval requests."""

from collections.abc import Callable, Iterator

from bot.domain.kind import Kind
from bot.domain.request import State
from bot.domain.role import Permission
from bot.service.story.delegations import stood_in
from bot.service.story.told import Body, Story, ToldRequest

BY_RULE = (Kind.ADD, Kind.ROTATE, Kind.BREAK_GLASS)
"""What a policy can let through without anybody's approval."""


def opened(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    if body["request"] in story.requests:
        yield f"request {body['request']} is opened a second time"
    if body["quorum"] == 0 and body["asks"] not in BY_RULE:
        yield f"a request for {body['asks']} that nobody has to approve"
    if body["quorum"] == 0 and body["asks"] == Kind.ADD and set(body["permissions"]) == set(Permission):
        yield "a request for a credential that may do everything, and that nobody has to approve"
    story.requests[body["request"]] = ToldRequest(opened=body, requester=actor, lapses_at=body["lapses_at"])


def voted(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    request = story.requests[body["request"]]
    if request.state not in (State.PENDING, State.APPROVED):
        yield f"a vote on a request that was {request.state}"
    if actor in (request.requester, request.opened["owner"]):
        yield "a vote by the requester or the owner"
    if body["digest"] != request.opened["digest"]:
        yield "a vote for something else than what was asked"
    if (actor, body["verdict"]) in request.votes:
        yield "the same vote twice"
    absent = body.get("stands_in_for") or ""
    if absent in (request.requester, request.opened["owner"]):
        yield "a vote for the requester or the owner"
    if absent and not stood_in(story, actor, absent):
        yield "a vote for somebody for whom the voter does not stand in"
    request.votes[actor, body["verdict"]] = (body["reason"], absent)
    request.lapses_at = body["lapses_at"]
    if body["state"] == State.APPROVED and request.approvals() < request.opened["quorum"]:
        yield "approved without its quorum"
    request.state = body["state"]


def escalated(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    request = story.requests[body["request"]]
    if request.state != State.PENDING or request.escalated or actor:
        yield "a request that was decided, or was escalated before, or by somebody, was escalated"
    request.escalated = True


def allowed(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    request = story.requests[body["request"]]
    if request.state != State.PENDING:
        yield f"a request that was {request.state} was allowed"
    if request.opened["quorum"] or actor != request.requester or not body["rule"]:
        yield "allowed by rule, and it was opened to be approved by people"
    request.state, request.lapses_at, request.rule = State.APPROVED, body["lapses_at"], body["rule"]


def moves(before: tuple[str, ...], after: str | None) -> Callable[[Story, int, str, Body], Iterator[str]]:
    def move(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
        request = story.requests[body["request"]]
        if request.state not in before:
            yield f"a request that was {request.state} moved on"
        request.state = after or body["state"]

    return move
