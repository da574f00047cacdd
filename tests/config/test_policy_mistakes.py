"""Every mistake that a policy file can have is told with its key, its line, what is wrong and what to do."""

import codecs
import json
from pathlib import Path

import pytest

from bot.config import PolicyError, load_policy, parse_policy
from bot.config.mistakes import Mistake
from bot.config.policy import SIZE_MOST

SOUND = """\
[organization]
id = "dbe3f4cf-f8b6-4170-9b57-de2ba039aa94"
name = "Harbour Group"
teams = ["T0HARBOUR"]
time_zone = "Europe/Berlin"

[[estates]]
key = "retail"
id = "71c10850-20b8-4983-b77b-37bd6cd2cc9f"
name = "Harbour Retail"
channel = "C0APPROVE"

[people]
admins = ["U0MAYA000"]

[[approvers]]
who = ["S0APPROVE"]

[channels]
security = "C0SECURITY"

[terms]
version = "1"
text = "Keep it safe."
"""

NORTH = """
[[estates]]
key = "north"
id = "fff365b3-047f-4f63-a186-c04011ee749a"
name = "Harbour North"
channel = "C0APPROVE"
"""

ROLE = """
[[roles]]
key = "sync"
name = "Sync"
summary = "Reads users."
permissions = ["users:read"]
"""

ROUTE = """
[[routes]]
methods = ["GET"]
path = "/users"
permission = "users:read"
"""

RULE = """
[[without_approval]]
key = "readers"
estates = ["retail"]
roles = ["read-only"]
max_life = "7d"
"""

VENDOR = """
[[vendors]]
key = "sophos-central"
name = "Sophos Central"
url = "https://central.sophos.com/credentials"
to_add = ["Press Add."]
to_delete = ["Press Delete."]
"""


def mistakes(text: str | bytes) -> tuple[Mistake, ...]:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(PolicyError) as refused:
        parse_policy(content, source="cred.toml")
    return refused.value.mistakes


def only(text: str) -> Mistake:
    (mistake,) = mistakes(text)
    return mistake


def changed(old: str, new: str) -> str:
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


def test_the_file_that_these_tests_spoil_is_sound() -> None:
    parse_policy(SOUND.encode(), source="cred.toml")
    parse_policy((SOUND + NORTH + ROLE + VENDOR).encode(), source="cred.toml")
    parse_policy((SOUND + RULE).encode(), source="cred.toml")


# What the file says instead of its first column: key, line, and a part of the problem and of the remedy.
VALUES = [
    ('id = "dbe3f4cf-f8b6-4170-9b57-de2ba039aa94"', 'id = "7"', "organization.id", 2, '"7" is not a UUID', "uuid4"),
    ('name = "Harbour Group"', 'name = " "', "organization.name", 3, "empty", "Write something"),
    ('name = "Harbour Group"', 'name = "a\\nb"', "organization.name", 3, "more than one line", "one plain line"),
    ('name = "Harbour Group"', f'name = "{"x" * 76}"', "organization.name", 3, "76 characters", "75 at most"),
    ('name = "Harbour Group"', "name = 3", "organization.name", 3, "text in quotes", 'name = "Harbour Group"'),
    ('name = "Harbour Group"\n', "", "organization", 1, '"name" is missing', 'name = "Harbour Group"'),
    ('"T0HARBOUR"', '"harbour"', "organization.teams", 4, '"harbour" is not the ID of a workspace', "T… or E…"),
    ('["T0HARBOUR"]', "[]", "organization.teams", 4, "list is empty", "at least one"),
    ('["T0HARBOUR"]', '["T0HARBOUR", "T0HARBOUR"]', "organization.teams", 4, "T0HARBOUR is in this list twice", "out"),
    ('["T0HARBOUR"]', '"T0HARBOUR"', "organization.teams", 4, "list in square brackets", 'teams = ["T…"]'),
    ("Europe/Berlin", "Europe/Bonn", "organization.time_zone", 5, 'no time zone "Europe/Bonn"', "Europe/Berlin"),
    ("Europe/Berlin", "../etc/passwd", "organization.time_zone", 5, "no time zone", "IANA"),
    ("time_zone", "timezone", "organization.timezone", 5, "no such key", 'Did you mean "time_zone"?'),
    ('key = "retail"', 'key = "Retail Shop"', "estates.key", 8, "cannot be a key", "small letters"),
    (
        'channel = "C0APPROVE"',
        'channel = "#ops"',
        "estates.channel",
        11,
        '"#ops" is not the ID of a channel',
        "C… or G…",
    ),
    ('channel = "C0APPROVE"\n', "", "estates", 7, '"channel" is missing', "C…"),
    ('"U0MAYA000"', '"maya"', "people.admins", 14, '"maya" is not the ID of a person', "Copy member ID"),
    ('"U0MAYA000"', '"C0APPROVE"', "people.admins", 14, "not the ID of a person", "U… or W… or S…"),
    ('"U0MAYA000"', '\n"U0MAYA000",\n"maya",\n', "people.admins", 16, '"maya"', "U…"),
    ('who = ["S0APPROVE"]', "who = []", "approvers.who", 17, "list is empty", "at least one"),
    ('security = "C0SECURITY"', 'security = "U0MAYA000"', "channels.security", 20, "channel", "C…"),
    ('text = "Keep it safe."', 'text = "  "', "terms.text", 24, "empty", "read and accept"),
    ("[people]", "[peple]", "peple", 13, "no such section", 'Did you mean "people"?'),
    ("[[approvers]]", "[approvers]", "approvers", 16, "several", "[[approvers]]"),
    ("[channels]", "[[channels]]", "channels", 19, "must be a section", "[channels]"),
]


