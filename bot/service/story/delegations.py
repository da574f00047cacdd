"""What they tell of who stands in for whom, and what the table must say of it then."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from bot.domain.delegation import Delegation
from bot.ports import Unreadable
from bot.service.story.told import Body, Story, ToldDelegation

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def begun(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    if body["delegation"] in story.delegations:
        yield f"delegation {body['delegation']} begins a second time"
    if actor == body["delegate"]:
        yield "somebody stands in for themselves"
    story.delegations[body["delegation"]] = ToldDelegation(
        approver=actor, delegate=body["delegate"], since=body["since"], until=body["until"]
    )


def ended(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    told = story.delegations[body["delegation"]]
    if told.ended or actor not in {told.approver, ""}:  # nobody: its time had passed
        yield "a delegation that had ended, or was somebody else's, was ended"
    told.ended = True


def stood_in(story: Story, voter: str, approver: str) -> bool:
    """Whether by the entries so far somebody stood in for that approver."""
    return any(
        told.approver == approver and told.delegate == voter and not told.ended for told in story.delegations.values()
    )


def disagreeing(
    rows: Iterable[Delegation | Unreadable], story: Story, person_of: Callable[[str], str | None]
) -> Iterator[str]:
    """Each row that is not told as it stands, and each that is told and missing. Of who was erased nothing is asked."""
    untold = dict(story.delegations)
    for row in rows:
        if isinstance(row, Unreadable):
            yield f"{row.row} cannot be read: {row.why}"
            continue
        told = untold.pop(str(row.id), None)
        if told is None:
            yield f"delegation {row.id} stands in the table, and no entry tells of its beginning"
            continue
        people = (person_of(told.approver), person_of(told.delegate))
        stands = (row.approver, row.delegate, row.since, row.until, row.ended_at is not None)
        if None not in people and stands != (*people, _moment(told.since), _moment(told.until), told.ended):
            yield f"delegation {row.id} is another in the table than by the entries"
    for missing in untold:
        yield f"delegation {missing} was begun by an entry, and no row can be read for it"


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
