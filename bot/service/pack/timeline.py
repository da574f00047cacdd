"""The life of each credential, as the entries tell it: who did what, when, and with what words.

Guarantees: every entry that is about a credential is in one chapter, in the ledger's order, with its place in the log;
those that count its logins are added up instead. What stands at the head of a chapter follows from the entries alone.
Of somebody who was erased nothing is told but that they were. Pure: entries in, chapters out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.events import OF_LOGINS, EventKind
from bot.domain.request import Verdict
from bot.service.reading.telling import KINDS, Tone, moment, told
from bot.service.story import Story, take
from ledger import OpenEntry

_SEALED = ("description", "reason")
CRED = "Cred"
"""Who acts where nobody did."""


@dataclass(frozen=True, slots=True)
class People:
    """How people are read. Both give None for somebody who was erased."""

    name_of: Callable[[str], str | None]
    """From a person ID to a name."""
    words_of: Callable[[str, str], str | None]
    """From person ID and sealed words to what that person typed."""

    def named(self, person: str) -> str:
        """A name, or that there is none any more."""
        return self.name_of(person) or f"erased person {person[:4]}"

    def words(self, actor: str | None, body: Mapping[str, Any]) -> str:
        """What was typed; empty where nothing was."""
        sealed = [str(body[name]) for name in _SEALED if body.get(name)]
        if actor is None or not sealed:
            return ""
        opened = [self.words_of(actor, each) for each in sealed]
        return "words that were erased with their author" if None in opened else "\n".join(filter(None, opened))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry about a credential."""

    log: str
    index: int
    at: datetime
    who: str
    via: str
    tone: Tone
    what: str
    words: str


@dataclass(slots=True, kw_only=True)
class Chapter:
    """A credential, or a request that came to nothing."""

    number: int
    name: str = ""
    estate: str = ""
    role: str = ""
    owner: str = ""
    state: str = "never made"
    client_id: str = ""
    expires_at: datetime | None = None
    approvals: list[str] = field(default_factory=list)
    logins: int = 0
    refused: int = 0
    """Logins, as entries count them; those that got no token apart."""
    lines: list[Line] = field(default_factory=list)


class Book:
    """Takes entries in their order and gives the chapters."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._story = Story()
        self._chapters: dict[str, Chapter] = {}
        self._credential: dict[str, str] = {}
        """By request."""
        self.span: tuple[datetime, datetime] | None = None

    def take(self, entries: Iterable[OpenEntry]) -> "Book":
        """All of them."""
        for entry in entries:
            self.span = (self.span[0] if self.span else entry.at, entry.at)
            kind, actor, body = entry.event.kind, entry.event.actor, dict(entry.event.body)
            take(self._story, entry.index, kind, actor, body)
            if kind in KINDS:
                self._tell(entry, actor, body)
        return self

    def chapters(self) -> list[Chapter]:
        """By estate and name; what was never made comes last."""
        for credential, chapter in self._chapters.items():
            self._head(credential, chapter)
        order = sorted(self._chapters.values(), key=lambda c: (not c.client_id, c.estate, c.name.casefold(), c.number))
        for number, chapter in enumerate(order, start=1):
            chapter.number = number
        return order

    def _tell(self, entry: OpenEntry, actor: str | None, body: dict[str, Any]) -> None:
        credential = body.get("credential") or self._credential.get(str(body.get("request")), "")
        chapter = self._chapters.setdefault(credential, Chapter(number=0))
        kind = entry.event.kind
        if kind in OF_LOGINS:
            chapter.logins += body["count"] if kind == EventKind.CREDENTIAL_USED else 0
            chapter.refused += body["count"] if kind == EventKind.CREDENTIAL_REFUSED else 0
            return
        if kind == EventKind.REQUEST_OPENED:
            self._credential[body["request"]] = credential
            if not chapter.name:
                chapter.name, chapter.estate, chapter.role = body["name"], body["estate"], body["role"]
                chapter.owner = self._people.named(body["owner"])
        who = CRED if actor is None else self._people.named(actor)
        if kind == EventKind.VOTE_CAST and body["verdict"] == Verdict.APPROVE and who not in chapter.approvals:
            chapter.approvals.append(who)
        tone, what = told(kind, body, self._people.named)
        words, via = self._people.words(actor, body), entry.event.via
        chapter.lines.append(
            Line(log=entry.origin, index=entry.index, at=entry.at, who=who, via=via, tone=tone, what=what, words=words)
        )

    def _head(self, credential: str, chapter: Chapter) -> None:
        stands = self._story.credentials.get(credential)
        if stands is None:
            return
        made = stands.issued
        chapter.name, chapter.estate, chapter.role = made["name"], made["estate"], made["role"]
        chapter.client_id, chapter.state = made["client_id"], str(stands.state)
        chapter.owner = self._people.named(stands.owner)
        chapter.expires_at = moment(stands.expires_at)
