"""Why somebody is asked to decide: the right on which their vote would rest, as policy and roster are now."""

from dataclasses import dataclass

from bot.domain.ids import GroupId, UserId
from bot.domain.person import Roster
from bot.domain.policy import Policy
from bot.domain.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An approver of the estate: by name, or through a user group."""

    group: GroupId | None = None
    """None: the policy names the person."""

    @property
    def rank(self) -> str:
        """In which order grounds are told: who is named stands first."""
        return self.group or ""


def grounds(request: Request, policy: Policy, roster: Roster) -> dict[UserId, Ground]:
    """Why each person may decide this request. Who is named, and in a group as well, is named."""
    circles = [rule.circle for rule in policy.rules_for(request.asked.estate)]
    groups = sorted(group for circle in circles for group in circle.groups)
    found: dict[UserId, Ground] = {}
    for user in sorted(request.eligible(policy, roster)):
        named = any(user in circle.users for circle in circles)
        group = None if named else next((each for each in groups if user in roster.group(each)), None)
        found[user] = Ground(group=group)
    return found
