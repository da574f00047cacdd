"""The story check: the tables of the present held against the ledger, entry by entry.

Every request, vote, credential, secret, acceptance and policy has its entries, no entry lacks its row, and no table
holds anything that the entries do not tell. `ledger.verify` shows that nobody changed the past; this shows that the
present follows from it. What no entry vouches for (times of use, the outbox, the local copy of the workspace) is listed
in `tests/service/test_story.py`, column by column.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.credential import LIVING, Credential
from bot.domain.kind import NEW
from bot.domain.naming import name_shape
from bot.domain.request import OPEN, Request
from bot.ports import Reader, Unreadable
from bot.service.story import Story, ToldCredential, ToldGlass, ToldRequest, take
from bot.service.story.delegations import disagreeing
from bot.service.story.standing import NEVER, of_glass, of_request, of_secret
from ledger import OpenEntry

PersonOf = Callable[[str], str | None]
"""From the ledger's person ID to the user of the workspace; None once that person was erased."""
WordsOf = Callable[[str, str], str | None]
"""From person ID and sealed words to what that person typed; None once that person was erased."""

_NOBODY = "nobody"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Check:
    """One check: the tables, the story, and how people and their words are read."""

    reader: Reader
    story: Story
    person_of: PersonOf
    words_of: WordsOf

    def everything(self) -> Iterator[str]:
        """Every disagreement, a sentence each."""
        yield from self.story.wrong
        yield from self._requests()
        yield from disagreeing(self.reader.delegations.each(), self.story, self.person_of)
        yield from self._credentials()
        yield from self._acceptances()
        yield from self._warnings()
        if self.reader.revocations.each() != self.story.revoked:
            yield "the tokens in the table that were given up are not those that the entries tell of"
        if self.reader.logins.each() != self.story.logins:
            yield "the logins that the table counts are not the sum of those that the entries tell of"
        if self.reader.policies.digests() != self.story.policies:
            yield "the policies in the table are not those that the entries tell of"

    def _requests(self) -> Iterator[str]:
        untold = dict(self.story.requests)
        readable = [glass for glass in self.reader.glasses.each() if not isinstance(glass, Unreadable)]
        reviews = {glass.request.id: of_glass(glass) for glass in readable}
        for request in self.reader.requests.each():
            if isinstance(request, Unreadable):
                yield f"{request.row} cannot be read: {request.why}"
                continue
            told = untold.pop(str(request.id), None)
            what = f"request {request.code}"
            if told is None:
                yield f"{what} stands in the table, and no entry tells of its opening"
                continue
            stands = {**of_request(request), "review": reviews.get(request.id, NEVER)}
            yield from _differences(what, stands, self._told_request(told))
            if not request.intact:
                yield f"{what} is no longer what its digest was made of"
            if request.state in OPEN and request.asked.kind in NEW:
                yield from self._holds_its_name(what, request)
        for missing in untold.values():
            yield f"request {missing.opened['request']} was opened by an entry, and no row can be read for it"
        if self.reader.glasses.strays():
            yield "there are reviews of what nobody took"

    def _holds_its_name(self, what: str, holder: Request) -> Iterator[str]:
        asked = holder.asked
        if self.reader.names.holder(asked.estate, name_shape(asked.name)) != holder.credential:
            yield f"{what} does not hold its name"

    def _credentials(self) -> Iterator[str]:
        untold = dict(self.story.credentials)
        for credential in self.reader.credentials.each():
            if isinstance(credential, Unreadable):
                yield f"{credential.row} cannot be read: {credential.why}"
                continue
            told = untold.pop(str(credential.id), None)
            what = f"credential {credential.name}"
            if told is None:
                yield f"{what} stands in the table, and no entry tells of its issue"
                continue
            yield from _differences(what, self._of_credential(credential), self._told_credential(told))
            holder = self.reader.names.holder(credential.estate, name_shape(credential.name))
            if credential.state in LIVING and holder != credential.id:
                yield f"{what} does not hold its name"
            glass = self.story.glasses.get(told.issued.get("request", ""))
            if glass is not None and glass.ended and told.state in LIVING:
                yield f"{what} lives on, and by its review it should not"
        for missing in untold.values():
            yield f"credential {missing.issued['name']} was issued by an entry, and no row can be read for it"

    def _acceptances(self) -> Iterator[str]:
        stand = set(self.reader.acceptances.each())
        told = {(self.person_of(person), digest) for person, digest in self.story.acceptances}
        for stranger, _ in stand - told:
            yield f"the acceptance of the terms by {stranger} stands in the table, and no entry tells of it"
        for user, digest in told:
            if user is not None and (user, digest) not in stand:
                yield f"the acceptance of the terms by {user} is told by an entry, and its row is missing"

    def _warnings(self) -> Iterator[str]:
        untold = dict(self.story.warnings)
        for row in self.reader.warnings.each():
            if isinstance(row, Unreadable):
                yield f"{row.row} cannot be read: {row.why}"
                continue
            what = f"the warning {row.days} days before the end of credential {row.credential}"
            threshold = (str(row.credential), (row.expires_at - _EPOCH) // timedelta(microseconds=1), row.days)
            if untold.pop(threshold, None) != (row.superseded, str(row.group or "")):
                yield f"{what} stands in the table, and no entry tells the same of it"
        for credential, _, days in untold:
            yield f"the warning {days} days before the end of credential {credential} has an entry, and no row"

    def _told_request(self, told: ToldRequest) -> dict[str, Any]:
        opened, votes = told.opened, self._told_votes(told)
        return {
            **opened,
            "requester": self.person_of(told.requester),
            "owner": self.person_of(opened["owner"]),
            "description": self._words(told.requester, opened["description"]),
            "reason": self._words(told.requester, opened["reason"]),
            "permissions": sorted(opened["permissions"]),
            "expires_at": _moment(opened["expires_at"]),
            "lapses_at": _moment(told.lapses_at),
            "state": told.state,
            "rule": told.rule,
            "escalated": told.escalated,
            "votes": votes,
            "review": self._told_review(self.story.glasses.get(opened["request"])),
        }

    def _told_votes(self, told: ToldRequest) -> list[tuple[object, ...]] | None:
        """None once somebody of them was erased."""
        named = {voter for voter, _ in told.votes} | {absent for _, absent in told.votes.values() if absent}
        people = {person: self.person_of(person) for person in named}
        if not all(people.values()):
            return None
        return sorted(
            (people[voter] or "", verdict, self._words(voter, why) or "", people[absent] if absent else "")
            for (voter, verdict), (why, absent) in told.votes.items()
        )

    def _told_review(self, told: ToldGlass | None) -> object:
        if told is None:
            return NEVER
        people = {reviewer: self.person_of(reviewer) for reviewer, _ in told.reviews}
        if not all(people.values()):
            return None
        said = sorted((people[r] or "", verdict, self._words(r, why)) for (r, verdict), why in told.reviews.items())
        return (told.state, told.missed, _moment(told.review_by), said)

    def _person(self, told: str | None) -> str | None:
        return _NOBODY if told is None else self.person_of(told)

    def _words(self, person: str, sealed: str) -> str | None:
        return self.words_of(person, sealed) if sealed else ""

    def _of_credential(self, credential: Credential) -> dict[str, Any]:
        records, suspension = self.reader.credentials.records(credential.id), credential.suspension
        return {
            "request": _NOBODY if credential.request is None else str(credential.request),
            "client_id": credential.client_id,
            "authority": credential.authority,
            "owner": credential.owner,
            "requester": credential.requester,
            "description": credential.description,
            "estate": credential.estate,
            "role": credential.role,
            "permissions": sorted(credential.permissions),
            "name": credential.name,
            "expires_at": credential.expires_at,
            "state": str(credential.state),
            "undo_until": credential.undo_until or NEVER,
            "suspended_by": _NOBODY if suspension is None else suspension.by or _NOBODY,
            "suspended_why": NEVER if suspension is None else suspension.why,
            "snoozed_until": credential.plan.snoozed_until or NEVER,
            "let_expire_by": credential.plan.let_expire_by or _NOBODY,
            "secrets": {str(s.id): (*of_secret(s), records.get(s.id)) for s in credential.secrets},
        }

    def _told_credential(self, told: ToldCredential) -> dict[str, Any]:
        return {
            **told.issued,
            **self._told_origin(told.issued),
            "owner": self.person_of(told.owner),
            "expires_at": _moment(told.expires_at),
            "state": told.state,
            "undo_until": _moment_if_any(told.undo_until),
            "suspended_by": self._person(told.suspended_by),
            "suspended_why": told.suspended_why or NEVER,
            "snoozed_until": _moment_if_any(told.snoozed_until),
            "let_expire_by": self._person(told.let_expire_by),
            "secrets": {
                key: (
                    s.fingerprint,
                    s.request,
                    str(s.state),
                    str(s.receipt),
                    str(s.delivery),
                    _moment_if_any(s.retire_at),
                    s.kept_longer,
                    s.kept,
                )
                for key, s in told.secrets.items()
            },
        }

    def _told_origin(self, issued: dict[str, Any]) -> dict[str, Any]:
        """Who asked for it and for what; of one that was taken over its own entry says it all."""
        if "request" not in issued:
            requester, permissions = self.person_of(issued["owner"]), sorted(issued["permissions"])
            return {"request": _NOBODY, "requester": requester, "permissions": permissions}
        asked = self.story.requests[issued["request"]]
        return {
            "requester": self.person_of(asked.requester),
            "description": self._words(asked.requester, asked.opened["description"]),
            "permissions": sorted(asked.opened["permissions"]),
        }


def check_story(reader: Reader, entries: Iterable[OpenEntry], person_of: PersonOf, words_of: WordsOf) -> list[str]:
    """Everything in which tables and entries disagree, each a sentence; none if the tables follow from the entries.

    Reader and entries must be one consistent view.
    """
    story = Story()
    for entry in entries:
        take(story, entry.index, entry.event.kind, entry.event.actor, dict(entry.event.body))
    return list(_Check(reader, story, person_of, words_of).everything())


def _differences(what: str, stands: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:
    for name, value in stands.items():
        if told[name] is not None and told[name] != value:
            yield f"{what}: {name} is {value!s} in the table and {told[name]!s} by the entries"


def _moment_if_any(micros: int | None) -> datetime | str:
    return NEVER if micros is None else _moment(micros)


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
