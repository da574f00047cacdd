"""The whole road as four people walk it, through the page alone, with the bot over HTTP and over Socket Mode."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.support import newcomers_road as road

pytestmark = pytest.mark.browser


@pytest.fixture(params=["http", "socket"])
def mode(request):
    return request.param


@pytest.fixture
def playground(start, mode):
    return start(http=mode == "http")


def _ask(walker):
    road.accept_terms(walker)
    road.choose_super_admin(walker)
    road.send_form(walker, road.NAME)
    road.leave_confirmation(walker)


def _approve_as_two(walker):
    walker.become("Ana Ruiz")
    walker.go("Messages")
    expect(walker.newest).to_contain_text("asks for a credential, and you are an approver of")
    walker.go("cred-approvals")
    road.approve(walker, then="1 of 2 · @Ana Ruiz ✓")
    walker.become("Ben Adler")
    walker.go("Messages")
    road.approve(walker, then="Approved by @Ana Ruiz and @Ben Adler")


def _others_look(walker):
    walker.become("Sam Lee")
    walker.type("/cred list")
    expect(walker.newest).to_contain_text("Only visible to you")
    expect(walker.newest).to_contain_text(road.NAME)
    walker.type(f"/cred show {road.NAME}")
    expect(walker.newest).to_contain_text("Secret 1: works")
    walker.become("Otto Brandt")
    walker.type("/cred list")
    expect(walker.newest).to_contain_text("only by people of the organization that this workspace belongs to")
    expect(walker.page.get_by_text(road.NAME)).to_have_count(0)


def _homes(walker):
    walker.become("Maya Okafor")
    walker.go("Home")
    expect(walker.page.get_by_role("button", name="Add a credential")).to_be_visible()
    expect(walker.page.locator("#home")).to_contain_text(road.NAME)
    walker.become("Ana Ruiz")
    walker.go("Home")
    expect(walker.page.locator("#home")).to_contain_text("Nothing at the moment.")
    expect(walker.page.locator("#home")).not_to_contain_text(road.NAME)


def _nothing_broken(walker, shown):
    """No rule of Slack's was broken on the way, and the log beside the room knows no secret."""
    drawer = walker.page.get_by_role("complementary", name="The bot’s log")
    expect(drawer.get_by_role("listitem").filter(has_text="Receipt")).to_have_count(1)
    expect(drawer.locator(".violations li")).to_have_count(0)
    assert shown.secret not in (drawer.text_content() or "")


def _ledger_verifies(folder):
    """The check that the README shows, by whoever has no key."""
    command = ["-m", "ledger", "verify", "--database", folder / "cred.db", "--vkey", folder / "cred-ledger.vkey"]
    ran = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_newcomer_comes_from_the_first_command_to_a_login_that_works(playground, visit, mode, tmp_path):
    walker = visit(playground.address)
    expect(walker.page.locator("#status")).to_contain_text({"http": "HTTP", "socket": "Socket Mode"}[mode])
    _ask(walker)
    _approve_as_two(walker)
    walker.become("Maya Okafor")
    shown = road.reveal(walker)
    answer = road.token_by(shown)
    assert answer["token_type"].lower() == "bearer"
    assert answer["access_token"].count(".") == 2
    walker.press(walker.newest, "I stored it")
    expect(walker.page.get_by_text(shown.secret)).to_have_count(0)
    _others_look(walker)
    _homes(walker)
    _nothing_broken(walker, shown)
    assert playground.interrupt() == 0
    assert shown.secret not in "\n".join(playground.screen)
    _ledger_verifies(tmp_path / "sandbox")


def test_second_start_goes_on_with_what_the_first_one_left(start, visit, mode):
    first = start(http=mode == "http")
    walker = visit(first.address)
    road.accept_terms(walker)
    road.send_form(walker, road.NAME)
    road.leave_confirmation(walker)
    walker.close()
    assert first.interrupt() == 0
    walker = visit(start(http=mode == "http").address)
    walker.become("Ben Adler")
    walker.go("cred-approvals")
    road.approve(walker, then="Approved by @Ben Adler")
    walker.become("Maya Okafor")
    assert road.token_by(road.reveal(walker))["access_token"]
