"""What Slack documents of Block Kit's composition objects and interactive elements, as tables. Pure.

Source: Slack's reference, "Composition objects" and "Block elements". Only what a credential bot could want is here:
any other element is an unsupported type, which is stricter than Slack.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.blockkit.schema import Chars, Choice, Complaint, Flag, Many, Number, Shape, Spec, Tagged, shape

IDENTIFIER = Chars(most=255)
URL = Chars(most=3000)
DATE = Chars(most=10, least=10, pattern=r"\d{4}-\d{2}-\d{2}")
USER = Chars(most=255, pattern="[UW][A-Z0-9]+")


def plain(most: int) -> Tagged:
    """Text without formatting."""
    return Tagged({"plain_text": shape("plain_text", "text", {"text": Chars(most=most), "emoji": Flag()})})


def prose(most: int) -> Tagged:
    """Plain text, or Slack's markup."""
    markup = shape("mrkdwn", "text", {"text": Chars(most=most), "verbatim": Flag()})
    return Tagged({**plain(most).shapes, "mrkdwn": markup})


CONFIRM = Shape(
    fields={
        "title": plain(100),
        "text": prose(300),
        "confirm": plain(30),
        "deny": plain(30),
        "style": Choice(("primary", "danger")),
    },
    required=frozenset({"title", "text", "confirm", "deny"}),
)


def option(text: Spec, **more: Spec) -> Shape:
    """One choice in a menu or a list."""
    fields = {"text": text, "value": Chars(most=150), "description": text, **more}
    return Shape(fields=fields, required=frozenset({"text", "value"}))


MENU_OPTION = option(plain(75))
LIST_OPTION = option(prose(75))
GROUP = Shape(
    fields={"label": plain(75), "options": Many(of=MENU_OPTION, most=100)}, required=frozenset({"label", "options"})
)


def choices_of(element: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every option of a menu or a list, those in groups too."""
    groups: list[Mapping[str, Any]] = element.get("option_groups", [])
    return [*element.get("options", []), *(choice for group in groups for choice in group["options"])]


def _values_differ(element: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    values = [choice["value"] for choice in choices_of(element)]
    if len(set(values)) < len(values):
        yield Complaint(what="option values must be unique", at=f"{at}/options")


def _options_or_groups(element: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    if ("options" in element) == ("option_groups" in element):
        yield Complaint(what="must define exactly one of: options, option_groups", at=at)


def _initial_is_offered(element: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    offered = choices_of(element)
    chosen = element.get("initial_options", [])
    if "initial_option" in element:
        chosen = [element["initial_option"]]
    if any(choice not in offered for choice in chosen):
        yield Complaint(what="the initial option must exactly match one of the options", at=at)


def _least_below_most(element: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    if element.get("min_length", 0) > element.get("max_length", 3000):
        yield Complaint(what="min_length must not exceed max_length", at=at)


_ACTIVE: Mapping[str, Spec] = {"action_id": IDENTIFIER}
_PICKER: Mapping[str, Spec] = {**_ACTIVE, "confirm": CONFIRM, "focus_on_load": Flag()}
_MENU: Mapping[str, Spec] = {**_PICKER, "placeholder": plain(150)}
_STATIC: Mapping[str, Spec] = {
    **_MENU,
    "options": Many(of=MENU_OPTION, most=100),
    "option_groups": Many(of=GROUP, most=100),
}
_SEVERAL: Mapping[str, Spec] = {"max_selected_items": Number(least=1, most=100)}
_STATIC_RULES = (_options_or_groups, _values_differ, _initial_is_offered)
_OVERFLOW_OPTION = option(plain(75), url=URL)

BUTTON = shape(
    "button",
    "text",
    {
        **_ACTIVE,
        "text": plain(75),
        "url": URL,
        "value": Chars(most=2000),
        "style": Choice(("primary", "danger")),
        "confirm": CONFIRM,
        "accessibility_label": Chars(most=75),
    },
)
PLAIN_TEXT_INPUT = shape(
    "plain_text_input",
    "",
    {
        **_ACTIVE,
        "placeholder": plain(150),
        "initial_value": Chars(most=3000, least=0),
        "multiline": Flag(),
        "min_length": Number(least=0, most=3000),
        "max_length": Number(least=1, most=3000),
        "focus_on_load": Flag(),
        "dispatch_action_config": Shape(
            fields={"trigger_actions_on": Many(of=Choice(("on_enter_pressed", "on_character_entered")), most=2)}
        ),
    },
    _least_below_most,
)
IMAGE = shape("image", "image_url alt_text", {"image_url": URL, "alt_text": Chars(most=2000)})

ELEMENTS: Mapping[str, Shape] = {
    "button": BUTTON,
    "static_select": shape("static_select", "", {**_STATIC, "initial_option": MENU_OPTION}, *_STATIC_RULES),
    "multi_static_select": shape(
        "multi_static_select",
        "",
        {**_STATIC, **_SEVERAL, "initial_options": Many(of=MENU_OPTION, most=100)},
        *_STATIC_RULES,
    ),
    "users_select": shape("users_select", "", {**_MENU, "initial_user": USER}),
    "multi_users_select": shape(
        "multi_users_select", "", {**_MENU, **_SEVERAL, "initial_users": Many(of=USER, most=100)}
    ),
    "overflow": shape(
        "overflow",
        "options",
        {**_ACTIVE, "options": Many(of=_OVERFLOW_OPTION, most=5), "confirm": CONFIRM},
        _values_differ,
    ),
    "radio_buttons": shape(
        "radio_buttons",
        "options",
        {**_PICKER, "options": Many(of=LIST_OPTION, most=10), "initial_option": LIST_OPTION},
        _values_differ,
        _initial_is_offered,
    ),
    "checkboxes": shape(
        "checkboxes",
        "options",
        {**_PICKER, "options": Many(of=LIST_OPTION, most=10), "initial_options": Many(of=LIST_OPTION, most=10)},
        _values_differ,
        _initial_is_offered,
    ),
    "datepicker": shape("datepicker", "", {**_MENU, "initial_date": DATE}),
    "plain_text_input": PLAIN_TEXT_INPUT,
    "image": IMAGE,
}
"""Every element that the sandbox knows, by its type."""


def only(names: str) -> Tagged:
    """Some of the elements, by their types."""
    return Tagged({name: ELEMENTS[name] for name in names.split()})
