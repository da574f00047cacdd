"""The terms of use, to be read and accepted before the first request."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of the terms. A new version, or a changed text, is accepted anew."""

    version: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of version and text, in hex: an acceptance names exactly what was read."""
        return hashlib.sha256(f"{self.version}\n{self.text}".encode()).hexdigest()
