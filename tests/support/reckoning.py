"""What must hold of a simulated stretch of time: the workspace's record against the ledger, line by line."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.notice import NoticeKind
from tests.support.simulation import DAYS, ZONES, Simulation


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the ledger."""

    at: datetime
    kind: str
    outcome: str
    body: dict


def lines(simulation: Simulation) -> list[Line]:
    """Everything that the ledger tells, in order."""
    store = simulation.house.store
    with store.connect() as connection:
        return [
            Line(entry.at, entry.event.kind, entry.event.outcome, dict(entry.event.body))
            for entry in store.ledger.entries(connection)
        ]


def every_threshold_was_told_or_superseded(simulation: Simulation, told: list[Line]) -> None:
    """Each that was crossed while the expiry stood, by a reckoning of its own; and none besides."""
    now = simulation.house.clock.now()
    for credential in simulation.credentials:
        history = [line for line in told if line.body.get("credential") == str(credential.id)]
        zone, thresholds = ZoneInfo(ZONES[credential.estate]), DAYS[credential.estate]
        stands, since = credential.expires_at, credential.created_at
        accepted = False
        said: list[int] = []
        for line in history:
            if line.kind == "warning:raised":
                assert _moment(line.body["expires_at"]) == stands
                assert not accepted, "nobody is warned of what may expire"
                said += [*map(int, line.body["superseded"]), line.body["days"]]
            elif line.kind == "credential:expired":
                said += map(int, line.body["superseded"])
                _complete(said, thresholds, stands=stands, since=since, until=stands, zone=zone, whole=not accepted)
                break
            elif line.kind == "expiry:accepted":
                accepted = True
            elif line.kind == "credential:extended":
                _complete(said, thresholds, stands=stands, since=since, until=line.at, zone=zone, whole=False)
                stands, since, accepted, said = _moment(line.body["expires_at"]), line.at, False, []
        else:
            snoozed = history and any(line.kind == "warning:snoozed" for line in history)
            _complete(
                said, thresholds, stands=stands, since=since, until=now, zone=zone, whole=not (accepted or snoozed)
            )


def _complete(said, thresholds, *, stands, since, until, zone, whole) -> None:
    """In order, each once, nothing invented; and all of them, where nobody decided otherwise."""
    last_day = (stands - timedelta(microseconds=1)).astimezone(zone).date()
    crossed = [days for days in thresholds if _first_instant(last_day - timedelta(days=days), zone) <= until]
    before = [days for days in thresholds if _first_instant(last_day - timedelta(days=days), zone) <= since]
    due = [days for days in crossed if days not in before]
    assert said == sorted(set(said), reverse=True), "in order, and each once"
    assert set(said) <= set(due)
    if whole:
        assert said == due


def each_warning_reached_its_channel(simulation: Simulation, told: list[Line]) -> None:
    """Whatever the ledger says was told, the workspace has, where it belongs, in a card that counts them all."""
    channels = {str(c.id): simulation.house.world.policy.channel_of(c.estate) for c in simulation.credentials}
    first = {}
    for received in simulation.workspace.received:
        if received.kind is NoticeKind.WARNING_CARD and not received.edit:
            first.setdefault(str(received.notice), received)
    members = defaultdict(list)
    for line in told:
        if line.kind == "warning:raised":
            members[line.body["notice"]].append(line)
    for notice, raised in members.items():
        card = first[notice]
        assert card.total == len({line.body["credential"] for line in raised}), (
            "each once, though two thresholds passed"
        )
        for line in raised:
            assert card.destination == channels[line.body["credential"]]
            assert card.at >= line.at
    assert first.keys() == members.keys()


def nothing_was_repeated_but_after_a_lost_answer(simulation: Simulation) -> None:
    """And what was repeated says so of itself."""
    posts = [received for received in simulation.workspace.received if not received.edit]
    times = Counter(received.notice for received in posts)
    for notice, count in times.items():
        marks = [received.repeat for received in posts if received.notice == notice]
        assert count - 1 <= simulation.workspace.unanswered[notice]
        assert all(marks[1:]), "what came twice is marked the second time"
    marked = {received.notice for received in posts if received.repeat}
    assert marked <= simulation.workspace.unanswered.keys(), "and only what may be a repeat is marked"


def the_ledger_and_the_workspace_agree(simulation: Simulation, told: list[Line]) -> None:
    """Line by line: whatever the workspace said that it has taken has its entry, in that order, and nothing else."""
    sent = [(line.body["notice"], line.body["channel"]) for line in told if line.kind == "notice:sent"]
    assert sent == [(str(notice), channel) for notice, channel in simulation.workspace.answered]
    assert {line.outcome for line in told if line.kind == "notice:sent"} == {"done"}


def _first_instant(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
