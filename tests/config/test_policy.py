"""A sound policy file becomes the policy that it says."""

import hashlib
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from bot.config import load_policy
from bot.domain.central import Central, Rate
from bot.domain.clauses import BreakGlass, Escalation, Rotation, Unused, Waiver, Windows
from bot.domain.client_key import KeyHosts
from bot.domain.ids import EstateKey, GroupId, RoleKey, UserId
from bot.domain.person import Circle
from bot.domain.policy import Policy
from bot.domain.reminder import Hours, Schedule
from bot.domain.role import DEFAULT_ROLES, Permission
from bot.domain.route import Route

ROOT = Path(__file__).parents[2]

FULL = """\
[organization]
id = "dbe3f4cf-f8b6-4170-9b57-de2ba039aa94"
name = "Harbour Group"
teams = ["T0HARBOUR", "E0HARBOUR"]

[[estates]]
key = "retail"
id = "71c10850-20b8-4983-b77b-37bd6cd2cc9f"
name = "Harbour Retail"
channel = "C0APPROVE"

[[estates]]
key = "labs"
id = "7b65c3a0-90ca-417d-b802-ab563c6efd6f"
name = "Harbour Labs"
channel = "G0LABS000"
time_zone = "America/New_York"
warn_days = [5]

[[roles]]
key = "sync"
name = "Sync"
summary = "Reads users."
permissions = ["users:read"]
max_life = "12w"

[[roles]]
key = "all"
name = "All"
summary = "Reads and writes users."
permissions = ["users:read", "users:write"]
quorum = 2
max_life = "40d"
default_life = "36h"
warning = "Think twice."
warn_days = [1, 2]

[people]
admins = ["U0MAYA000", "S0ADMINS0"]

[[approvers]]
who = ["U0ANA0000", "W0BEN0000"]

[[approvers]]
who = ["S0APPROVE"]
estates = ["labs"]

[estate_admins]
labs = ["U0NOOR000"]

[channels]
security = "C0SECURITY"

[windows]
request = "48h"
claim = "90m"

[tokens]
life = "1h"
audiences = ["https://api.example.com/v1", "urn:example:reports"]
jwks_hosts = ["login.example.com"]
jwks_inside = ["localhost", "10.0.0.7"]

[central]
global_host = "https://api.example.com"
region_host = "https://api-eu02.example.com:8443"
region = "eu02"
calls_a_minute = 60

[[routes]]
methods = ["GET", "HEAD"]
path = "/v1/users/*"
permission = "users:read"

[[routes]]
methods = ["DELETE"]
path = "/v1/**"
permission = "users:write"
audience = "urn:example:reports"

[rotation]
overlap = "36h"
alone = []

[unused]
idle = "12w"
suspend_after = "10d"

[warnings]
days = [0, 30, 7]
opens = "08:30"
closes = "16:00"
weekdays = ["sun", "mon"]

[break_glass]
who = ["U0MAYA000", "S0ONCALL0"]
roles = ["sync"]
life = "4h"

[escalation]
who = ["S0HEADS00"]
after = "20h"

[[without_approval]]
key = "syncs"
estates = ["labs"]
roles = ["sync"]
max_life = "3d"

[terms]
version = "1"
text = '''
Keep it safe.
'''
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    (tmp_path / "cred.toml").write_bytes(FULL.encode())
    return load_policy(tmp_path / "cred.toml")


def test_the_policy_carries_its_text_and_the_digest_of_its_bytes(policy: Policy) -> None:
    assert policy.text == FULL
    assert policy.digest == hashlib.sha256(FULL.encode()).hexdigest()


def test_organization_and_estates_stand_in_the_order_of_the_file(policy: Policy) -> None:
    assert policy.organization.id == UUID("dbe3f4cf-f8b6-4170-9b57-de2ba039aa94")
    assert policy.organization.teams == {"T0HARBOUR", "E0HARBOUR"}
    assert policy.time_zone == "UTC"
    assert list(policy.estates) == ["retail", "labs"]
    assert policy.estates[EstateKey("labs")].channel == "G0LABS000"


def test_people_and_user_groups_are_told_apart(policy: Policy) -> None:
    assert policy.admins == Circle(frozenset({UserId("U0MAYA000")}), frozenset({GroupId("S0ADMINS0")}))
    assert policy.auditors == Circle()
    assert policy.estate_admins == {"labs": Circle(frozenset({UserId("U0NOOR000")}))}


def test_approvers_without_estates_approve_for_all(policy: Policy) -> None:
    everywhere, labs = policy.approvers
    assert everywhere.estates is None
    assert everywhere.circle.users == {"U0ANA0000", "W0BEN0000"}
    assert labs.estates == {"labs"}


def test_roles_of_the_file_replace_the_default_ones(policy: Policy) -> None:
    assert list(policy.roles) == ["sync", "all"]
    sync, everything = policy.roles[RoleKey("sync")], policy.roles[RoleKey("all")]
    assert (sync.quorum, sync.max_life, sync.default_life) == (1, timedelta(weeks=12), timedelta(weeks=12))
    assert everything.permissions == {Permission.USERS_READ, Permission.USERS_WRITE}
    assert (everything.quorum, everything.default_life) == (2, timedelta(hours=36))
    assert everything.warning == "Think twice."


def test_windows_that_are_left_out_keep_their_defaults(policy: Policy) -> None:
    assert policy.windows == Windows(request=timedelta(hours=48), claim=timedelta(minutes=90))
    assert policy.token_life == timedelta(hours=1)
    assert policy.central == Central(
        global_host="https://api.example.com",
        region_host="https://api-eu02.example.com:8443",
        region="eu02",
        rate=Rate(minute=60),
    )
    assert policy.routes == (
        Route(methods=frozenset({"GET", "HEAD"}), path="/v1/users/*", permission=Permission.USERS_READ),
        Route(
            methods=frozenset({"DELETE"}),
            path="/v1/**",
            permission=Permission.USERS_WRITE,
            audience="urn:example:reports",
        ),
    )
    assert policy.audiences == {"https://api.example.com/v1", "urn:example:reports"}
    assert policy.key_hosts == KeyHosts(frozenset({"login.example.com"}), frozenset({"localhost", "10.0.0.7"}))


def test_the_few_who_may_break_the_glass_are_people_and_groups(policy: Policy) -> None:
    assert policy.break_glass == BreakGlass(
        circle=Circle(users=frozenset({UserId("U0MAYA000")}), groups=frozenset({GroupId("S0ONCALL0")})),
        roles=frozenset({RoleKey("sync")}),
        life=timedelta(hours=4),
        review=timedelta(days=7),
    )


def test_the_next_tier_and_the_rules_that_need_nobodys_approval_are_read(policy: Policy) -> None:
    assert policy.escalation == Escalation(
        circle=Circle(groups=frozenset({GroupId("S0HEADS00")})), after=timedelta(hours=20)
    )
    (rule,) = policy.waivers
    assert rule == Waiver(
        key="syncs",
        estates=frozenset({EstateKey("labs")}),
        roles=frozenset({RoleKey("sync")}),
        max_life=timedelta(days=3),
    )


def test_a_rotation_that_nobody_may_do_alone_and_what_counts_as_unused(policy: Policy) -> None:
    assert policy.rotation == Rotation(overlap=timedelta(hours=36), alone=frozenset())
    assert policy.unused == Unused(idle=timedelta(weeks=12), suspend_after=timedelta(days=10))


def test_warnings_are_sorted_from_the_first_to_the_last(policy: Policy) -> None:
    assert policy.warn_days == (30, 7, 0)


def test_people_are_warned_in_the_hours_of_the_file(policy: Policy) -> None:
    assert policy.hours == Hours(opens=time(8, 30), closes=time(16), days=frozenset({6, 0}))


def test_a_role_goes_before_its_estate_and_that_before_the_rest_in_what_it_warns_of(policy: Policy) -> None:
    end = datetime(2026, 7, 1, tzinfo=UTC)

    def schedule(role: str, estate: str) -> Schedule:
        return policy.schedule(RoleKey(role), EstateKey(estate), end)

    assert schedule("sync", "retail").thresholds == (30, 7, 0)
    assert schedule("sync", "labs").thresholds == (5,)
    assert schedule("all", "labs").thresholds == (2, 1)
    assert schedule("sync", "retail").hours.zone == "UTC"
    assert schedule("sync", "labs").hours.zone == "America/New_York"


@pytest.mark.parametrize("path", ["cred.toml", "bot/config/sandbox.toml"])
def test_the_shipped_policies_are_sound_and_have_the_four_default_roles(path: str) -> None:
    policy = load_policy(ROOT / path)
    assert tuple(policy.roles.values()) == DEFAULT_ROLES
    assert policy.terms.text.startswith("An API credential acts in")


def test_the_example_spells_out_the_defaults_and_every_permission() -> None:
    example = load_policy(ROOT / "cred.toml")
    assert example.windows == Windows()
    assert example.token_life == timedelta(minutes=10)
    assert example.warn_days == (30, 14, 7, 3, 1, 0)
    assert example.rotation == Rotation()
    assert example.unused == Unused()
    assert example.hours == Hours()
    assert all(permission in example.text for permission in Permission)


def test_what_the_example_has_in_comments_is_sound_too(tmp_path: Path) -> None:
    lines = (ROOT / "cred.toml").read_text().splitlines()
    written = re.compile(r'# (\[|[a-z_]+ = |  "|\])')
    freed = [line[2:] if written.match(line) else line for line in lines]
    freed = [line.replace('["retail"]', '["retail", "logistics"]') for line in freed]
    freed = [line.replace('["read-only"]', '["user-sync"]') for line in freed]
    (tmp_path / "cred.toml").write_text("\n".join(freed))
    policy = load_policy(tmp_path / "cred.toml")
    assert list(policy.roles) == ["user-sync"]
    assert policy.estate_admins.keys() == {"retail"}
    assert policy.break_glass.roles == {"user-sync"}
    assert policy.approvers[0].estates == {"retail", "logistics"}
    assert [(vendor.key, len(vendor.to_add)) for vendor in policy.vendors.values()] == [("sophos-central", 3)]
    assert policy.unused.suspend_after == timedelta(days=14)
    assert policy.escalation.after == timedelta(days=1)
    assert [waiver.key for waiver in policy.waivers] == ["retail-readers"]
    assert policy.estates[EstateKey("retail")].time_zone == "America/New_York"
    assert policy.estates[EstateKey("retail")].warn_days == (14, 7, 1, 0)
    assert policy.roles[RoleKey("user-sync")].warn_days == (14, 7, 3, 1, 0)
