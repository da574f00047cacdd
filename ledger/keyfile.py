"""Keys in files, and keys that a command prints: what is secret must be ours alone.

Guarantees: a secret key is taken only from a file that belongs to the user who runs the program and that nobody else
may read, or from the output of a command that ended well; and what is wrong is said in one sentence, without the key.
"""

import os
import shlex
import stat
import subprocess
from pathlib import Path
from typing import Protocol, TypeVar

from ledger.errors import KeyFileError, MalformedError

_PATIENCE = 30
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


def read_output(command: str, kind: _Readable[_Key_co]) -> _Key_co:
    """A secret key that a command prints (a password manager's, a vault's); no shell is in between.

    Raises `KeyFileError`: it cannot be run, fails, takes longer than half a minute, or prints no such key.
    """
    try:
        program, *words = shlex.split(command)
    except ValueError:
        raise KeyFileError("The key's command cannot be run: it is empty, or a quotation mark is missing.") from None
    try:
        done = subprocess.run([program, *words], stdout=subprocess.PIPE, check=True, timeout=_PATIENCE)  # noqa: S603 - the operator's own
    except OSError as error:
        raise KeyFileError(f"The key's command {program} cannot be run: {error.strerror}.") from None
    except subprocess.TimeoutExpired:
        raise KeyFileError(f"The key's command {program} did not end within {_PATIENCE} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise KeyFileError(f"The key's command {program} failed with exit code {error.returncode}.") from None
    return _parsed(f"What {program} printed", done.stdout, kind)


def read_variable(name: str, kind: _Readable[_Key_co]) -> _Key_co:
    """A secret key from the environment, which then no longer has it. Raises `KeyFileError`."""
    text = os.environ.pop(name, "")
    if not text.strip():
        raise KeyFileError(f"The environment variable {name} is not set: it would hold the key.")
    return _parsed(f"The environment variable {name}", text.encode(), kind)


def read_public(path: Path, kind: _Readable[_Key_co]) -> _Key_co:
    """A key that is no secret, from its file of whatever mode. Raises `KeyFileError`."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be read: {error.strerror}.") from None
    return _parsed(path, text, kind)


def _parsed(path: Path | str, text: bytes, kind: _Readable[_Key_co]) -> _Key_co:
    try:
        return kind.from_text(text.decode())
    except UnicodeDecodeError:
        raise KeyFileError(f"{path} does not hold a key in text form.") from None
    except MalformedError as error:
        raise KeyFileError(f"{path}: {error}") from None