@pytest.mark.parametrize(("old", "new", "key", "line", "problem", "remedy"), VALUES)
def test_a_value_of_the_wrong_form_is_told(  # noqa: PLR0917 - the columns of the table
    old: str, new: str, key: str, line: int, problem: str, remedy: str
) -> None:
    mistake = next(each for each in mistakes(changed(old, new)) if each.key == key)
    assert mistake.line == line
    assert problem in mistake.problem
    assert remedy in mistake.remedy


END = SOUND.count("\n")

# What is appended to the file: key, line counted from its end, problem, remedy.
ADDED = [
    (NORTH.replace("north", "retail"), "estates.key", 3, '"retail" is taken', "its own"),
    (NORTH.replace("Harbour North", "harbour retail"), "estates.name", 5, "is taken", "its own"),
    (
        NORTH.replace("fff365b3-047f-4f63-a186-c04011ee749a", "71C10850-20B8-4983-B77B-37BD6CD2CC9F"),
        "estates.id",
        4,
        "is taken",
        "its own",
    ),
    (
        '[[approvers]]\nwho = ["U0ANA0000"]\nestates = ["retial"]\n',
        "approvers.estates",
        3,
        'no estate "retial"',
        'Did you mean "retail"?',
    ),
    ('[estate_admins]\nlabs = ["U0ANA0000"]\n', "estate_admins.labs", 2, 'no estate "labs"', "There are: retail."),
    ('[estate_admins]\nretail = ["ana"]\n', "estate_admins.retail", 2, '"ana" is not', "U…"),
    ('[estate_admins]\nretail = "ana"\n', "estate_admins.retail", 2, "list in square brackets", "retail ="),
    (
        ROLE.replace("users:read", "users:raed"),
        "roles.permissions",
        6,
        'no permission "users:raed"',
        'Did you mean "users:read"?',
    ),
    (ROLE.replace('["users:read"]', "[]"), "roles.permissions", 6, "empty", "at least one"),
    (ROLE + "quorum = 0\n", "roles.quorum", 7, "unseen", "1 or more"),
    (ROLE + "quorum = true\n", "roles.quorum", 7, "whole number", "quorum = 2"),
    (ROLE + 'max_life = "soon"\n', "roles.max_life", 7, "not a length of time", '"90d"'),
    (ROLE + 'max_life = "0d"\n', "roles.max_life", 7, "no time at all", "greater than zero"),
    (ROLE + 'max_life = "3651d"\n', "roles.max_life", 7, "too long", "3650d"),
    (ROLE + "max_life = 90\n", "roles.max_life", 7, "not a length of time", '"90d"'),
    (ROLE + 'max_life = "10d"\ndefault_life = "11d"\n', "roles.default_life", 8, "longer than the longest", "max_life"),
    (ROLE + ROLE, "roles.key", 9, '"sync" is taken', "its own"),
    ('[windows]\nrequest = "-2h"\n', "windows.request", 2, "not a length of time", "24h"),
    ('[windows]\nclaims = "2h"\n', "windows.claims", 2, "no such key", 'Did you mean "claim"?'),
    ('[tokens]\nlife = "61m"\n', "tokens.life", 2, "longer than an hour", '"1h" at most'),
    (
        '[tokens]\naudiences = ["api"]\n',
        "tokens.audiences",
        2,
        "not an address that a token can be for",
        "Write it whole",
    ),
    (
        '[tokens]\naudiences = ["https://x/#y"]\n',
        "tokens.audiences",
        2,
        "not an address that a token",
        "Write it whole",
    ),
    ('[tokens]\njwks_hosts = ["https://x"]\n', "tokens.jwks_hosts", 2, "not the name of a host", "in small letters"),
    ('[tokens]\njwks_inside = ["Keys.internal"]\n', "tokens.jwks_inside", 2, "not the name of a host", "alone"),
    ('[tokens]\naudiences = "https://x"\n', "tokens.audiences", 2, "list in square brackets", "for whom tokens"),
    ("[warnings]\ndays = [7, 3, 7]\n", "warnings.days", 2, "7 is in this list twice", "out"),
    ("[warnings]\ndays = [7, -1]\n", "warnings.days", 2, "-1 is after the expiry", "0 or more"),
    ("[warnings]\ndays = []\n", "warnings.days", 2, "empty", "at least one"),
    ('[break_glass]\nwho = ["maya"]\n', "break_glass.who", 2, '"maya" is not the ID of a person', "U…"),
    ('[break_glass]\nwho = ["U0MAYA000"]\n', "break_glass", 1, "Nobody could take anything", 'roles = ["read-only"]'),
    ('[break_glass]\nroles = ["red-only"]\n', "break_glass.roles", 2, 'no role "red-only"', '"read-only"?'),
    ('[break_glass]\nlife = "25h"\n', "break_glass.life", 2, "longer than a day", '"24h" at most'),
    ('[break_glass]\nlife = "0h"\n', "break_glass.life", 2, "no time at all", "greater than zero"),
    ('[break_glass]\nreview = "soon"\n', "break_glass.review", 2, "not a length of time", "90d"),
    ('[break_glass]\nlives = "1h"\n', "break_glass.lives", 2, "no such key", 'Did you mean "life"?'),
    ('[central]\nglobal_host = "http://x"\n', "central.global_host", 2, "not an address of a host", "https://"),
    ('[central]\nregion_host = "https://x/y"\n', "central.region_host", 2, "not an address of a host", "https://"),
    ("[central]\ncalls_a_day = 0\n", "central.calls_a_day", 2, "let nothing through", "1 or more"),
    (ROUTE.replace("GET", "get"), "routes.methods", 3, '"get" is not a method', "There are: DELETE, GET"),
    (ROUTE.replace('["GET"]', "[]"), "routes.methods", 3, "empty", "at least one"),
    (ROUTE.replace("/users", "users"), "routes.path", 4, "not a path that a call can have", "Write it plainly"),
    (ROUTE.replace("/users", "/users/../x"), "routes.path", 4, "not a path that a call can have", "Write it plainly"),
    (ROUTE.replace("/users", "/%75sers"), "routes.path", 4, "not a path that a call can have", "Write it plainly"),
    (ROUTE.replace("/users", "/us*"), "routes.path", 4, "star out of place", "one whole segment"),
    (ROUTE.replace("/users", "/**/users"), "routes.path", 4, "star out of place", "only at the end"),
    (ROUTE.replace("read", "raed"), "routes.permission", 5, 'no permission "users:raed"', '"users:read"?'),
    (ROUTE + ROUTE, "routes.path", 9, "An earlier route decides", "Leave one"),
    (ROUTE + 'audience = "https://x"\n', "routes.audience", 6, "No token can be asked", "under [tokens]"),
    (VENDOR + VENDOR.replace("sophos", "other"), "vendors.name", 11, '"Sophos Central" is taken', "its own"),
    (VENDOR + VENDOR.replace("Sophos", "Other"), "vendors.key", 10, '"sophos-central" is taken', "its own"),
    (VENDOR.replace("sophos-central", "builtin"), "vendors.key", 3, "this program itself", "another key"),
    (VENDOR.replace("sophos-central", "Sophos Central"), "vendors.key", 3, "cannot be a key", "small letters"),
    (VENDOR.replace("https://", ""), "vendors.url", 5, "is not the address of a page", '"https://central.sophos.com"'),
    (VENDOR.replace("https:", "javascript:"), "vendors.url", 5, "is not the address of a page", "Write it whole"),
    (VENDOR.replace('["Press Add."]', "[]"), "vendors.to_add", 6, "empty", "at least one"),
    (VENDOR.replace('["Press Add."]', '"Press Add."'), "vendors.to_add", 6, "list in square brackets", "step by step"),
    (VENDOR.replace("Press Add.", "x" * 301), "vendors.to_add", 6, "301 characters", "300 at most"),
    (VENDOR.replace('"Press Add."', f'"{"x" * 300}", ' * 7), "vendors.to_add", 6, "2100 characters", "one message"),
    (VENDOR.replace("to_delete", "to_delte"), "vendors.to_delte", 7, "no such key", 'Did you mean "to_delete"?'),
    ('[vendors]\nkey = "x"\n', "vendors", 1, "several", "[[vendors]]"),
    ('[rotation]\noverlap = "a week"\n', "rotation.overlap", 2, "not a length of time", '"24h"'),
    ('[rotation]\noverlap = "0d"\n', "rotation.overlap", 2, "no time at all", "greater than zero"),
    ('[rotation]\nalone = "read-only"\n', "rotation.alone", 2, "list in square brackets", 'alone = ["read-only"]'),
    ('[rotation]\nalone = ["raed-only"]\n', "rotation.alone", 2, 'no role "raed-only"', 'Did you mean "read-only"?'),
    ('[rotation]\noverlp = "7d"\n', "rotation.overlp", 2, "no such key", 'Did you mean "overlap"?'),
    ('[unused]\nnever = "often"\n', "unused.never", 2, "not a length of time", '"90d"'),
    ("[unused]\nidle = 90\n", "unused.idle", 2, "not a length of time", '"90d"'),
    ('[unused]\nsuspend_after = "0d"\n', "unused.suspend_after", 2, "no time at all", "greater than zero"),
    ('[unused]\nsuspend = "14d"\n', "unused.suspend", 2, "no such key", 'Did you mean "suspend_after"?'),
    ('[warnings]\nopens = "9"\n', "warnings.opens", 2, "not a time of day", '"09:00"'),
    ("[warnings]\nopens = 09:00:00\n", "warnings.opens", 2, "not a time of day", '"09:00"'),
    ('[warnings]\ncloses = "24:00"\n', "warnings.closes", 2, "not a time of day", '"09:00"'),
    ('[warnings]\ncloses = "08:00"\n', "warnings.closes", 2, "stops before it begins", "later"),
    ('[warnings]\nweekdays = ["mon", "tues"]\n', "warnings.weekdays", 2, 'no weekday "tues"', 'Did you mean "tue"?'),
    ('[warnings]\nweekdays = ["mon", "mon"]\n', "warnings.weekdays", 2, "twice", "out"),
    ("[warnings]\nweekdays = []\n", "warnings.weekdays", 2, "empty", "at least one"),
    (ROLE + "warn_days = [1, -7]\n", "roles.warn_days", 7, "-7 is after the expiry", "0 or more"),
    (ROLE + "warn_days = []\n", "roles.warn_days", 7, "empty", "at least one"),
    (NORTH + 'time_zone = "Europe/Bonn"\n', "estates.time_zone", 7, 'no time zone "Europe/Bonn"', "Europe/Berlin"),
    (NORTH + "warn_days = [3, 3]\n", "estates.warn_days", 7, "3 is in this list twice", "out"),
    ("[windws]\n", "windws", 1, "no such section", 'Did you mean "windows"?'),
]


