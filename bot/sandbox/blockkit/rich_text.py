"""What Slack documents of the `rich_text` block, as tables. Pure. Source: Slack's reference, "Rich text block"."""

from collections.abc import Mapping

from bot.sandbox.blockkit.elements import URL, USER
from bot.sandbox.blockkit.schema import Chars, Choice, Flag, Many, Number, Shape, Spec, Tagged, shape

_MOST = 4000
_STYLE = Shape(fields={name: Flag() for name in ("bold", "italic", "strike", "code")})
_IDENTIFIER = Chars(most=255)

_TEXT = shape("text", "text", {"text": Chars(most=_MOST), "style": _STYLE})
_LINK = shape("link", "url", {"url": URL, "text": Chars(most=_MOST), "unsafe": Flag(), "style": _STYLE})
_INLINE = Tagged(
    {
        "text": _TEXT,
        "link": _LINK,
        "user": shape("user", "user_id", {"user_id": USER, "style": _STYLE}),
        "usergroup": shape("usergroup", "usergroup_id", {"usergroup_id": _IDENTIFIER, "style": _STYLE}),
        "channel": shape("channel", "channel_id", {"channel_id": _IDENTIFIER, "style": _STYLE}),
        "emoji": shape("emoji", "name", {"name": _IDENTIFIER, "unicode": _IDENTIFIER}),
        "date": shape(
            "date",
            "timestamp format",
            {
                "timestamp": Number(least=0, most=2**40),
                "format": Chars(most=_MOST),
                "url": URL,
                "fallback": Chars(most=_MOST),
                "style": _STYLE,
            },
        ),
    }
)
_LINES = Many(of=_INLINE, most=1000, least=0)
_BORDER = {"border": Number(least=0, most=1)}
_SECTION = shape("rich_text_section", "elements", {"elements": _LINES})

RICH_TEXT: Mapping[str, Spec] = {
    "elements": Many(
        of=Tagged(
            {
                "rich_text_section": _SECTION,
                "rich_text_list": shape(
                    "rich_text_list",
                    "elements style",
                    {
                        "style": Choice(("bullet", "ordered")),
                        "elements": Many(of=_SECTION, most=1000),
                        "indent": Number(least=0, most=8),
                        "offset": Number(least=0, most=10_000),
                        **_BORDER,
                    },
                ),
                "rich_text_preformatted": shape(
                    "rich_text_preformatted",
                    "elements",
                    {"elements": Many(of=Tagged({"text": _TEXT, "link": _LINK}), most=1000), **_BORDER},
                ),
                "rich_text_quote": shape("rich_text_quote", "elements", {"elements": _LINES, **_BORDER}),
            }
        ),
        most=1000,
    )
}
"""The fields of a `rich_text` block."""
