"""Keys in files: what is secret must be ours alone.

Guarantees: a secret key is taken only from a file that belongs to the user who runs the program and that nobody else
may read, and what is wrong is said in one sentence, without the key.
"""

import os
import stat
from pathlib import Path
from typing import Protocol, TypeVar

from ledger.errors import KeyFileError, MalformedError

_Key_co = TypeVar("_Key_co", covariant=True)


class _Readable(Protocol[_Key_co]):
    def from_text(self, text: str) -> _Key_co: ...


def read_secret(path: Path, kind: _Readable[_Key_co]) -> _Key_co:
    """A secret key from its file. Raises `KeyFileError`: missing, not ours, open to others, or no such key."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            text = file.read(4096)
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be read: {error.strerror}.") from None
    if status.st_uid != os.geteuid():
        raise KeyFileError(f"The key file {path} belongs to another user. Run `chown $(id -un) {path}`.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyFileError(f"Others may read the key file {path}. Run `chmod 600 {path}`.")
    return _parsed(path, text, kind)


def read_public(path: Path, kind: _Readable[_Key_co]) -> _Key_co:
    """A key that is no secret, from its file of whatever mode. Raises `KeyFileError`."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be read: {error.strerror}.") from None
    return _parsed(path, text, kind)


def _parsed(path: Path, text: bytes, kind: _Readable[_Key_co]) -> _Key_co:
    try:
        return kind.from_text(text.decode())
    except UnicodeDecodeError:
        raise KeyFileError(f"{path} does not hold a key in text form.") from None
    except MalformedError as error:
        raise KeyFileError(f"{path}: {error}") from None
