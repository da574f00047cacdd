"""Fakes of the ports: real code that can fail, before its effect and after it."""

import hashlib
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.credential import Credential
from bot.domain.ids import ChannelId, ClientId, CredentialId, GroupId, UserId
from bot.domain.notice import Notice, Posted
from bot.domain.person import Member
from bot.domain.request import Request
from bot.domain.secret_format import mint
from bot.ports import (
    AuthorityLostError,
    AuthorityRefusedError,
    Concealed,
    DirectoryUnavailableError,
    Issued,
    Order,
    SendResult,
    Sent,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


class FakeEntropy:
    """Repeatable randomness, never the same twice."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)
        self._lock = threading.Lock()

    def token(self, size: int) -> bytes:
        with self._lock:
            return self._random.randbytes(size)

    def uuid(self) -> UUID:
        return UUID(bytes=self.token(16), version=4)


@dataclass
class FakeAuthority:
    """An authority elsewhere, with its own books, so that a lost answer can leave an orphan behind."""

    name: str = "fake"
    entropy: FakeEntropy = field(default_factory=lambda: FakeEntropy(99))
    kept: dict[CredentialId, str] = field(default_factory=dict)
    issued: int = 0
    refuse: str = ""
    lose_before: bool = False
    lose_after: bool = False

    def issue(self, order: Order) -> Issued:
        return self._issue(order.correlation, ClientId(str(self.entropy.uuid())), order.key)

    def reissue(self, credential: Credential, key: ClientKey = NO_KEY) -> Issued:
        return self._issue(credential.id, credential.client_id, key)

    def remove_orphan(self, correlation: CredentialId) -> bool:
        if self.lose_before:
            raise AuthorityLostError
        return self.kept.pop(correlation, None) is not None

    def _issue(self, correlation: CredentialId, client_id: ClientId, key: ClientKey) -> Issued:
        if self.refuse:
            raise AuthorityRefusedError(self.refuse)
        if self.lose_before:
            raise AuthorityLostError
        secret = key or mint(self.entropy.token)
        self.kept[correlation] = secret
        self.issued += 1
        if self.lose_after:
            raise AuthorityLostError
        shown = None if key else Concealed(secret)
        return Issued(client_id=client_id, secret=shown, record=hashlib.sha256(secret.encode()).digest())


@dataclass
class FakeDirectory:
    """A roster in memory; the workspace behind it can be out of reach."""

    members: dict[UserId, Member]
    groups: dict[GroupId, frozenset[UserId]]
    down: bool = False
    refreshed: list[frozenset[UserId]] = field(default_factory=list)

    def member(self, user: UserId) -> Member | None:
        return self.members.get(user)

    def named(self, name: str) -> tuple[Member, ...]:
        return tuple(m for m in self.members.values() if m.active and m.goes_by(name))

    def group(self, group: GroupId) -> frozenset[UserId]:
        return self.groups.get(group, frozenset())

    def refresh(self, users: frozenset[UserId], groups: frozenset[GroupId]) -> None:
        if self.down:
            raise DirectoryUnavailableError
        self.refreshed.append(users)


@dataclass
class FakeNotifier:
    """A workspace that takes messages; what it answers next can be set, after the effect too."""

    sent: list[tuple[Notice, Request | Credential, Posted | None]] = field(default_factory=list)
    answers: deque[SendResult] = field(default_factory=deque)

    def send(self, notice: Notice, about: Request | Credential, posted: Posted | None) -> SendResult:
        self.sent.append((notice, about, posted))
        if self.answers:
            return self.answers.popleft()
        where = notice.channel or ChannelId(f"D0{notice.person}")
        return Sent(posted or Posted(channel=where, ts=f"{len(self.sent)}.000100"))