@pytest.mark.parametrize(("addition", "key", "line", "problem", "remedy"), ADDED)
def test_a_mistake_between_sections_is_told(addition: str, key: str, line: int, problem: str, remedy: str) -> None:
    mistake = next(each for each in mistakes(SOUND + addition) if each.key == key)
    assert mistake.line == END + line
    assert problem in mistake.problem
    assert remedy in mistake.remedy


@pytest.mark.parametrize("section", ["organization", "estates", "people", "approvers", "channels", "terms"])
def test_a_section_that_is_missing_is_told_without_a_line(section: str) -> None:
    blocks = [block for block in SOUND.split("\n\n") if not block.strip("[").startswith(section)]
    mistake = only("\n\n".join(blocks))
    assert mistake.line is None
    assert f"[{section}] is missing" in mistake.problem
    assert f"[{section}]" in mistake.remedy


def test_an_estate_that_nobody_approves_for_is_told() -> None:
    mistake = only(SOUND.replace('who = ["S0APPROVE"]', 'who = ["S0APPROVE"]\nestates = ["retail"]') + NORTH)
    assert mistake.line == END + 3
    assert mistake.problem == 'Nobody approves for "north".'


def test_a_quorum_larger_than_the_approvers_named_is_told() -> None:
    mistake = only(changed('who = ["S0APPROVE"]', 'who = ["U0ANA0000"]'))  # the default Super Admin needs two
    assert (mistake.key, mistake.line) == ("estates", 7)
    assert mistake.problem == 'A role needs 2 approvers, and "retail" has 1.'


