"""The policy: who may ask, who must approve, for how long. Values from `cred.toml`, rules as pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.central import Central
from bot.domain.clauses import BreakGlass, Escalation, Leaks, Logins, Rotation, Unused, Waiver, Windows
from bot.domain.client_key import KeyHosts
from bot.domain.errors import ALLOWED, Allowed, Decision, Denied, Reason
from bot.domain.estate import Estate, Organization, Vendor
from bot.domain.ids import AuthorityKey, ChannelId, EstateKey, GroupId, RoleKey, UserId
from bot.domain.kind import NEW, Kind
from bot.domain.person import Circle, Roster, standing
from bot.domain.reminder import Hours, Schedule
from bot.domain.role import Role
from bot.domain.route import Route
from bot.domain.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproverRule:
    """Some people approve for some estates."""

    circle: Circle
    estates: frozenset[EstateKey] | None = None
    """None: for every estate."""


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
    hours: Hours = Hours()
    """When people work; where, is `time_zone` or the estate's."""
    rotation: Rotation = Rotation()
    break_glass: BreakGlass = BreakGlass()
    unused: Unused = Unused()
    leaks: Leaks = Leaks()
    logins: Logins = Logins()
    waivers: tuple[Waiver, ...] = ()
    escalation: Escalation = Escalation()
    vendors: Mapping[AuthorityKey, Vendor] = field(default_factory=dict)
    time_zone: str = "UTC"
    token_life: timedelta = timedelta(minutes=10)
    audiences: frozenset[str] = frozenset()
    """For whom tokens may be asked, beside us who issue them."""
    key_hosts: KeyHosts = KeyHosts()
    """From where the key sets of clients are read; without any, a client gives its public key itself."""
    routes: tuple[Route, ...] = ()
    """Which permission a call of an API behind a proxy needs; a call that no route is for is refused."""
    central: Central = Central()
    """What the Sophos-shaped door says."""
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

    def may_change(self, user: UserId, estate: EstateKey, owner: UserId, roster: Roster) -> Decision:
        """Whether somebody may ask for a change of a credential that exists: its owner, or an admin of its estate."""
        decision = standing(user, self.organization.teams, roster)
        if isinstance(decision, Denied) or user == owner:
            return decision
        if isinstance(self.may_add(user, estate, roster), Allowed):
            return ALLOWED
        return Denied(Reason.NOT_ADMIN, "Only its owner or an admin may do this. Ask one of them.")

    def may_break_glass(self, user: UserId, roster: Roster) -> Decision:
        """Whether somebody is one of those who may take a credential at once."""
        decision = standing(user, self.organization.teams, roster)
        if isinstance(decision, Denied) or self.break_glass.circle.has(user, roster):
            return decision
        return Denied(
            Reason.NOT_ADMIN,
            "You are not one of those who may break the glass. Ask for a credential with `/cred add`.",
        )

    def quorum_for(self, kind: Kind, role: RoleKey, *, alone: bool = False) -> int:
        """How many distinct people must approve. `alone`: the owner asks for a rotation that renews nothing else.

        To end a credential takes one approval, whatever it may do: it is the safe direction. A role that has left the
        policy may have been the most powerful one, so two people must approve what it still does.
        """
        known = self.roles.get(role)
        of_role = max(2, *(each.quorum for each in self.roles.values())) if known is None else known.quorum
        match kind:
            case Kind.BREAK_GLASS:
                return 0
            case Kind.ROTATE if alone and role in self.rotation.alone:
                return 0
            case Kind.DELETE:
                return 1
            case Kind.ADD | Kind.ROTATE | Kind.RESUME | Kind.TRANSFER | Kind.EXTEND:
                return of_role

    def waivers_for(self, estate: EstateKey, role: RoleKey) -> tuple[Waiver, ...]:
        """The rules by which a new credential may need nobody's approval, those first that allow the longest life."""
        known = self.roles.get(role)
        if known is None or known.needs_people:
            return ()
        fitting = (each for each in self.waivers if estate in each.estates and role in each.roles)
        return tuple(sorted(fitting, key=lambda each: each.max_life, reverse=True))

    def waiver(self, estate: EstateKey, role: RoleKey, expires_at: datetime, asked_at: datetime) -> Waiver | None:
        """The rule by which one that was asked for then, and works that long, needs nobody's approval."""
        life = self.last_day(expires_at) - self.today(asked_at)
        return next((each for each in self.waivers_for(estate, role) if life <= each.max_life), None)

    def may_ask(self, kind: Kind, user: UserId, estate: EstateKey, owner: UserId, roster: Roster) -> Decision:
        """Whether somebody may ask for this. `owner`: of the credential, where there is one already."""
        if kind is Kind.BREAK_GLASS:
            return self.may_break_glass(user, roster)
        if kind in NEW:
            return self.may_add(user, estate, roster)
        return self.may_change(user, estate, owner, roster)

    def schedule(self, role: RoleKey, estate: EstateKey, expires_at: datetime) -> Schedule:
        """When an expiry is warned of: by the role's thresholds, else the estate's, else the organization's."""
        known_role, known_estate = self.roles.get(role), self.estates.get(estate)
        own = (None if known_role is None else known_role.warn_days) or (
            None if known_estate is None else known_estate.warn_days
        )
        zone = (None if known_estate is None else known_estate.time_zone) or self.time_zone
        return Schedule(
            thresholds=self.warn_days if own is None else own,
            expires_at=expires_at,
            hours=replace(self.hours, zone=zone),
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
        return any(rule.circle.has(user, roster) for rule in self.rules_for(estate))

    def approvers_for(
        self, estate: EstateKey, roster: Roster, *, never: frozenset[UserId] = frozenset()
    ) -> frozenset[UserId]:
        """Everybody who could approve in an estate, without those who never may (requester and owner)."""
        everybody = frozenset[UserId]().union(*(r.circle.people(roster) for r in self.rules_for(estate)))
        return frozenset(
            user for user in everybody - never if isinstance(standing(user, self.organization.teams, roster), Allowed)
        )

    def next_tier(self, roster: Roster, *, never: frozenset[UserId] = frozenset()) -> frozenset[UserId]:
        """Everybody who is asked as well once the approvers have not decided in time."""
        return frozenset(
            user
            for user in self.escalation.circle.people(roster) - never
            if isinstance(standing(user, self.organization.teams, roster), Allowed)
        )

    def rules_for(self, estate: EstateKey) -> tuple[ApproverRule, ...]:
        """By which rules people approve for an estate."""
        return tuple(rule for rule in self.approvers if rule.estates is None or estate in rule.estates)

    @property
    def approver_groups(self) -> frozenset[GroupId]:
        """The user groups through which people approve."""
        return frozenset[GroupId]().union(*(rule.circle.groups for rule in self.approvers))

    def channel_of(self, estate: EstateKey) -> ChannelId:
        """Where an estate's approval cards stand; the security channel for an estate that left the policy."""
        found = self.estates.get(estate)
        return self.security_channel if found is None else found.channel

    def today(self, now: datetime) -> date:
        """The organization's calendar day at an instant."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def end_of(self, day: date) -> datetime:
        """A date that a person picks means the end of that day where the organization is: the next midnight.

        The last days of the calendar, by which people mean "never", count as the last one that has a midnight after it
        everywhere.
        """
        real = min(day, date.max - timedelta(days=3))
        return datetime.combine(real + timedelta(days=1), time(), ZoneInfo(self.time_zone))

    def last_day(self, moment: datetime) -> date:
        """The day that a person would pick to mean this moment: the inverse of `end_of`."""
        return (moment.astimezone(ZoneInfo(self.time_zone)) - timedelta(microseconds=1)).date()
