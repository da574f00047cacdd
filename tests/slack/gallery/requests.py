"""Cards of requests, of the ways they take where a channel is closed, and of people who left."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from bot.domain.clauses import Escalation
from bot.domain.credential import State as CredentialState
from bot.domain.ids import ChannelId, NoticeId
from bot.domain.notice import Group, Notice, NoticeKind
from bot.domain.person import Circle
from bot.domain.request import Request, State
from bot.domain.role import READ_ONLY
from bot.slack.cards import absence, leaving
from bot.slack.cards import offer as offer_cards
from bot.slack.cards import request as request_cards
from bot.slack.cards.detour import SHARED
from bot.slack.rendering import render
from tests.slack import specimens
from tests.slack.gallery.known import ELSEWHERE, KNOWN
from tests.support import people


def cards():
    return _request_cards() | _detour_cards() | _leaving_cards()


def _request_cards():
    cards = {}
    for state in State:
        request = specimens.in_state(state)
        cards[f"approval-{state}"] = request_cards.approval(request, KNOWN)
        cards[f"asked-{state}"] = request_cards.asked(request, KNOWN, people.BEN)
        cards[f"told-{state}"] = request_cards.told(request, KNOWN)
        cards[f"reveal-{state}"] = offer_cards.offer(request, KNOWN)
    cards["asked-voted"] = request_cards.asked(specimens.in_state(State.PENDING), KNOWN, people.ANA)
    rule = {"role": READ_ONLY, "quorum": 0, "rule": "lab-readers", "owner": people.MAYA}
    for state in (State.APPROVED, State.FULFILLED):
        cards[f"rule-{state}"] = request_cards.approval(specimens.request(state, **rule), KNOWN)
        cards[f"rule-reveal-{state}"] = offer_cards.offer(specimens.request(state, **rule), KNOWN)
    escalated = specimens.request(escalated_at=specimens.NOON)
    higher = replace(KNOWN, policy=people.make_policy(escalation=Escalation(circle=Circle(frozenset({people.SAM})))))
    cards["approval-escalated"] = request_cards.approval(escalated, higher)
    cards["asked-escalated"] = request_cards.asked(escalated, higher, people.SAM)
    away = specimens.request(delegations=(specimens.delegation(),))
    by_deputy = replace(specimens.yes(people.SAM), stands_in_for=people.ANA)
    cards["approval-deputy"] = request_cards.approval(replace(away, votes=(by_deputy,)), KNOWN)
    cards["asked-deputy"] = request_cards.asked(away, KNOWN, people.SAM)
    cards["asked-absent"] = request_cards.asked(replace(away, votes=(by_deputy,)), KNOWN, people.ANA)
    cards["stands-in"] = absence.stands_in(specimens.delegation(), KNOWN)
    cards["stands-in-later"] = absence.stands_in(
        specimens.delegation(since=datetime(2026, 3, 2, 23, 0, tzinfo=UTC)), KNOWN
    )
    cards["stands-in-ended"] = absence.stands_in(specimens.delegation(ended_at=specimens.NOON), KNOWN)
    over = specimens.delegation().until
    cards["stands-in-over"] = absence.stands_in(specimens.delegation(ended_at=over), KNOWN)
    cards["asked-named"] = request_cards.asked(specimens.request(), KNOWN, people.CAI)
    cards["approval-fresh"] = request_cards.approval(specimens.request(role=READ_ONLY, description=""), KNOWN)
    cards["approval-revoked"] = request_cards.approval(
        specimens.request(State.DENIED, votes=specimens.BOTH, closing="The approval no longer stands."), KNOWN
    )
    return cards


def _detour_cards():
    def card(about, **changes):
        kind = NoticeKind.APPROVAL_CARD if isinstance(about, Request) else NoticeKind.OWNER_EXPIRED
        known = {"id": NoticeId(UUID(int=7)), "kind": kind, "due_at": specimens.NOON, "channel": ChannelId("C0RETAIL")}
        return render(Notice(**{**known, **changes}), about, KNOWN)

    astray = {"channel": ChannelId("C0SECURITY"), "belongs": ChannelId("C0RETAIL")}
    group = Group(id=NoticeId(UUID(int=8)), items=(specimens.credential(),), needing=1)
    return {
        "detour-archived": card(specimens.request(), detour="is_archived", **astray),
        "detour-shared": card(specimens.in_state(State.APPROVED), detour=SHARED, **astray),
        "detour-word": card(specimens.in_state(State.APPROVED), detour="a_new_word", **astray),
        "unreachable-request": card(specimens.request(), detour="user_disabled", person=people.OLGA),
        "unreachable-credential": card(specimens.credential(), detour="a_new_word", person=people.OLGA),
        "unreachable-group": card(group, detour="cannot_dm_bot", person=people.OLGA),
        "not-taken": card(specimens.request(), detour="invalid_blocks"),
        "not-taken-by-person": card(specimens.credential(), detour="invalid_blocks", person=people.OLGA, channel=None),
    }


def _leaving_cards():
    gone = replace(KNOWN, roster=replace(KNOWN.roster, members={**KNOWN.roster.members, people.OLGA: people.GONER}))
    theirs = specimens.credential()
    taken = specimens.credential(name="billing", owner=people.SAM)
    ended = specimens.credential(name="old-export", state=CredentialState.EXPIRED)
    many = tuple(specimens.credential(name=f"job-{number}") for number in range(10))
    group = NoticeId(UUID(int=5))
    return {
        "left": leaving.left(Group(id=group, items=(theirs, taken, ended), needing=1), gone),
        "left-one": leaving.left(Group(id=group, items=(theirs,), needing=1), gone),
        "left-to-delete": leaving.left(
            Group(id=group, items=(specimens.tracked(state=CredentialState.DELETING), taken), needing=1),
            replace(gone, policy=ELSEWHERE.policy),
        ),
        "left-many": leaving.left(Group(id=group, items=many, needing=1234), gone),
        "left-settled": leaving.left(Group(id=group, items=(taken, ended), needing=0), gone),
        "told-left": request_cards.told(
            specimens.request(State.WITHDRAWN, closing="the person whose press it needed has left the workspace"), KNOWN
        ),
    }
