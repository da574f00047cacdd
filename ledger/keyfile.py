"""Keys in files, and keys that a command prints: what is secret must be ours alone.

Guarantees: a secret key is taken only from a file that belongs to the user who runs the program and that nobody else
may read, or from the output of a command that ended well; and what is wrong is said in one sentence, without the key.
"""

import os
import shlex
import stat
import subprocess
from pathlib import Path
from select import select
from time import monotonic
from typing import IO, Protocol, TypeVar

from ledger.errors import KeyFileError, MalformedError

_PATIENCE = 30
_LONGEST = 4096
"""Bytes, far more than any key has."""
_Key_co = TypeVar("_Key_co", covariant=True)


class _Readable(Protocol[_Key_co]):
    def from_text(self, text: str) -> _Key_co: ...


def read_secret(path: Path, kind: _Readable[_Key_co]) -> _Key_co:
    """A secret key from its file. Raises `KeyFileError`: missing, not ours, open to others, or no such key."""
    status, text = _read(path)
    if status.st_uid != os.geteuid():
        raise KeyFileError(f"The key file {path} belongs to another user. Run `chown $(id -un) {path}`.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyFileError(f"Others may read the key file {path}. Run `chmod 600 {path}`.")
    return _parsed(path, text, kind)


def read_output(command: str, kind: _Readable[_Key_co]) -> _Key_co:
    """A secret key that a command prints (a password manager's, a vault's); no shell is in between.

    Raises `KeyFileError`: it cannot be run, fails, takes longer than half a minute, or prints no such key and nothing
    else. It may leave something running behind it.
    """
    try:
        program, *words = shlex.split(command)
    except ValueError:
        raise KeyFileError("The key's command cannot be run: it is empty, or a quotation mark is missing.") from None
    try:
        with subprocess.Popen([program, *words], stdout=subprocess.PIPE) as process:  # noqa: S603 - the operator's own
            text = b"" if process.stdout is None else _printed(process, process.stdout, program)
    except OSError as error:
        raise KeyFileError(f"The key's command {program} cannot be run: {error.strerror}.") from None
    if process.returncode:
        raise KeyFileError(f"The key's command {program} failed with exit code {process.returncode}.")
    if not text.strip():
        raise KeyFileError(f"The key's command {program} printed nothing.")
    return _parsed(f"What {program} printed", text, kind)


def _printed(process: "subprocess.Popen[bytes]", stdout: IO[bytes], program: str) -> bytes:
    """All that it prints until it has ended; it is stopped where it prints, or takes, more than any key would."""
    text, deadline, ended = b"", monotonic() + _PATIENCE, False
    try:
        while len(text) <= _LONGEST:
            ready, _, _ = select([stdout], [], [], 0.0 if ended else 0.1)
            more = os.read(stdout.fileno(), _LONGEST) if ready else b""
            text += more
            if (ended or ready) and not more:
                process.wait(max(0.0, deadline - monotonic()))
                return text
            if monotonic() > deadline:
                raise KeyFileError(f"The key's command {program} did not end within {_PATIENCE} seconds.")
            ended = process.poll() is not None
        raise KeyFileError(f"The key's command {program} printed more than a key.")
    except subprocess.TimeoutExpired:
        raise KeyFileError(f"The key's command {program} did not end within {_PATIENCE} seconds.") from None
    finally:
        process.kill()


def read_variable(name: str, kind: _Readable[_Key_co]) -> _Key_co:
    """A secret key from the environment, which then no longer has it. Raises `KeyFileError`."""
    text = os.environ.pop(name, "")
    if not text.strip():
        raise KeyFileError(f"The environment variable {name} is not set: it would hold the key.")
    return _parsed(f"The environment variable {name}", text.encode(), kind)


def read_public(path: Path, kind: _Readable[_Key_co]) -> _Key_co:
    """A key that is no secret, from its file of whatever mode. Raises `KeyFileError`."""
    return _parsed(path, _read(path)[1], kind)


def _read(path: Path) -> tuple[os.stat_result, bytes]:
    """What is known of a key's file, and what it holds as far as any key goes."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # a pipe is not waited for
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise KeyFileError(f"The key file {path} is no regular file.")
            return status, file.read(_LONGEST)
    except OSError as error:
        raise KeyFileError(f"The key file {path} cannot be read: {error.strerror}.") from None


def _parsed(path: Path | str, text: bytes, kind: _Readable[_Key_co]) -> _Key_co:
    try:
        return kind.from_text(text.decode())
    except UnicodeDecodeError:
        raise KeyFileError(f"{path} does not hold a key in text form.") from None
    except MalformedError as error:
        raise KeyFileError(f"{path}: {error}") from None
