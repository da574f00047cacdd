"""The outbox: every message that must reach somebody is a row committed with its cause, and sent after.

The row says what it is about; the card is made when it is sent, from what holds then. A crash between commit and
sending loses nothing: the row is still there. Where Slack's answer was lost, or the program died before it wrote it
down, the message is looked for, or else sent again and says that it may be a repeat; an edit is simply made again.
What Slack will not take goes another way (`bot.service.delivery.detours`). Nothing is dropped, and nobody waits for
the messages of others: each destination has a line of its own.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from bot.domain.events import NoticeSent, Outcome, Via
from bot.domain.ids import ChannelId
from bot.domain.notice import About, Notice, NoticeState, Posted
from bot.ports import (
    Gone,
    Lost,
    Notifier,
    Reader,
    Rejected,
    SendResult,
    Sent,
    Undeliverable,
    UnitOfWork,
    Unsent,
    Wait,
    World,
)
from bot.service.delivery.detours import detour
from bot.service.delivery.subjects import subject

LINES: Final = 50
"""Destinations that are being sent to, or wait for a thread to do it."""
_TURN = 20
"""Messages to one destination before it goes to the end of the others."""
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=10)

_log = logging.getLogger(__name__)

Submit = Callable[[Callable[[], None]], object]
"""Runs a task, now or on another thread."""


class Sending:
    """Sends what is due, destination by destination: in the order in which it was written, never two at once."""

    def __init__(self, world: World, notifier: Notifier, submit: Submit, freed: Callable[[], None]) -> None:
        """`freed` is called when a destination's turn is over: what is due may be another then."""
        self._world: Final = world
        self._notifier: Final = notifier
        self._submit: Final = submit
        self._freed: Final = freed
        self._lock: Final = Lock()
        self._busy: Final[set[str]] = set()
        self._over = False

    def round(self) -> datetime | None:
        """Begin with all that is due where nothing is being sent; when more is due there, if anything waits."""
        with self._lock:
            busy = frozenset(self._busy)
        if len(busy) < LINES:
            with self._world.store.read() as reader:
                first = reader.notices.due(self._world.clock.now(), limit=LINES - len(busy), but=busy)
            for notice in first:
                self._begin(notice.destination)
        with self._lock:
            busy = frozenset(self._busy)
        with self._world.store.read() as reader:
            return reader.notices.next_due(but=busy)

    def stop(self) -> None:
        """Send nothing more but what is under way."""
        self._over = True

    def _begin(self, destination: str) -> None:
        with self._lock:
            self._busy.add(destination)
        self._submit(lambda: self._serve(destination))

    def _serve(self, destination: str) -> None:
        turns = 0
        try:
            while turns < _TURN and not self._over and _send_next(self._world, self._notifier, destination):
                turns += 1
        finally:
            with self._lock:
                self._busy.discard(destination)
        self._freed()


def send_due(world: World, notifier: Notifier) -> datetime | None:
    """Send what is due, here and now; when more is due, if any waits."""
    return Sending(world, notifier, submit=lambda task: task(), freed=lambda: None).round()


def _send_next(world: World, notifier: Notifier, destination: str) -> bool:
    """Send the first of a line, if it is due; whether there may be more that can go out now."""
    with world.store.read() as reader:
        notice = reader.notices.first(destination)
    return notice is not None and notice.due_at <= world.clock.now() and _send(world, notifier, notice)


def _send(world: World, notifier: Notifier, notice: Notice) -> bool:
    """Send one; whether its destination takes more."""
    with world.store.read() as reader:
        about = subject(world, reader, notice)
        posted = None if about is None else _stands(reader, notice)
    if about is None:
        _settle_without_subject(world, notice)
        return True
    trying = _mark(world, notice) if posted is None else notice
    if trying is None:
        return False
    result = _call(notifier, _as_it_stands(trying, posted), about, posted)
    _settle(world, notice, about, result)
    return isinstance(result, Sent | Gone | Undeliverable | Rejected)


