"""Somebody is away: an approver names who stands in for them, and ends it. Each is one transaction with its entry.

Whoever stands in is asked for all that is undecided, at once or when it begins, and may vote as long as it holds.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.domain.delegation import Delegation, may_delegate, may_last, may_stand_in
from bot.domain.errors import Denied, Reason
from bot.domain.events import DelegationBegun, DelegationEnded, Via
from bot.domain.ids import DelegationId, UserId
from bot.domain.request import Request, State
from bot.ports import Reader, UnitOfWork, World
from bot.service.asking import SENT_BY_ANOTHER, Field, Problem
from bot.service.delivery import notices

_MOST = 100
"""Undecided requests that somebody is asked for at once; those that are still undecided then ask by their reminder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateCommand:
    """The form as it was sent. Both days are whole ones where the organization is."""

    submission: str
    approver: UserId
    delegate: UserId
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What the form shows: who stands in for somebody already, or else the day from which somebody could."""

    delegation: Delegation | None
    today: date


def absence(world: World, user: UserId) -> Absence | Denied:
    """Who stands in for this person, now or soon; or why nobody can."""
    decision = may_delegate(user, world.policy, world.directory)
    now = world.clock.now()
    with world.store.read() as reader:
        own = [each for each in reader.delegations.of(user, now) if each.approver == user]
    if isinstance(decision, Denied) and not own:
        return decision
    return Absence(delegation=own[0] if own else None, today=world.policy.today(now))


def begin(world: World, command: DelegateCommand) -> Delegation | tuple[Problem, ...]:
    """Let somebody stand in, or say what speaks against it. The same form sent twice names somebody once."""
    with world.store.work() as work:
        before = work.delegations.by_submission(command.submission)
        if before is not None:
            return before if before.approver == command.approver else (SENT_BY_ANOTHER,)
        wanted = _wanted(world, work.now, command)
        problems = _problems(world, work, wanted, command)
        if problems:
            return problems
        work.delegations.add(wanted, command.submission)
        notices.tell_stand_in(world, work, wanted)
        if wanted.told:
            _ask(world, work, wanted)
        work.record(
            DelegationBegun(
                actor=wanted.approver,
                via=Via.SLACK,
                delegation=wanted.id,
                delegate=wanted.delegate,
                since=wanted.since,
                until=wanted.until,
            )
        )
    world.wake()
    return wanted


def end(world: World, delegation: DelegationId, actor: UserId) -> Delegation | Denied:
    """Nobody stands in any more. What was voted so far stands."""
    with world.store.work() as work:
        found = work.delegations.get(delegation)
        if found is None or found.approver != actor:
            return Denied(Reason.NOT_FOUND, "I know of nobody who stands in for you. `/cred delegate` says how it is.")
        if not found.open(work.now):
            return Denied(Reason.WRONG_STATE, "That has ended already: nobody stands in for you by it any more.")
        ended = _end(world, work, found, actor=actor)
    world.wake()
    return ended


def end_over(world: World, *, limit: int = 100) -> int:
    """The same where its time has passed; of how many. Nobody stood in any more from that instant on."""
    with world.store.work() as work:
        over = work.delegations.over(work.now, limit=limit)
        for delegation in over:
            _end(world, work, delegation, actor=None)
    return len(over)


def ask_stand_ins(world: World, *, limit: int = 100) -> int:
    """Ask those whose time has come for what is undecided; of how many absences."""
    with world.store.work() as work:
        begun = work.delegations.begun(work.now, limit=limit)
        for delegation in begun:
            work.delegations.save(replace(delegation, told=True))
            _ask(world, work, delegation)
    return len(begun)


def _end(world: World, work: UnitOfWork, delegation: Delegation, *, actor: UserId | None) -> Delegation:
    ended = replace(delegation, ended_at=work.now)
    work.delegations.save(ended)
    notices.tell_stand_in(world, work, ended)
    for request in _undecided(work):
        by_it = replace(request, delegations=(*request.delegations, delegation))  # as long as it held
        if _asked_by(world, by_it, delegation):
            notices.no_longer_asked(world, work, request, delegation.delegate)
    via = Via.SWEEP if actor is None else Via.SLACK
    work.record(DelegationEnded(actor=actor, via=via, delegation=delegation.id))
    return ended


def _wanted(world: World, now: datetime, command: DelegateCommand) -> Delegation:
    first_day = max(command.first_day, world.policy.today(now))  # of one that has passed, it is said that it has
    since = world.policy.end_of(first_day - timedelta(days=1))
    return Delegation(
        id=DelegationId(world.entropy.uuid()),
        approver=command.approver,
        delegate=command.delegate,
        since=max(since, now),
        until=world.policy.end_of(command.last_day),
        told=since <= now,
    )


def _problems(world: World, reader: Reader, wanted: Delegation, command: DelegateCommand) -> tuple[Problem, ...]:
    now, policy, roster = world.clock.now(), world.policy, world.directory
    right = may_delegate(wanted.approver, policy, roster)
    if isinstance(right, Denied):
        return (Problem(Field.FORM, right.sentence),)
    others = [*reader.delegations.of(wanted.approver, now), *reader.delegations.of(wanted.delegate, now)]
    late = command.first_day < policy.today(now)
    decisions = (
        (Field.SINCE, Denied(Reason.INVALID, "This day has passed. Choose today or a later day.") if late else None),
        (Field.UNTIL, may_last(wanted, now)),
        (Field.DELEGATE, may_stand_in(wanted, others, policy, roster, now)),
    )
    return tuple(Problem(field, said.sentence) for field, said in decisions if isinstance(said, Denied))


def _ask(world: World, work: UnitOfWork, delegation: Delegation) -> None:
    for request in _undecided(work):
        if _asked_by(world, request, delegation):
            notices.ask_also(world, work, request, [delegation.delegate])


def _undecided(reader: Reader) -> list[Request]:
    return reader.requests.in_state([State.PENDING], limit=_MOST)


def _asked_by(world: World, request: Request, delegation: Delegation) -> bool:
    ground = request.grounds(world.policy, world.directory).get(delegation.delegate)
    return ground is not None and ground.stands_in_for == delegation.approver
