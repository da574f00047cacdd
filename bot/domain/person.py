"""People as the chat workspace knows them, and who among them may act at all."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.domain.errors import ALLOWED, Decision, Denied, Reason
from bot.domain.ids import GroupId, TeamId, UserId


class Membership(StrEnum):
    """What kind of account somebody has in the workspace."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account of the workspace, as last read from it."""

    user: UserId
    team: TeamId
    name: str
    """As it stands beside what they write."""
    full_name: str = ""
    """As it stands in their profile; empty if there is none."""
    membership: Membership = Membership.MEMBER
    active: bool = True
    time_zone: str | None = None

    def goes_by(self, name: str) -> bool:
        """Whether somebody may mean this person by a name, whatever its capitals."""
        wanted = " ".join(name.casefold().split())
        return wanted in {" ".join(known.casefold().split()) for known in (self.name, self.full_name) if known}


class Roster(Protocol):
    """Who is there and who is in which group: what the rules need of the workspace."""

    def member(self, user: UserId) -> Member | None: ...
    def group(self, group: GroupId) -> frozenset[UserId]: ...


@dataclass(frozen=True, slots=True)
class Circle:
    """Some people, by name or by user group."""

    users: frozenset[UserId] = frozenset()
    groups: frozenset[GroupId] = frozenset()

    def has(self, user: UserId, roster: Roster) -> bool:
        """Whether the person is in it, directly or through a group as the roster knows it."""
        return user in self.users or any(user in roster.group(group) for group in self.groups)

    def people(self, roster: Roster) -> frozenset[UserId]:
        """Everybody in it."""
        return self.users.union(*(roster.group(group) for group in self.groups))


_SENTENCES = {
    Reason.UNKNOWN_PERSON: "I could not find you in this workspace. Try again in a moment.",
    Reason.EXTERNAL: "Credentials can be managed only by people of the organization that this workspace belongs to.",
    Reason.BOT: "A bot cannot take part in this. Ask a person to do it.",
    Reason.GUEST: "Guests cannot manage credentials. Ask a full member of the workspace to do it.",
    Reason.DEACTIVATED: "This account is deactivated, so it can no longer take part.",
}


def standing(user: UserId, teams: frozenset[TeamId], roster: Roster) -> Decision:
    """Whether somebody may act here at all: ours, a full member, active. Everything else asks this first."""
    reason = _against(roster.member(user), teams)
    return ALLOWED if reason is None else Denied(reason, _SENTENCES[reason])


def _against(member: Member | None, teams: frozenset[TeamId]) -> Reason | None:
    if member is None:
        return Reason.UNKNOWN_PERSON
    if member.team not in teams:
        return Reason.EXTERNAL
    if member.membership is Membership.BOT:
        return Reason.BOT
    if not member.active:
        return Reason.DEACTIVATED
    if member.membership is Membership.GUEST:
        return Reason.GUEST
    return None
