"""Pictures of each stop of the road, for the eye, under tests/pictures/ (git-ignored): desk and phone, light and dark.

What a program can judge of them, it does: nothing is wider than the window.
"""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support import newcomers_road as road

pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[1] / "pictures"
WINDOWS = {"desk": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}


class Camera:
    """Takes each picture in every window and scheme, and collects those in which something sticks out."""

    def __init__(self, walker):
        PICTURES.mkdir(exist_ok=True)
        self.walker, self.too_wide = walker, []

    def take(self, name, *shown):
        for text in shown:
            expect(self.walker.page.get_by_text(text).last).to_be_visible()
        expect(self.walker.page.locator("#notes")).to_be_empty()
        page = self.walker.page
        for window, size in WINDOWS.items():
            page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=PICTURES / f"road-{name}-{window}-{scheme}.png")
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                self.too_wide.append(f"{name} ({window})")
        page.set_viewport_size(WINDOWS["desk"])


@pytest.fixture
def camera(start, visit):
    return Camera(visit(start(http=False).address))


def _pictures_of_asking(camera):
    walker = camera.walker
    camera.take("01-first", "This is where you and Cred talk.")
    walker.type("/cred add")
    camera.take("02-terms", "I have read this and accept it")
    walker.page.keyboard.press("Escape")
    road.accept_terms(walker)
    camera.take("03-form", "Who must approve:")
    road.choose_super_admin(walker)
    road.send_form(walker, "payroll sync!")
    camera.take("04-errors", "with a letter or digit at both ends")
    walker.form("Add a credential").locator(".view-body").evaluate("node => node.scrollTo(0, node.scrollHeight)")
    camera.take("05-warned")
    road.send_form(walker, road.NAME)
    camera.take("06-asked", "Asked for:")
    road.leave_confirmation(walker)


def _pictures_of_deciding(camera):
    walker = camera.walker
    walker.become("Ana Ruiz")
    walker.go("Messages")
    camera.take("07-approvers-message", "you are an approver of")
    walker.go("cred-approvals")
    camera.take("08-card-pending", "0 of 2")
    road.approve(walker, then="1 of 2")
    camera.take("09-card-one-of-two", "1 of 2")
    walker.become("Ben Adler")
    walker.go("Home")
    camera.take("10-approvers-home", "Needs you")
    walker.go("cred-approvals")
    road.approve(walker, then="Approved by @Ana Ruiz and @Ben Adler")
    camera.take("11-card-approved", "Approved by")


def _pictures_of_revealing(camera):
    walker = camera.walker
    walker.become("Maya Okafor")
    walker.go("Messages")
    camera.take("12-reveal", "shows the client ID and the secret once")
    road.reveal(walker)
    camera.take("13-secret", "Client secret")
    walker.press(walker.newest, "I stored it")
    expect(walker.page.get_by_text("Client secret")).to_have_count(0)
    camera.take("14-stored", "You have revealed this secret.")
    walker.go("Home")
    camera.take("15-home", "Your credentials")


def _pictures_of_looking(camera):
    walker = camera.walker
    walker.become("Sam Lee")
    walker.go("cred-approvals")
    camera.take("16-card-final", "has revealed the secret")
    walker.go("Messages")
    walker.type("/cred list")
    camera.take("17-list", "says more about one of them")
    walker.type(f"/cred show {road.NAME}")
    camera.take("18-show", "Secret 1")
    walker.type("/cred help")
    camera.take("19-help", "/cred pending")
    walker.become("Otto Brandt")
    walker.type("/cred add")
    camera.take("20-outsider", "only by people of the organization")


def test_every_stop_of_the_road_fits_a_desk_and_a_phone(camera):
    _pictures_of_asking(camera)
    _pictures_of_deciding(camera)
    _pictures_of_revealing(camera)
    _pictures_of_looking(camera)
    assert camera.too_wide == []
