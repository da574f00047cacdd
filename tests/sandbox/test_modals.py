"""Modals on one another, their versions, and what a person typed into them."""

import pytest

from bot.sandbox.blockkit.inputs import BadValueError, missing, plain_state, read_state
from bot.sandbox.state.modals import Modals, next_version

MAYA = "U0MAYA000"


def text(words="x"):
    return {"type": "plain_text", "text": words}


def option(value):
    return {"text": text(value), "value": value}


def field(name, element, **more):
    return {"type": "input", "block_id": name, "label": text(), "element": {"action_id": "value", **element}, **more}


NAME = field("name", {"type": "plain_text_input", "min_length": 2, "max_length": 5})
ROLE = field("role", {"type": "radio_buttons", "options": [option("a"), option("b")], "initial_option": option("a")})
TAGS = field("tags", {"type": "checkboxes", "options": [option("a"), option("b")]}, optional=True)
OWNER = field("owner", {"type": "users_select"}, optional=True)
PEOPLE = field("people", {"type": "multi_users_select"}, optional=True)
UNTIL = field("until", {"type": "datepicker", "initial_date": "2027-01-01"}, optional=True)


def modal(*blocks):
    return {"type": "modal", "title": text(), "submit": text(), "blocks": list(blocks)}


TYPED = {
    "name": {"value": "abc"},
    "role": {"value": "b"},
    "tags": {"value": ["a", "b"]},
    "owner": {"value": "U0ANA0000"},
    "people": {"value": ["U0ANA0000"]},
    "until": {"value": "2027-03-01"},
}


def test_what_is_typed_comes_back_as_it_was():
    blocks = [NAME, ROLE, TAGS, OWNER, PEOPLE, UNTIL]
    state = read_state(blocks, {}, TYPED)
    assert plain_state(state) == TYPED
    assert read_state(blocks, {}, plain_state(state)) == state


def test_state_has_slacks_shape():
    state = read_state([ROLE, OWNER, UNTIL], {}, {})
    assert state == {
        "role": {"value": {"type": "radio_buttons", "selected_option": option("a")}},
        "owner": {"value": {"type": "users_select", "selected_user": None}},
        "until": {"value": {"type": "datepicker", "selected_date": "2027-01-01"}},
    }


@pytest.mark.parametrize(
    "typed",
    [{"role": {"value": "c"}}, {"tags": {"value": "a"}}, {"people": {"value": "U1"}}, {"name": {"value": ["x"]}}],
)
def test_a_value_that_is_not_on_offer_is_refused(typed):
    with pytest.raises(BadValueError):
        read_state([NAME, ROLE, TAGS, PEOPLE], {}, typed)


def test_slack_itself_asks_for_required_fields_and_lengths():
    blocks = [NAME, ROLE, TAGS]
    assert set(missing(blocks, read_state(blocks, {}, {}))) == {"name"}
    assert set(missing(blocks, read_state(blocks, {}, {"name": {"value": "a"}}))) == {"name"}
    assert set(missing(blocks, read_state(blocks, {}, {"name": {"value": "abcdef"}}))) == {"name"}
    assert missing(blocks, read_state(blocks, {}, {"name": {"value": "ab"}})) == {}


def test_an_update_keeps_what_was_typed_where_the_ids_stay():
    modals = Modals()
    view = modals.open(MAYA, modal(NAME, ROLE))
    typed = read_state(view.content["blocks"], view.state, {"name": {"value": "abc"}, "role": {"value": "b"}})
    changed = next_version(next_version(view, modal(NAME, ROLE)), modal(NAME))
    assert changed.state["name"]["value"]["value"] is None
    kept = read_state(modal(NAME, UNTIL)["blocks"], typed, {})
    assert plain_state(kept) == {"name": {"value": "abc"}, "until": {"value": "2027-01-01"}}


def test_an_update_drops_a_choice_that_is_no_longer_offered():
    before = read_state([ROLE], {}, {"role": {"value": "b"}})
    fewer = field("role", {"type": "radio_buttons", "options": [option("a")]})
    assert plain_state(read_state([fewer], before, {})) == {"role": {"value": None}}


def test_each_version_has_a_hash_of_its_own():
    modals = Modals()
    view = modals.open(MAYA, modal(NAME))
    assert next_version(view, modal(NAME)).hash != view.hash


def test_three_modals_lie_on_one_another_and_no_fourth():
    modals = Modals()
    first = modals.open(MAYA, modal(NAME))
    second = modals.push(first, modal(NAME))
    assert second is not None
    third = modals.push(second, modal(NAME))
    assert third is not None
    assert modals.push(third, modal(NAME)) is None
    assert (third.previous_id, third.root_id) == (second.id, first.id)
    modals.close(third)
    assert modals.top(MAYA) == second
    modals.clear(MAYA)
    assert modals.top(MAYA) is None


def test_the_home_tab_is_news_once():
    modals = Modals()
    assert modals.seen_home(MAYA)
    modals.publish(MAYA, {"type": "home", "blocks": []})
    assert not modals.seen_home(MAYA)
    assert modals.seen_home(MAYA)
