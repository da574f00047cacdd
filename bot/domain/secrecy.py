"""What looks like a secret, so that none is taken where an ID or a word is asked for. Pure, and it keeps nothing.

Three signs: our own format with its checksum; the beginnings that vendors give their secrets so that scanners can know
them; and a long run of characters without a pattern. It errs on the side of refusing: whoever is refused a real ID can
always write its two ends only, and no rule can take a secret back that was once written down.
"""

import math
import re
from collections import Counter

from bot.domain.secret_format import is_secret

LONG = 30
"""Characters from which on a run without a pattern counts as a secret."""
_ENTROPY = 3.0
"""Bits a character, of the run itself: words repeat their letters, and so do keys that people made up."""
_WORD = 4.5
"""Characters between two changes of capitals, small letters and digits on the average, from which on a run has a
pattern: it was made of words."""

_UUID = re.compile(
    r"(?<![A-Za-z0-9])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{12}[14][0-9a-f]{3}[89ab][0-9a-f]{15})"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s?#]*[^\s?#@]", re.IGNORECASE)
"""A page's address up to its query: there a secret may stand, and before it an ID often does."""
_TYPICAL = (
    re.compile(r"\d{6,}-[a-z0-9]{32}\.apps\.googleusercontent\.com"),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"arn:aws[\w-]*:[\w:/+=,.@-]+"),
    re.compile(r"(?:AC|SK)[0-9a-f]{32}"),
    re.compile(r"3MVG9[A-Za-z0-9._]{80,}"),
)
"""Client IDs that are long and have no pattern: Google, service accounts, AWS, Twilio, Salesforce."""
_BEGINNINGS = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|xapp-|[sr]k_(?:live|test)_|sk-|whsec_|AIza|ya29\.|GOCSPX-|npm_|pypi-"
    r"|dop_v1_|shp(?:at|ss|ca|pa)_|hv[sb]\.|SG\.|AGE-SECRET-KEY-|eyJ[\w-]+\.eyJ)[\w.-]{10,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_RUN = re.compile(r"[A-Za-z0-9+/_~.-]+={0,2}")
_SEPARATOR = re.compile(r"[-_./+~=]+")
_CODE = re.compile(rf"(?=(?:[A-Z]*[0-9]){{2}})[A-Z0-9]{{{LONG},}}=*")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def looks_secret(text: str) -> bool:
    """Whether a secret seems to stand in a text, alone or among other words."""
    if _BEGINNINGS.search(text) or any(map(is_secret, re.findall(r"\w+", text))):
        return True
    for known in (_UUID, *_TYPICAL, _ADDRESS):
        text = known.sub(" ", text)
    return any(_has_no_pattern(run) for run in _RUN.findall(text))


def _has_no_pattern(run: str) -> bool:
    if len(run) < LONG or _bits(run) < _ENTROPY:
        return False
    parts = [_WORDS.findall(part) for part in _SEPARATOR.split(run)]
    changes = sum(len(part) - 1 for part in parts if part)  # where words were joined, that is no change
    return _CODE.fullmatch(run) is not None or len(run) < _WORD * (changes + 1)


def _bits(text: str) -> float:
    """Shannon entropy of the characters as they stand, in bits a character."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())