def test_a_user_group_may_hold_any_number_of_approvers() -> None:
    parse_policy((SOUND + ROLE + "quorum = 9\n").encode(), source="cred.toml")


def test_approvers_of_several_rules_count_together_and_each_once() -> None:
    two = changed('who = ["S0APPROVE"]', 'who = ["U0ANA0000"]\n[[approvers]]\nwho = ["U0BEN0000"]')
    parse_policy(two.encode(), source="cred.toml")
    assert only(two.replace("U0BEN0000", "U0ANA0000")).problem.endswith("has 1.")


def test_more_roles_than_a_form_can_show_are_told() -> None:
    roles = "".join(ROLE.replace('"sync"', f'"sync-{n}"').replace('"Sync"', f'"Sync {n}"') for n in range(11))
    assert only(SOUND + roles).problem == "There are 11 roles."


def test_more_vendors_than_a_menu_can_show_are_told() -> None:
    many = "".join(VENDOR.replace("sophos-central", f"v{n}").replace("Sophos Central", f"V{n}") for n in range(100))
    assert only(SOUND + many).problem == "There are 100 vendors."


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    spoiled = (
        SOUND.replace("T0HARBOUR", "harbour").replace('"C0SECURITY"', "1").replace('"1"', '""')
        + '[tokens]\nlife = "2h"\n[[approvers]]\nwho=["x"]\nestates=["labs"]\n'
    )
    found = [(mistake.key, mistake.line) for mistake in mistakes(spoiled)]
    assert found == [
        ("organization.teams", 4),
        ("channels.security", 20),
        ("terms.version", 23),
        ("tokens.life", 26),
        ("approvers.who", 28),
    ]


