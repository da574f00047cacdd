"""The outbox: every message that must reach somebody is a row committed with its cause, and sent after.

The row says what it is about; the card is made when it is sent, from what holds then. A crash between commit and
sending loses nothing: the row is still there. Where Slack's answer was lost, or the program died before it wrote it
down, the message is sent again and says that it may be a repeat; an edit is simply made again.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.events import NoticeSent, Outcome, Via
from bot.domain.ids import ChannelId
from bot.domain.notice import About, Notice, NoticeState, Posted
from bot.ports import Lost, Notifier, Reader, SendResult, Sent, Undeliverable, Wait, World

_BATCH = 50
_SHOWN = 10
"""Credentials of a group that its card is given; the rest is counted."""
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=10)


def send_due(world: World, notifier: Notifier) -> datetime | None:
    """Send what is due, in the order in which it was written; when the next one is due, if any waits.

    A destination that asks for a pause holds back its own messages only.
    """
    paused: set[str] = set()
    with world.store.read() as reader:
        waiting = reader.notices.due(world.clock.now(), limit=_BATCH)
    for notice in waiting:
        if _destination(notice) in paused:
            continue
        if not _send(world, notifier, notice):
            paused.add(_destination(notice))
    with world.store.read() as reader:
        return reader.notices.next_due()


def _send(world: World, notifier: Notifier, notice: Notice) -> bool:
    """Send one; whether its destination takes more."""
    with world.store.read() as reader:
        about, posted = _subject(reader, notice)
    if about is None:
        _settle(world, notice, Undeliverable("what it was about is gone"))
        return True
    if posted is None:
        _mark(world, notice)
    result = notifier.send(notice, about, posted)
    _settle(world, notice, result)
    return isinstance(result, Sent | Undeliverable)


def _mark(world: World, notice: Notice) -> None:
    """Commit that it is being tried: if nothing follows, whoever tries again knows that Slack may have taken it."""
    with world.store.work() as work:
        work.notices.save(replace(notice, attempts=notice.attempts + 1, possibly_repeated=True))


def _settle(world: World, notice: Notice, result: SendResult) -> None:
    """Write down what Slack answered."""
    with world.store.work() as work:
        tried = replace(notice, attempts=notice.attempts + 1)
        match result:
            case Sent(posted):
                work.notices.save(replace(tried, state=NoticeState.SENT))
                work.notices.remember(notice, posted)
                work.record(_sent(tried, Outcome.DONE, posted.channel))
            case Undeliverable():
                work.notices.save(replace(tried, state=NoticeState.FAILED))
                work.record(_sent(tried, Outcome.FAILED, notice.channel or ChannelId("")))
            case Wait(seconds):  # nothing was sent: as if it had not been tried
                work.notices.save(replace(notice, due_at=work.now + timedelta(seconds=seconds)))
            case Lost():
                pause = min(_FIRST_PAUSE * 2 ** min(notice.attempts, 16), _LONGEST_PAUSE)
                work.notices.save(replace(tried, due_at=work.now + pause, possibly_repeated=True))


def _subject(reader: Reader, notice: Notice) -> tuple[About | None, Posted | None]:
    about: About | None = None
    if notice.credential is not None:
        about = reader.credentials.get(notice.credential)
    elif notice.request is not None:
        about = reader.requests.get(notice.request)
    elif notice.group is not None:
        about = reader.notices.group(notice.group, limit=_SHOWN)
    return about, None if about is None else reader.notices.posted(notice.kind, notice.subject, notice.person)


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


def _destination(notice: Notice) -> str:
    return notice.channel or notice.person or ""