def _call(notifier: Notifier, notice: Notice, about: About, posted: Posted | None) -> SendResult:
    """Whatever goes wrong here may have gone wrong after Slack took the message."""
    try:
        return notifier.send(notice, about, posted)
    except Exception:  # noqa: BLE001 - a bug in one card must not end the line behind it
        _log.exception("A message (%s) could not be sent; it is tried again.", notice.kind)
        return Lost()


def _mark(world: World, notice: Notice) -> Notice | None:
    """Commit that it is being tried: if nothing follows, whoever tries again knows that Slack may have taken it.

    The notice as it is to be sent; None if it is another since it was read.
    """
    with world.store.work() as work:
        if work.notices.get(notice.id) != notice:
            return None
        tried_at = notice.tried_at or work.now
        work.notices.save(replace(notice, attempts=notice.attempts + 1, tried_at=tried_at, possibly_repeated=True))
    return notice


def _settle(world: World, notice: Notice, about: About, result: SendResult) -> None:
    """Write down what Slack answered."""
    with world.store.work() as work:
        tried = replace(notice, attempts=notice.attempts + 1, tried_at=notice.tried_at or work.now)
        match result:
            case Sent(posted):
                _settle_sent(work, tried, posted)
            case Undeliverable() | Rejected():
                _settle_refused(world, work, tried, about, result)
            case Gone():  # to be posted anew, and that is no repeat
                work.notices.forget(notice)
                work.notices.save(replace(notice, tried_at=None, possibly_repeated=False))
            case Wait(seconds):  # nothing was sent: as if it had not been tried
                work.notices.save(replace(notice, due_at=work.now + timedelta(seconds=seconds)))
            case Unsent():
                work.notices.save(replace(notice, attempts=tried.attempts, due_at=work.now + _pause(notice)))
            case Lost():
                work.notices.save(replace(tried, due_at=work.now + _pause(notice), possibly_repeated=True))


def _settle_sent(work: UnitOfWork, tried: Notice, posted: Posted) -> None:
    current = work.notices.get(tried.id)
    if current is None or current.due_at == tried.due_at:
        work.notices.save(replace(tried, state=NoticeState.SENT))
    # else it was put off while it went out: there is more to tell, and that is edited in
    if tried.person is None or tried.channel is None:  # a line about somebody is never edited into a message to them
        astray = tried.belongs is not None
        work.notices.remember(tried, replace(posted, detour=tried.detour, belongs=tried.belongs) if astray else posted)
    work.record(_sent(tried, Outcome.DONE, posted.channel))


def _settle_refused(
    world: World, work: UnitOfWork, tried: Notice, about: About, refused: Undeliverable | Rejected
) -> None:
    other = detour(world, work, tried, about, refused)
    if other is None:
        work.notices.save(replace(tried, due_at=work.now + _LONGEST_PAUSE))
        return
    work.notices.save(replace(tried, state=NoticeState.FAILED))
    work.notices.add(other)
    work.record(_sent(tried, Outcome.FAILED, tried.channel or ChannelId("")))


def _settle_without_subject(world: World, notice: Notice) -> None:
    """What it was about is gone: there is nothing to tell."""
    with world.store.work() as work:
        work.notices.save(replace(notice, state=NoticeState.FAILED))
        work.record(_sent(notice, Outcome.FAILED, notice.channel or ChannelId("")))


def _pause(notice: Notice) -> timedelta:
    doublings = min(notice.attempts, 16)
    return min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def _stands(reader: Reader, notice: Notice) -> Posted | None:
    """The message that it is already. One on a detour is not the message that stands where it should have gone."""
    posted = reader.notices.posted(notice.kind, notice.subject, notice.person)
    return None if posted is None or (notice.detour and posted.channel != notice.channel) else posted


def _as_it_stands(notice: Notice, posted: Posted | None) -> Notice:
    """What is edited on a detour goes on saying so."""
    if posted is None or notice.detour or posted.belongs is None:
        return notice
    return replace(notice, detour=posted.detour, belongs=posted.belongs)


def _sent(notice: Notice, outcome: Outcome, channel: ChannelId) -> NoticeSent:
    return NoticeSent(
        actor=None,
        via=Via.SWEEP,
        outcome=outcome,
        notice=notice.id,
        about=notice.kind,
        channel=channel,
        attempts=notice.attempts,
    )
