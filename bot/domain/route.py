"""Which permission a call of somebody's API needs: by method and path, from the route table of the policy.

What holds here:

- Closed by default: a call that no route is for is nobody's. Of several that fit, the first in the file decides.
- A path is matched as whoever stands behind the proxy will read it, percent-decoded once. One that could be read in
  another way (`..`, `//`, `;`, a backslash, an encoded slash, dot or percent sign, what is no UTF-8) fits no route.

A pattern is a path in which `*` stands for one segment, and `**`, at its end, for all that may follow, even nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from bot.domain.role import Permission

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ONE, REST = "*", "**"

_ENCODED = re.compile(r"%(?![0-9A-Fa-f]{2})|%(?:2[EeFf5]|5[Cc]|3[Bb]|[01][0-9A-Fa-f]|7[Ff])")
"""A percent sign that encodes nothing; or one before a dot, a slash, itself, a backslash, a semicolon, a control."""
_PLAIN = re.compile(r"(?:/[A-Za-z0-9\-_~!$&'()*+,=:@%.]*)+")
"""RFC 3986, section 3.3, without the semicolon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the table."""

    methods: frozenset[str]
    path: str
    permission: Permission
    audience: str | None = None
    """For whom the token must be; None: for us, who issue it."""

    def fits(self, method: str, segments: tuple[str, ...]) -> bool:
        """Whether a call is of this route."""
        if method not in self.methods:
            return False
        pattern = tuple(self.path.split("/")[1:])
        if pattern[-1] == REST:
            pattern = pattern[:-1]
            if len(segments) < len(pattern):
                return False
            segments = segments[: len(pattern)]
        return len(pattern) == len(segments) and all(map(_fits, pattern, segments))


def route_of(routes: Iterable[Route], method: str, target: str) -> Route | None:
    """The route of a call, by its method and the target of its request: path and query. None: nobody may make it."""
    segments = segments_of(target.partition("?")[0])
    if segments is None:
        return None
    return next((route for route in routes if route.fits(method, segments)), None)


def segments_of(path: str) -> tuple[str, ...] | None:
    """The decoded segments of a path; None where it could be read in more than one way."""
    if not _PLAIN.fullmatch(path) or _ENCODED.search(path):
        return None
    segments = path.split("/")[1:]
    if "" in segments[:-1] or {".", ".."} & set(segments):
        return None
    try:
        return tuple(unquote(segment, errors="strict") for segment in segments)
    except UnicodeDecodeError:
        return None


def _fits(pattern: str, segment: str) -> bool:
    return bool(segment) if pattern == ONE else pattern == segment
