"""The policy: who may ask, who must approve, for how long. Values from `cred.toml`, rules as pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import ALLOWED, Allowed, Decision, Denied, Reason
from bot.domain.estate import Estate, Organization
from bot.domain.ids import ChannelId, EstateKey, RoleKey, UserId
from bot.domain.person import Circle, Roster, standing
from bot.domain.role import Role
from bot.domain.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverRule:
    """Some people approve for some estates."""

    circle: Circle
    estates: frozenset[EstateKey] | None = None
    """None: for every estate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How long things wait for people."""

    request: timedelta = timedelta(hours=72)
    """From the opening of a request until it lapses undecided."""
    claim: timedelta = timedelta(hours=24)
    """From approval until it lapses unrevealed; and from the reveal until a receipt is missed."""
    lease: timedelta = timedelta(minutes=1)
    """From the start of an effect until it counts as lost."""
    unconfirmed: timedelta = timedelta(days=1)
    """From a missed receipt until the credential is suspended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything an operator decides, parsed and checked by `bot.config`."""

    organization: Organization
    estates: Mapping[EstateKey, Estate]
    roles: Mapping[RoleKey, Role]
    """In the order of the file, the least powerful first: the form preselects the first."""
    admins: Circle
    approvers: tuple[ApproverRule, ...]
    terms: Terms
    security_channel: ChannelId
    estate_admins: Mapping[EstateKey, Circle] = field(default_factory=dict)
    auditors: Circle = Circle()
    windows: Windows = Windows()
    reissues: int = 3
    """How often a secret that nobody confirmed may be issued again."""
    warn_days: tuple[int, ...] = (30, 14, 7, 3, 1, 0)
    time_zone: str = "UTC"
    token_life: timedelta = timedelta(minutes=10)
    text: str = ""
    digest: str = ""
    """SHA-256 of the file's bytes, in hex: which policy this is."""

    def may_add(self, user: UserId, estate: EstateKey, roster: Roster) -> Decision:
        """Whether somebody may ask for a credential in an estate."""
        decision = standing(user, self.organization.teams, roster)
        if isinstance(decision, Denied):
            return decision
        if self.admins.has(user, roster) or self.estate_admins.get(estate, Circle()).has(user, roster):
            return ALLOWED
        return Denied(
            Reason.NOT_ADMIN,
            "Only an admin may ask for a credential in this estate. Ask one of them to do it.",
        )

    def estates_of(self, user: UserId, roster: Roster) -> tuple[Estate, ...]:
        """The estates in which somebody may add credentials, in the order of the file."""
        return tuple(
            estate for key, estate in self.estates.items() if isinstance(self.may_add(user, key, roster), Allowed)
        )

    def may_see_all(self, user: UserId, roster: Roster) -> bool:
        """Admins and auditors see every credential; others what is theirs or asked of them."""
        if isinstance(standing(user, self.organization.teams, roster), Denied):
            return False
        return self.admins.has(user, roster) or self.auditors.has(user, roster)

    def estates_seen(self, user: UserId, roster: Roster) -> frozenset[EstateKey]:
        """The estates whose credentials somebody sees whole."""
        if self.may_see_all(user, roster):
            return frozenset(self.estates)
        return frozenset(estate.key for estate in self.estates_of(user, roster))

    def is_approver(self, user: UserId, estate: EstateKey, roster: Roster) -> bool:
        """Whether somebody approves for an estate, today and as far as the roster knows."""
        if isinstance(standing(user, self.organization.teams, roster), Denied):
            return False
        return any(rule.circle.has(user, roster) for rule in self._rules_for(estate))

    def approvers_for(
        self, estate: EstateKey, roster: Roster, *, never: frozenset[UserId] = frozenset()
    ) -> frozenset[UserId]:
        """Everybody who could approve in an estate, without those who never may (requester and owner)."""
        everybody = frozenset[UserId]().union(*(r.circle.people(roster) for r in self._rules_for(estate)))
        return frozenset(
            user for user in everybody - never if isinstance(standing(user, self.organization.teams, roster), Allowed)
        )

    def _rules_for(self, estate: EstateKey) -> tuple[ApproverRule, ...]:
        return tuple(rule for rule in self.approvers if rule.estates is None or estate in rule.estates)

    def channel_of(self, estate: EstateKey) -> ChannelId:
        """Where an estate's approval cards stand; the security channel for an estate that left the policy."""
        found = self.estates.get(estate)
        return self.security_channel if found is None else found.channel

    def today(self, now: datetime) -> date:
        """The organization's calendar day at an instant."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def end_of(self, day: date) -> datetime:
        """A date that a person picks means the end of that day where the organization is: the next midnight."""
        return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(self.time_zone))

    def last_day(self, moment: datetime) -> date:
        """The day that a person would pick to mean this moment: the inverse of `end_of`."""
        return (moment.astimezone(ZoneInfo(self.time_zone)) - timedelta(microseconds=1)).date()
