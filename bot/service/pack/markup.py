"""Elements of a page. A plain string is text, and is escaped: nothing that anybody typed becomes markup."""

from collections.abc import Iterable
from html import escape

_EMPTY = frozenset({"meta", "rect", "line"})
"""Elements without an end."""


class Html(str):
    """Markup that was made here."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | float) -> Html:
    """`element("td", "a < b", class_="name")`. In an attribute's name `_` is a hyphen, and at its end nothing."""
    named = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for key, value in attributes.items())
    if name in _EMPTY:
        return Html(f"<{name}{named}/>")
    return Html(f"<{name}{named}>{joined(children)}</{name}>")


def joined(parts: Iterable[str]) -> Html:
    """One after another."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))
