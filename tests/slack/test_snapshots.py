"""No snapshot outlives its card."""

from tests.slack.gallery import ALL
from tests.slack.snapshots import FOLDER
from tests.slack.test_change_cards import ALL as CHANGE_CARDS
from tests.slack.test_change_forms import FORMS as CHANGES
from tests.slack.test_forms import FORMS

ABSENCES = ("delegate", "delegate-end")
"""The forms of `/cred delegate`, as they open for somebody."""


def test_every_snapshot_is_of_a_card_that_exists():
    assert {file.stem for file in FOLDER.glob("*.json")} == {*ALL, *FORMS, *CHANGES, *CHANGE_CARDS, *ABSENCES}
