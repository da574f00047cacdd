"""A stretch of time in seconds: many credentials, a program that is down for days, a workspace that fails at random.

Everything is drawn from one seed, so a run that fails is a run that can be repeated.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.domain.credential import Credential
from bot.domain.estate import Estate
from bot.domain.ids import ChannelId, NoticeId
from bot.domain.kind import Kind
from bot.domain.notice import About, Notice, NoticeKind, Posted, Warned
from bot.domain.request import Request
from bot.ports import Lost, SendResult, Sent, Wait
from bot.service import requests
from bot.service.changing import ChangeCommand
from bot.service.delivery.outbox import send_due
from bot.service.expiry import deciding
from bot.service.sweep import sweep
from tests.support import people
from tests.support.house import House
from tests.support.stock import stock

ZONES = {people.RETAIL: "Europe/Berlin", people.LOGISTICS: "America/New_York"}
DAYS = {people.RETAIL: (30, 14, 7, 3, 1, 0), people.LOGISTICS: (20, 5, 1)}


class Killed(BaseException):
    """The program ends here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message that the workspace has taken, whatever it answered."""

    at: datetime
    notice: NoticeId
    kind: NoticeKind
    destination: str
    subject: object
    names: tuple[str, ...]
    total: int
    repeat: bool
    edit: bool


@dataclass
class Workspace:
    """Takes messages as Slack does on a bad day: 429, 500, and nothing at all, before and after the effect."""

    house: House
    random: Random
    faults: float = 0.25
    received: list[Received] = field(default_factory=list)
    answered: list[tuple[NoticeId, str]] = field(default_factory=list)
    """What it said that it has taken, and where: each of these the ledger must tell of."""
    unanswered: Counter[NoticeId] = field(default_factory=Counter)
    """How often it left the program without an answer, for each message."""

    def send(self, notice: Notice, about: About, posted: Posted | None) -> SendResult:
        chance = self.random.random() / self.faults if self.faults else 1.0
        if chance < 0.4:
            return Wait(self.random.uniform(1, 90))
        if chance < 0.7:
            self.unanswered[notice.id] += 1
            if chance < 0.55:
                self._take(notice, about, posted)
            return Lost()
        if chance < 0.72:
            self.unanswered[notice.id] += 1
            self._take(notice, about, posted)
            raise Killed
        return Sent(self._take(notice, about, posted, answered=True))

    def _take(self, notice: Notice, about: About, posted: Posted | None, *, answered: bool = False) -> Posted:
        destination = str(notice.channel or notice.person)
        shown = about.items if isinstance(about, Warned) else ()
        self.received.append(
            Received(
                at=self.house.clock.now(),
                notice=notice.id,
                kind=notice.kind,
                destination=destination,
                subject=notice.subject,
                names=tuple(item.credential.name for item in shown),
                total=about.total if isinstance(about, Warned) else 1,
                repeat=notice.possibly_repeated,
                edit=posted is not None,
            )
        )
        where = notice.channel or ChannelId(f"D0{notice.person}")
        if answered:
            self.answered.append((notice.id, where if posted is None else posted.channel))
        return posted or Posted(channel=ChannelId(where), ts=f"{len(self.received)}.000100")


@dataclass
class Simulation:
    """A house, its workspace, and time that passes."""

    house: House
    random: Random
    workspace: Workspace
    credentials: list[Credential]

    def live(self, days: int) -> None:
        """Days on end: sweeps at odd minutes, messages, people who decide, and days on which nothing runs."""
        end = self.house.clock.now() + timedelta(days=days)
        while self.house.clock.now() < end:
            if self.random.random() < 0.012:
                self.house.clock.advance(days=self.random.uniform(0.2, 4))
            with suppress(Killed):
                self.turn()
            if self.random.random() < 0.08:
                self.somebody_decides()
            self.house.clock.advance(minutes=self.random.uniform(20, 300))
        self.settle()

    def turn(self) -> None:
        """A sweep, and what goes out after it."""
        sweep(self.house.world)
        self.house.clock.advance(seconds=5)
        for _ in range(30):
            due = send_due(self.house.world, self.workspace)
            if due is None:
                return
            self.house.clock.time = max(self.house.clock.now() + timedelta(seconds=1), due)

    def settle(self) -> None:
        """The workspace is well again, and it is noon on a working day everywhere."""
        self.workspace.faults = 0.0
        new_york = ZoneInfo("America/New_York")
        now = self.house.clock.now().astimezone(new_york).replace(hour=10, minute=30) + timedelta(days=1)
        while now.weekday() > 4:
            now += timedelta(days=1)
        self.house.clock.time = now
        while sweep(self.house.world):
            self.turn()
        self.turn()

    def somebody_decides(self) -> None:
        """One of them is put off, left to expire, or extended."""
        credential = self.random.choice(self.credentials)
        match self.random.randrange(4):
            case 0 | 1:
                deciding.snooze(self.house.world, credential.id, self.random.choice((1, 7)), credential.owner)
            case 2:
                deciding.let_expire(self.house.world, credential.id, credential.owner)
            case _:
                self._extend(credential)

    def _extend(self, credential: Credential) -> None:
        today = self.house.world.policy.today(self.house.clock.now())
        command = ChangeCommand(
            submission=str(self.random.getrandbits(64)),
            kind=Kind.EXTEND,
            credential=credential.id,
            requester=credential.owner,
            reason="The work goes on",
            expires_on=today + timedelta(days=self.random.randrange(40, 300)),
        )
        asked = requests.open_change(self.house.world, command)
        if isinstance(asked, Request):
            self.house.vote(asked, people.ANA)


def begin(house: House, *, count: int, days: int, seed: int) -> Simulation:
    """So many credentials of two estates that end within so many days, and a bad workspace."""
    random = Random(seed)
    estates = {
        key: replace(estate, time_zone=ZONES[key], warn_days=DAYS[key]) for key, estate in _estates(house).items()
    }
    house = house.under(replace(house.world.policy, estates=MappingProxyType(estates)))
    owners = (people.MAYA, people.OLGA, people.SAM)
    made = stock(
        house,
        (
            (f"job {number:04}", random.choice(list(ZONES)), random.choice(owners), random.randrange(1, days))
            for number in range(count)
        ),
    )
    return Simulation(house=house, random=random, workspace=Workspace(house, random), credentials=made)


def _estates(house: House) -> dict[object, Estate]:
    return dict(house.world.policy.estates)
