"""The rules across blocks and elements that no single limit shows."""

import pytest

from bot.sandbox.blockkit.blocks import check_blocks, with_ids
from bot.sandbox.blockkit.views import check_view


def text(words="x"):
    return {"type": "plain_text", "text": words}


def option(value):
    return {"text": text(value), "value": value}


def button(**more):
    return {"type": "button", "text": text(), **more}


def said(*blocks):
    return [str(each) for each in check_blocks(list(blocks))]


def test_unknown_keys_are_refused():
    assert said({"type": "divider", "colour": "red"}) == [
        "invalid additional property: colour [json-pointer:/blocks/0]"
    ]


def test_two_blocks_may_not_share_an_id():
    assert len(said({"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"})) == 2


def test_action_ids_differ_within_a_block_but_not_across_blocks():
    twin = button(action_id="a")
    assert said({"type": "actions", "elements": [twin, twin]}) != []
    assert said({"type": "actions", "elements": [twin]}, {"type": "actions", "elements": [twin]}) == []


def test_only_one_element_takes_the_focus():
    one = {"type": "input", "label": text(), "element": {"type": "plain_text_input", "focus_on_load": True}}
    assert said(one) == []
    assert said(one, one) != []


def test_a_section_needs_text_or_fields():
    assert said({"type": "section"}) == ["must define either text or fields [json-pointer:/blocks/0]"]


def test_a_header_takes_no_markup():
    assert said({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}) != []


def test_a_text_input_stands_only_in_an_input_block():
    field = {"type": "plain_text_input"}
    assert said({"type": "input", "label": text(), "element": field}) == []
    assert said({"type": "actions", "elements": [field]}) != []
    assert said({"type": "section", "text": text(), "accessory": field}) != []


def test_a_button_is_no_input():
    assert said({"type": "input", "label": text(), "element": button()}) != []


@pytest.mark.parametrize("key", ["options", "option_groups"])
def test_a_menu_has_options_or_groups(key):
    groups = [{"label": text(), "options": [option("a")]}]
    filled = {"options": [option("a")], "option_groups": groups}
    menu = {"type": "static_select", "action_id": "m"}
    assert said({"type": "actions", "elements": [{**menu, key: filled[key]}]}) == []
    assert said({"type": "actions", "elements": [{**menu, **filled}]}) != []
    assert said({"type": "actions", "elements": [menu]}) != []


def test_an_initial_option_must_be_on_offer():
    radio = {"type": "radio_buttons", "options": [option("a"), option("b")], "initial_option": option("c")}
    assert said({"type": "actions", "elements": [radio]}) != []
    assert said({"type": "actions", "elements": [{**radio, "initial_option": option("b")}]}) == []


def test_option_values_differ():
    assert said({"type": "actions", "elements": [{"type": "overflow", "options": [option("a"), option("a")]}]}) != []


def test_least_length_may_not_exceed_most():
    field = {"type": "plain_text_input", "min_length": 5, "max_length": 4}
    assert said({"type": "input", "label": text(), "element": field}) != []


def test_a_modal_with_inputs_needs_a_submit():
    blocks = [{"type": "input", "label": text(), "element": {"type": "plain_text_input"}}]
    view = {"type": "modal", "title": text(), "blocks": blocks}
    assert check_view(view, "modal") != []
    assert check_view({**view, "submit": text()}, "modal") == []


def test_a_home_has_no_title():
    assert check_view({"type": "home", "blocks": []}, "home") == []
    assert check_view({"type": "home", "title": text(), "blocks": []}, "home") != []
    assert check_view({"type": "modal", "title": text(), "blocks": []}, "home") != []


def test_complaints_never_repeat_a_value():
    secret = "crd_" + "s" * 3000
    complaints = said({"type": "section", "text": text(secret)}, {"type": "header", "text": text(secret)})
    assert complaints
    assert not any("crd_" in each for each in complaints)


def test_missing_ids_are_filled_in_and_given_ones_kept():
    kept = with_ids([{"type": "actions", "elements": [button(action_id="mine"), button()]}, {"type": "divider"}])
    assert kept[0]["block_id"] != kept[1]["block_id"]
    assert kept[0]["elements"][0]["action_id"] == "mine"
    assert kept[0]["elements"][1]["action_id"]
