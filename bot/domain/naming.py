"""What a credential may be called, and how a person's words are cleaned before they are kept."""

import re
import unicodedata

NAME_MAX = 64
DESCRIPTION_MAX = 500
REASON_MAX = 1000

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]*[A-Za-z0-9])?")
_CONTROL = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}


def clean(text: str) -> str:
    """A person's text without what cannot be seen (control, format, private characters); line ends stay."""
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in normal if c == "\n" or unicodedata.category(c) not in _CONTROL).strip()


def name_problem(name: str) -> str | None:
    """What is wrong with a name, in a sentence, or None. ASCII only: two names that look alike are alike."""
    if not name:
        return "Give the credential a name."
    if len(name) > NAME_MAX:
        return f"The name has {len(name)} characters; {NAME_MAX} are the most."
    if not _NAME.fullmatch(name):
        return "Use letters A-Z, digits, spaces, dots, dashes and underscores, with a letter or digit at both ends."
    return None


def name_key(name: str) -> str:
    """The form under which a name is unique in an estate: case and runs of separators do not tell names apart."""
    return re.sub(r"[ ._-]+", "-", name.casefold())
