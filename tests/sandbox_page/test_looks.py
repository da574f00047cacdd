"""How the page looks: pictures for the eye, and what a program can check of it, in both schemes and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.page_cards import add_view, approval_card, home_blocks, secret_card
from tests.support.page_content import ANA, APPROVALS, DM, HOME, MAYA, message

pytestmark = pytest.mark.browser
FAINT = (Path(__file__).parent / "faint.js").read_text()
SIZES = [(1280, 800), (390, 844)]
SCHEMES = ["light", "dark"]


@pytest.fixture(params=SCHEMES)
def scheme(request):
    return request.param


@pytest.fixture(params=SIZES, ids=["desk", "phone"])
def size(request):
    return request.param


@pytest.fixture
def scene(open_page, picture, workspace, scheme, size):
    """Opens a place in the scheme and size at hand, takes its picture, and says whether it fits the width."""
    workspace.log["lines"] = [
        {"at": 1_790_000_000, "text": "request R-7K2M opened by U0MAYA000"},
        {"at": 1_790_000_060, "text": "request R-7K2M approved by U0ANA0000 (1 of 2)"},
    ]

    def taken(name, place, ready):
        page = open_page(place=place, width=size[0], height=size[1], color_scheme=scheme)
        page.get_by_text(ready).first.wait_for()
        picture(page, f"{name}-{scheme}-{size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(FAINT) == []
        return page

    return taken


def test_first_sight_fits_and_says_what_to_type(scene):
    scene("first", "", "This is where you and Cred talk.")


def test_approval_card_fits(scene, workspace):
    workspace.workspace["people"][2]["unread"] = 1
    words = message(user=ANA, minute=2, text="Looks right to me, <@U0BEN0000>: *please* have a look at `R-7K2M`.")
    workspace.messages[APPROVALS] = [
        message(
            *approval_card(), minute=1, edited=True, reply_count=1, replies=[message(minute=1, text="Ana approved.")]
        ),
        words,
    ]
    scene("card", f"{ANA}/{APPROVALS}", "Approve a credential")


def test_secret_fits(scene, workspace):
    workspace.messages[DM] = [
        message(text="Approved: reveal *billing-export* by tomorrow."),
        message(*secret_card(), minute=1, ephemeral=True),
    ]
    scene("secret", f"{MAYA}/{DM}", "Only visible to you")


def test_form_fits(scene, workspace):
    workspace.views[MAYA] = add_view()
    scene("form", f"{MAYA}/{DM}", "Add a credential")


def test_home_fits(scene, workspace):
    workspace.homes[MAYA] = home_blocks()
    scene("home", f"{MAYA}/{HOME}", "Needs you")