def test_the_message_has_a_line_for_each_mistake() -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(SOUND.replace("T0HARBOUR", "harbour").replace("Europe", "Urope").encode(), source="etc/cred.toml")
    title, first, second = str(refused.value).splitlines()
    assert title == "etc/cred.toml has 2 mistakes:"
    assert first.startswith('  line 4, organization.teams: "harbour" is not the ID of a workspace. Write its ID')
    assert second.startswith("  line 5, organization.time_zone: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = = 2\n", 2), ("a = 1\na = 2\n", 2), ('a = 1\nb = """\nx\n', 3), ("[a\n", 1), ("a = 1 b\n", 1)],
)
def test_what_is_not_toml_is_told_with_its_line(text: str, line: int) -> None:
    mistake = only(text)
    assert mistake.line == line
    assert mistake.problem.startswith("This is not TOML: ")
    assert "(at " not in mistake.problem


def test_what_is_not_utf_8_is_told_with_its_line() -> None:
    (mistake,) = mistakes(b"# one\n# \xff\n")
    assert (mistake.line, mistake.problem) == (2, "This is not UTF-8.")


@pytest.mark.parametrize(("filling", "bytes_"), [("#", 1), ("\\", 2), ('"', 2), ("\t", 2), ("\n", 2), ("€", 3)])
def test_a_file_is_read_as_long_as_the_ledger_can_hold_it_and_no_longer(filling: str, bytes_: int) -> None:
    """Beside `tests/main/test_program.py`, where an entry is made of the longest."""
    taken = len(json.dumps(text := SOUND + "#", ensure_ascii=False).encode()) - 2
    most = text + filling * ((SIZE_MOST - taken) // bytes_)
    parse_policy(most.encode(), source="cred.toml")
    (mistake,) = mistakes((most + filling).encode())
    assert mistake.problem.startswith("It is longer than 60000 bytes")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read") as refused:
        load_policy(tmp_path / "none.toml")
    assert "CRED_CONFIG" in refused.value.mistakes[0].remedy


@pytest.mark.parametrize("nested", ["x = " + "[" * 9_000, "x = " + "{a=" * 4_000, "[" + ".".join("a" * 9_000) + "]"])
def test_a_file_nested_too_deeply_is_a_mistake_like_any_other(nested):
    assert mistakes(SOUND + nested)


def test_a_byte_order_mark_means_nothing():
    content = codecs.BOM_UTF8 + SOUND.encode()
    assert parse_policy(content, source="cred.toml").text == SOUND
    (mistake,) = mistakes(content.replace(b'"1"', b"1"))
    assert (mistake.key, mistake.line) == ("terms.version", SOUND[: SOUND.index('"1"')].count("\n") + 1)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem", "remedy"),
    [
        ('key = "readers"', 'key = "R 1"', "without_approval.key", "cannot be a key", "small letters"),
        ('["retail"]', '["retial"]', "without_approval.estates", 'no estate "retial"', 'Did you mean "retail"?'),
        ('["retail"]', "[]", "without_approval.estates", "list is empty", "at least one"),
        ('["read-only"]', '["readonly"]', "without_approval.roles", 'no role "readonly"', 'Did you mean "read-only"?'),
        ('["read-only"]', '["super-admin"]', "without_approval.roles", "people must approve it", "Leave it out"),
        ('max_life = "7d"\n', "", "without_approval", '"max_life" is missing', 'Write max_life = "7d"'),
        ('"7d"', '"soon"', "without_approval.max_life", "not a length of time", "such as"),
        ("max_life", "life", "without_approval.life", "no such key", "Did you mean"),
    ],
)
def test_mistakes_in_a_rule_that_needs_nobodys_approval(old, new, key, problem, remedy) -> None:
    found = mistakes(SOUND + RULE.replace(old, new))
    (mistake,) = (each for each in found if each.key == key)
    assert mistake.line is not None
    assert problem in mistake.problem
    assert remedy in mistake.remedy


def test_a_role_that_takes_two_or_may_do_everything_is_never_let_through_by_a_rule() -> None:
    two = ROLE.replace("[[roles]]", "[[roles]]\nquorum = 2") + RULE.replace("read-only", "sync")
    assert "people must approve it" in only(SOUND.replace('["S0APPROVE"]', '["S0APPROVE", "U0BEN0000"]') + two).problem


def test_escalation_comes_before_a_request_lapses() -> None:
    late = only(SOUND + '[escalation]\nwho = ["U0HEAD000"]\nafter = "4d"\n')
    assert (late.key, late.line) == ("escalation.after", 27)
    assert "[windows]" in late.remedy
    parse_policy((SOUND + '[escalation]\nwho = ["U0HEAD000"]\nafter = "2d"\n').encode(), source="cred.toml")


def test_two_rules_of_one_name_are_told() -> None:
    assert only(SOUND + RULE + RULE).key == "without_approval.key"
