"""`docs/oauth.md` is held to the tests and addresses that it names, `docs/proxy.md` to the policy."""

import ast
import re
from pathlib import Path

import pytest

from bot.config import parse_policy
from tests.support.web import Door

ROOT = Path(__file__).resolve().parents[2]
OAUTH = (ROOT / "docs" / "oauth.md").read_text()
PROXY = (ROOT / "docs" / "proxy.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`", OAUTH)))


@pytest.mark.parametrize("path", sorted({path for path, _ in NAMED}))
def test_every_test_that_it_names_exists(path):
    there = {node.name for node in ast.parse((ROOT / path).read_text()).body if isinstance(node, ast.FunctionDef)}
    assert {name for named, name in NAMED if named == path} <= there


def test_every_promise_has_a_test():
    rows = re.findall(r"^\| ([0-9]\S*(?:, \d+)?) \|(.*)\|$", OAUTH, re.MULTILINE)
    assert len(rows) > 40
    assert [row for row in rows if "::test_" not in row[1]] == []


def test_every_address_that_it_names_is_answered():
    answered = {route.path for route in Door().app().routes}
    named = re.findall(r"^\| `(?:GET|POST) (/\S+)` \|", OAUTH, re.MULTILINE)
    assert named
    assert set(named) <= answered


def test_the_routes_of_the_example_are_a_policy():
    example = re.search(r"```toml\n(.*?)```", PROXY, re.DOTALL)[1]
    sandbox = (ROOT / "bot" / "config" / "sandbox.toml").read_text()
    policy = parse_policy(f"{sandbox}\n{example}".encode(), source="docs/proxy.md")
    assert [route.path for route in policy.routes] == ["/v1/users/*", "/v1/users/**"]
