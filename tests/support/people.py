"""The people and the policy of the tests: an admin, three approvers, an owner, and those who may do nothing."""

from datetime import timedelta
from types import MappingProxyType
from uuid import UUID

from bot.domain.clauses import BreakGlass
from bot.domain.estate import Estate, Organization
from bot.domain.ids import ChannelId, EstateKey, GroupId, TeamId, UserId
from bot.domain.person import Circle, Member, Membership
from bot.domain.policy import ApproverRule, Policy
from bot.domain.role import DEFAULT_ROLES, READ_ONLY
from bot.domain.terms import Terms

HOME, FOREIGN = TeamId("T0HOME"), TeamId("T0FOREIGN")
MAYA, ANA, BEN, CAI, OLGA, SAM = (UserId(f"U0{name}") for name in ("MAYA", "ANA", "BEN", "CAI", "OLGA", "SAM"))
GUEST, BOT, GONE, OTTO = (UserId(f"U0{name}") for name in ("GUEST", "BOT", "GONE", "OTTO"))
APPROVERS = GroupId("S0APPROVE")
RETAIL, LOGISTICS = EstateKey("retail"), EstateKey("logistics")


def member(user: UserId, **changes) -> Member:
    return Member(**{"user": user, "team": HOME, "name": user.removeprefix("U0").title(), **changes})


GONER = member(OLGA, active=False)
"""Olga, after she has left."""


def everybody() -> dict[UserId, Member]:
    return {
        **{user: member(user) for user in (MAYA, ANA, BEN, CAI, OLGA, SAM)},
        GUEST: member(GUEST, membership=Membership.GUEST),
        BOT: member(BOT, membership=Membership.BOT),
        GONE: member(GONE, active=False),
        OTTO: member(OTTO, team=FOREIGN),
    }


def make_policy(**changes) -> Policy:
    values = {
        "organization": Organization(id=UUID(int=1), name="Harbour Group", teams=frozenset({HOME})),
        "estates": MappingProxyType(
            {
                RETAIL: Estate(key=RETAIL, id=UUID(int=2), name="Harbour Retail", channel=ChannelId("C0RETAIL")),
                LOGISTICS: Estate(
                    key=LOGISTICS, id=UUID(int=3), name="Harbour Logistics", channel=ChannelId("C0LOGISTICS")
                ),
            }
        ),
        "roles": MappingProxyType({role.key: role for role in DEFAULT_ROLES}),
        "admins": Circle(users=frozenset({MAYA})),
        "approvers": (
            ApproverRule(circle=Circle(groups=frozenset({APPROVERS}))),
            ApproverRule(circle=Circle(users=frozenset({CAI})), estates=frozenset({RETAIL})),
        ),
        "auditors": Circle(users=frozenset({SAM})),
        "break_glass": BreakGlass(circle=Circle(users=frozenset({MAYA, OLGA})), roles=frozenset({READ_ONLY.key})),
        "terms": Terms(version="1", text="Use it well."),
        "security_channel": ChannelId("C0SECURITY"),
        "time_zone": "Europe/Berlin",
        "token_life": timedelta(minutes=10),
        "text": "the policy",
        "digest": "d" * 64,
    }
    return Policy(**{**values, **changes})
