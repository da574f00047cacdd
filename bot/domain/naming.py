"""What a credential may be called, and how a person's words are cleaned before they are kept."""

import re
import unicodedata

NAME_MAX = 64
DESCRIPTION_MAX = 500
REASON_MAX = 1000

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]*[A-Za-z0-9])?")
_CONTROL = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Fillers of Hangul, which count as letters, and the Braille cell without a dot: nothing is seen of them."""
_ASCII = 0x7F
_ALIKE = str.maketrans("i10", "llo")
_SPACES = str.maketrans({**dict.fromkeys("\t\v\f", " "), **dict.fromkeys("\r\x85\u2028\u2029", "\n")})


def clean(text: str) -> str:
    """A person's text without what cannot be seen (control, format, private characters); line ends stay.

    What parted two words still parts them: a tab becomes a space.
    """
    parted = text.replace("\r\n", "\n").translate(_SPACES)
    seen = "".join(c for c in parted if c == "\n" or (c not in _BLANK and unicodedata.category(c) not in _CONTROL))
    return unicodedata.normalize("NFC", seen).strip()


def says_something(text: str) -> bool:
    """Whether there is a letter or a digit in it, of whichever script."""
    return any(unicodedata.category(c)[0] in "LN" for c in clean(text))


def name_problem(name: str) -> str | None:
    """What is wrong with a name, in a sentence, or None. ASCII only: no letter of another script stands in for one."""
    if not name:
        return "Give the credential a name."
    if len(name) > NAME_MAX:
        return f"The name has {len(name)} characters; {NAME_MAX} are the most."
    stranger = next((c for c in name if ord(c) > _ASCII), None)
    if stranger is not None:
        what = unicodedata.name(stranger, "a character without a name").lower()
        return f"Use letters A-Z and digits, so that no two names look alike: there is “{what}” in it."
    if not _NAME.fullmatch(name):
        return "Use letters A-Z, digits, spaces, dots, dashes and underscores, with a letter or digit at both ends."
    return None


def name_key(name: str) -> str:
    """The form under which a name is found and sorted: case and runs of separators do not tell names apart."""
    return re.sub(r"[ ._-]+", "-", name.casefold())


def name_shape(name: str) -> str:
    """The form under which a name is unique in an estate: what a hurried eye takes for the same is the same.

    An `l`, an `i` (which is one in capitals) and a 1 are one letter, and so are `o` and 0, `m` and `rn`, `w` and `vv`.
    """
    return name_key(name).translate(_ALIKE).replace("rn", "m").replace("vv", "w")
