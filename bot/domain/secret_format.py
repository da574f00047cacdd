"""What a client secret of the built-in authority looks like, so that scanners can know one that leaked.

    crd_ ‖ 43 base62 characters, each drawn without bias (256.03 bits) ‖ 6 base62 digits of their CRC-32

Only `[A-Za-z0-9_]`: real clients send form bodies unescaped. The checksum (CRC-32/ISO-HDLC, that of zlib) tells a
mistyped or made-up string from a secret without any lookup; it proves nothing else, and no decision rests on it.
"""

import re
import zlib
from collections.abc import Callable

PREFIX = "crd_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BODY_LENGTH = 43
CHECKSUM_LENGTH = 6
"""62^6 > 2^32: every CRC-32 fits."""

_FAIR = 256 - 256 % len(ALPHABET)
"""Bytes from here on are thrown away, so that each character is as likely as any other."""
_DRAW = 64
"""Bytes asked for at a time: 62 of them are kept on average, and 43 are needed."""
_FORM = re.compile(rf"{PREFIX}([A-Za-z0-9]{{{BODY_LENGTH}}})([A-Za-z0-9]{{{CHECKSUM_LENGTH}}})")


def mint(draw: Callable[[int], bytes]) -> str:
    """A new secret from a source of random bytes, which is asked again until there are enough fair ones."""
    body = ""
    while len(body) < BODY_LENGTH:
        body += "".join(ALPHABET[byte % len(ALPHABET)] for byte in draw(_DRAW) if byte < _FAIR)
    body = body[:BODY_LENGTH]
    return PREFIX + body + checksum(body)


def checksum(body: str) -> str:
    """CRC-32 of the characters in six base62 digits, the most significant first."""
    rest = zlib.crc32(body.encode("ascii"))
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits


def find(text: str) -> tuple[str, ...]:
    """Every secret in a text, each once, in the order in which they stand there."""
    return tuple(dict.fromkeys(found[0] for found in _FORM.finditer(text) if checksum(found[1]) == found[2]))


def is_secret(text: str) -> bool:
    """Whether a text has the form and the checksum of a secret."""
    found = _FORM.fullmatch(text)
    return found is not None and checksum(found[1]) == found[2]


def is_mistyped(text: str) -> bool:
    """Whether a text begins as a secret does, and is none: a character is wrong or missing, or it was made up."""
    return text.strip().startswith(PREFIX) and not is_secret(text)
