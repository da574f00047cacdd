"""Both sides of every border, walked from the tables; and the documented numbers, so that the tables cannot drift."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.blockkit.blocks import BLOCKS, check_blocks
from bot.sandbox.blockkit.elements import ELEMENTS
from bot.sandbox.blockkit.schema import Chars, Choice, Flag, Many, Number, Shape, Spec, Tagged
from bot.sandbox.blockkit.views import HOME, MODAL, check_view

Border = tuple[str, Any, Any]
"""Where, a value that just fits, and one that does not."""

FITTING = {r"\d{4}-\d{2}-\d{2}": "2027-03-01", "[UW][A-Z0-9]+": "U0MAYA000"}


def option(index: int = 0) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": "x"}, "value": f"v{index}"}


def sample(spec: Spec, index: int = 0) -> Any:
    """The smallest value that fits; `index` makes several of a kind differ."""
    found: Any = True
    match spec:
        case Chars():
            found = FITTING[spec.pattern] if spec.pattern else f"x{index}"
        case Number():
            found = spec.least
        case Choice():
            found = spec.among[0]
        case Many():
            found = [sample(spec.of, index + each) for each in range(spec.least)]
        case Tagged():
            found = sample(next(iter(spec.shapes.values())), index)
        case Shape():
            found = whole({name: sample(spec.fields[name], index) for name in sorted(spec.required)})
    return found


def whole(value: dict[str, Any]) -> dict[str, Any]:
    """What the rules across fields ask for, beside the required fields."""
    if value.get("type") in {"static_select", "multi_static_select"} and "option_groups" not in value:
        value = {"options": [option()], **value}
    if value.get("type") == "section" and "fields" not in value:
        value = {"text": {"type": "plain_text", "text": "x"}, **value}
    if value.get("type") == "modal":
        value = {"submit": {"type": "plain_text", "text": "x"}, **value}
    if "initial_option" in value:
        value = {**value, "options": [value["initial_option"]]}
    if isinstance(value.get("initial_options"), list):
        value = {**value, "options": value["initial_options"]}
    return value


def borders(spec: Spec, at: str) -> Iterator[Border]:
    """Every border below a spec, each as a whole value of that spec. Elements are walked by a test of their own."""
    match spec:
        case Chars():
            yield from chars(spec, at)
        case Number():
            yield f"{at} most", spec.most, spec.most + 1
            yield f"{at} least", spec.least, spec.least - 1
        case Flag():
            yield f"{at} flag", False, "false"
        case Choice():
            yield f"{at} choice", spec.among[-1], "something else"
        case Many():
            yield from many(spec, at)
        case Tagged():
            walked = all(ELEMENTS.get(name) is shape for name, shape in spec.shapes.items())
            for name, shape in () if walked else spec.shapes.items():
                yield from borders(shape, f"{at}.{name}")
            yield f"{at} type", sample(spec), {"type": "nothing"}
        case Shape():
            yield from fields(spec, at)


def chars(spec: Chars, at: str) -> Iterator[Border]:
    if spec.pattern:
        yield f"{at} pattern", FITTING[spec.pattern], "not this"
        return
    yield f"{at} most", "x" * spec.most, "x" * (spec.most + 1)
    if spec.least:
        yield f"{at} least", "x" * spec.least, "x" * (spec.least - 1)


def many(spec: Many, at: str) -> Iterator[Border]:
    items = [sample(spec.of, index) for index in range(spec.most + 1)]
    yield f"{at} most", items[:-1], items
    if spec.least:
        yield f"{at} least", items[: spec.least], items[: spec.least - 1]
    for label, good, bad in borders(spec.of, f"{at}[]"):
        yield label, [good], [bad]


def fields(spec: Shape, at: str) -> Iterator[Border]:
    base = sample(spec)
    for name in sorted(spec.required):
        yield f"{at}.{name} required", base, {key: value for key, value in base.items() if key != name}
    yield f"{at} unknown", base, {**base, "surprise": 1}
    for name, inner in spec.fields.items():
        for label, good, bad in borders(inner, f"{at}.{name}"):
            rest = {key: value for key, value in base.items() if (key, name) != ("options", "option_groups")}
            yield label, whole({**rest, name: good}), whole({**rest, name: bad})


@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_each_limit_of_a_block_holds_on_both_sides(kind):
    seen = 0
    for label, good, bad in borders(BLOCKS[kind], kind):
        assert check_blocks([good]) == [], label
        assert check_blocks([bad]) != [], label
        seen += 1
    assert seen >= 4


@pytest.mark.parametrize("kind", sorted(ELEMENTS))
def test_each_limit_of_an_element_holds_on_both_sides(kind):
    for label, good, bad in borders(ELEMENTS[kind], kind):
        assert list(ELEMENTS[kind].check(good, "")) == [], label
        assert list(ELEMENTS[kind].check(bad, "")) != [], label


@pytest.mark.parametrize(("kind", "spec"), [("modal", MODAL), ("home", HOME)])
def test_each_limit_of_a_view_holds_on_both_sides(kind, spec):
    flat = Shape(fields={name: each for name, each in spec.fields.items() if name != "blocks"}, required=frozenset())
    for label, good, bad in borders(flat, kind):
        complete = {"type": kind, "blocks": []} | ({"title": sample(spec.fields["title"])} if kind == "modal" else {})
        assert check_view({**complete, **good}, kind) == [], label
        assert check_view({**complete, **bad}, kind) != [], label


def text(length: int, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": "x" * length}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": text(1), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def select(**more: Any) -> dict[str, Any]:
    return actions({"type": "static_select", "options": [option()], **more})


def confirm(**more: Any) -> dict[str, Any]:
    asked = {"title": text(1), "text": text(1), "confirm": text(1), "deny": text(1), **more}
    return actions(button(confirm=asked))


DOCUMENTED = {
    "header text": (150, lambda n: {"type": "header", "text": text(n)}),
    "section text": (3000, lambda n: {"type": "section", "text": text(n, "mrkdwn")}),
    "section field": (2000, lambda n: {"type": "section", "fields": [text(n, "mrkdwn")]}),
    "section fields": (10, lambda n: {"type": "section", "fields": [text(1, "mrkdwn")] * n}),
    "button text": (75, lambda n: actions(button(text=text(n)))),
    "button value": (2000, lambda n: actions(button(value="x" * n))),
    "action id": (255, lambda n: actions(button(action_id="x" * n))),
    "block id": (255, lambda n: {"type": "divider", "block_id": "x" * n}),
    "actions": (25, lambda n: actions(*[button()] * n)),
    "context": (10, lambda n: {"type": "context", "elements": [text(1, "mrkdwn")] * n}),
    "options": (100, lambda n: select(options=[option(index) for index in range(n)])),
    "option label": (75, lambda n: select(options=[{"text": text(n), "value": "v"}])),
    "option value": (150, lambda n: select(options=[{"text": text(1), "value": "x" * n}])),
    "overflow": (5, lambda n: actions({"type": "overflow", "options": [option(index) for index in range(n)]})),
    "confirm title": (100, lambda n: confirm(title=text(n))),
    "confirm text": (300, lambda n: confirm(text=text(n))),
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_limit_of_a_block(name):
    most, build = DOCUMENTED[name]
    assert check_blocks([build(most)]) == []
    assert check_blocks([build(most + 1)]) != []


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": text(1), "blocks": [], **more}


DOCUMENTED_VIEWS = {
    "title": (24, lambda n: modal(title=text(n))),
    "submit": (24, lambda n: modal(submit=text(n))),
    "close": (24, lambda n: modal(close=text(n))),
    "private metadata": (3000, lambda n: modal(private_metadata="x" * n)),
    "callback id": (255, lambda n: modal(callback_id="x" * n)),
    "blocks": (100, lambda n: modal(blocks=[{"type": "divider"}] * n)),
}


@pytest.mark.parametrize("name", DOCUMENTED_VIEWS)
def test_documented_limit_of_a_view(name):
    most, build = DOCUMENTED_VIEWS[name]
    assert check_view(build(most), "modal") == []
    assert check_view(build(most + 1), "modal") != []


def test_a_message_holds_fifty_blocks():
    assert check_blocks([{"type": "divider"}] * 50) == []
    assert [str(each) for each in check_blocks([{"type": "divider"}] * 51)] == [
        "no more than 50 items allowed [json-pointer:/blocks]"
    ]


def test_complaints_read_as_slack_writes_them():
    found = check_blocks([{"type": "section", "text": text(3001)}, {"type": "header"}])
    assert [str(each) for each in found] == [
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        "missing required field: text [json-pointer:/blocks/1]",
    ]
