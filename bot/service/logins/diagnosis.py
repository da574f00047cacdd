"""Why does a credential not work? Everything that is known is looked at, in the order in which a login meets it.

The first thing that is in the way is the answer: the credential itself, its secrets, what its client shows, and then
the call that it is to make. Nothing is written, and nothing of a secret is asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.credential import Credential, SecretState, State
from bot.domain.events import EventKind
from bot.domain.ids import BUILTIN, ClientId, EstateKey
from bot.domain.policy import Policy
from bot.domain.refusals import WRONG_SECRET, Refusals
from bot.domain.role import Permission
from bot.domain.route import Route, route_of
from bot.domain.secret_format import PREFIX
from bot.domain.token_times import TokenTimes
from bot.ports import History, Reader

_LEEWAY = timedelta(seconds=30)
"""So far two clocks may be apart before it matters."""
_LOOKED_AT = 100
"""Entries about a credential among which the one is looked for that stopped it."""
_TYPOS = 2
"""Characters that may differ between an ID and a mistyped one."""
_TOLD_BY_STATE = frozenset({"not active", "expired"})
"""Causes of refusals that say nothing which the credential's state does not say now."""


class Finding(StrEnum):
    """What is in the way. A value is the word for programs, and stays for ever."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    TYPO = "typo"
    NO_ID = "no-id"
    """No client ID of ours can look like that."""
    SECRET = "secret"  # noqa: S105 - a finding's name
    """What was given is a secret."""
    ELSEWHERE = "elsewhere"
    DELETED = "deleted"
    DELETING = "deleting"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    RETIRED = "retired"
    """No secret of it works any more."""
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - a finding's name
    REFUSED = "refused"
    """Its last login was refused for another cause."""
    OVER = "over"
    """The token's or assertion's end has come."""
    CLOCK = "clock"
    """The token's or assertion's time has not come: its client's clock is ahead of ours."""
    OTHER_CLIENT = "other-client"
    ESTATE = "estate"
    NO_ROUTE = "no-route"
    PERMISSION = "permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """About which client, and which call or token of it."""

    client_id: str
    method: str = "GET"
    path: str | None = None
    estate: str | None = None
    """The key or ID of an estate."""
    token: TokenTimes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The answer, and what its sentences need."""

    finding: Finding
    question: Question
    now: datetime
    credential: Credential | None = None
    """The one that it is about; of a typo, the one that was meant."""
    at: datetime | None = None
    """Since when it is so, or when it came to be."""
    refusals: Refusals | None = None
    estate: EstateKey | None = None
    permission: Permission | None = None
    route: Route | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """Who looks, at what."""

    reader: Reader
    history: History
    policy: Policy
    now: datetime

    def look(self, question: Question) -> Diagnosis:
        """The first thing that is in the way; or that nothing is."""
        told = question.client_id.strip()
        here = self.reader.credentials.of_client(ClientId(told.lower()), BUILTIN)
        elsewhere = (self.reader.credentials.of_client(ClientId(told), vendor) for vendor in self.policy.vendors)
        found = here or next(filter(None, elsewhere), None)
        return self._of_stranger(question) if found is None else self.look_at(found, question)

    def look_at(self, credential: Credential, question: Question) -> Diagnosis:
        """The same of a credential that is known."""
        found = Diagnosis(finding=Finding.NOTHING, question=question, now=self.now, credential=credential)
        answers = (check(found, credential) for check in self._checks())
        healthy = replace(found, at=credential.last_used_at)
        return next((answer for answer in answers if answer is not None), healthy)

    def _checks(self) -> Sequence[Callable[[Diagnosis, Credential], Diagnosis | None]]:
        return (self._state, self._secrets, self._refusals, self._token, self._estate, self._call)

    def _of_stranger(self, question: Question) -> Diagnosis:
        told = question.client_id.strip()
        unknown = Diagnosis(finding=Finding.UNKNOWN, question=question, now=self.now)
        if told.startswith(PREFIX):
            return replace(unknown, finding=Finding.SECRET)
        near = [each for each in self.reader.credentials.alike(told) if _differ(each.client_id, told.lower()) <= _TYPOS]
        if near:
            return replace(unknown, finding=Finding.TYPO, credential=near[0])
        return unknown if _is_id(told) else replace(unknown, finding=Finding.NO_ID)

    def _state(self, found: Diagnosis, credential: Credential) -> Diagnosis | None:
        if credential.tracked:
            return replace(found, finding=Finding.ELSEWHERE)
        if credential.state is State.DELETED:
            return replace(found, finding=Finding.DELETED, at=credential.ended_at)
        if credential.state is State.DELETING:
            return replace(found, finding=Finding.DELETING, at=credential.undo_until)
        if credential.state is State.EXPIRED or self.now >= credential.expires_at:
            return replace(found, finding=Finding.EXPIRED, at=credential.expires_at)
        if credential.state is State.SUSPENDED:
            return replace(found, finding=Finding.SUSPENDED, at=self._stopped_at(credential))
        return None

    def _stopped_at(self, credential: Credential) -> datetime | None:
        """By the ledger."""
        stops = (EventKind.CREDENTIAL_SUSPENDED, EventKind.CREDENTIAL_RESTORED)
        entries = self.history.about(credential.id, limit=_LOOKED_AT)
        return next((entry.at for entry in entries if entry.kind in stops), None)

    def _secrets(self, found: Diagnosis, credential: Credential) -> Diagnosis | None:
        if credential.working(self.now):
            return None
        ends = [secret.retire_at for secret in credential.secrets if secret.retire_at is not None]
        return replace(found, finding=Finding.RETIRED, at=max(ends, default=None))

    def _refusals(self, found: Diagnosis, credential: Credential) -> Diagnosis | None:
        """What it was refused for since it was last used."""
        used = credential.last_used_at
        for refusals in self.reader.logins.refusals_of(credential.id):
            if refusals.cause in _TOLD_BY_STATE or (used is not None and refusals.last_at <= used):
                continue
            wrong = refusals.cause == WRONG_SECRET
            finding = Finding.WRONG_SECRET if wrong else Finding.REFUSED
            return replace(found, finding=finding, refusals=refusals, at=self._retired_at(credential))
        return None

    def _retired_at(self, credential: Credential) -> datetime | None:
        """When the newest of the secrets that work no more was retired: it may be the one that is still shown."""
        over = [secret for secret in credential.secrets if not secret.works_at(self.now)]
        if not over:
            return None
        entries = self.history.about(credential.id, limit=_LOOKED_AT)
        retired = (entry.at for entry in entries if entry.kind == EventKind.SECRET_RETIRED)
        planned = (secret.retire_at for secret in over if secret.state is SecretState.RETIRING)
        return next(retired, None) or next(planned, None)

    def _token(self, found: Diagnosis, credential: Credential) -> Diagnosis | None:
        token = found.question.token
        if token is None:
            return None
        if token.client_id is not None and token.client_id != credential.client_id:
            return replace(found, finding=Finding.OTHER_CLIENT)
        if token.begins is not None and token.begins > self.now + _LEEWAY:
            return replace(found, finding=Finding.CLOCK, at=token.begins)
        if token.ends is not None and token.ends <= self.now:
            return replace(found, finding=Finding.OVER, at=token.ends)
        return None

    def _estate(self, found: Diagnosis, credential: Credential) -> Diagnosis | None:
        asked = found.question.estate
        if asked is None:
            return None
        known = self.policy.estates.get(credential.estate)
        same = {str(credential.estate), "" if known is None else str(known.id)}
        if asked in same:
            return None
        other = next((each.key for each in self.policy.estates.values() if asked in (each.key, str(each.id))), None)
        return replace(found, finding=Finding.ESTATE, estate=other)

    def _call(self, found: Diagnosis, credential: Credential) -> Diagnosis | None:
        question = found.question
        if question.path is None:
            return None
        route = route_of(self.policy.routes, question.method.upper(), question.path)
        if route is None:
            return replace(found, finding=Finding.NO_ROUTE)
        if route.permission not in credential.permissions:
            return replace(found, finding=Finding.PERMISSION, permission=route.permission, route=route)
        return None


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _differ(one: str, other: str) -> int:
    """In how many places two texts differ, one left out or put in counting for one (Levenshtein's distance)."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, start=1):
        before, row[0] = row[0], number
        for place, another in enumerate(other, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != another))
    return row[-1]
