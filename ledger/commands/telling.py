"""How the commands talk: findings on stdout, progress and refusals on stderr, one sentence each.

Exit 0: what was asked holds or was done. 1: it does not hold, and the output says what. 2: it could not be run.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import DatabaseError

from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerError, MalformedError

DOES_NOT_HOLD = 1
COULD_NOT_RUN = 2
OUT = Console(soft_wrap=True, highlight=False)
ERR = Console(stderr=True, soft_wrap=True, highlight=False)
_WHENCE = (
    "The verifier key is one line, name+ID+base64, that was written beside the keys when the ledger was made "
    "(cred-ledger.vkey). Get it from whoever runs the program, by another way than the database."
)


@contextmanager
def refusing(vkey: Path | None = None) -> Iterator[None]:
    """What stops the block becomes one sentence and exit 2; where the verifier key is missing, also where to get it."""
    try:
        yield
    except (LedgerError, DatabaseError) as error:
        said = " ".join(str(error.orig).split()) if isinstance(error, DatabaseError) else str(error)
        ERR.print(said, markup=False)
        if vkey is not None and not vkey.is_file():
            ERR.print(_WHENCE, markup=False)
        raise typer.Exit(COULD_NOT_RUN) from None
    except OSError as error:
        ERR.print(f"{error.filename} cannot be used: {error.strerror}.", markup=False)
        raise typer.Exit(COULD_NOT_RUN) from None


@contextmanager
def bar(doing: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar for as long as the block takes, on stderr, gone when it ends; none where nobody looks."""
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as shown:
        task = shown.add_task(doing, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def read_text(path: Path, what: str) -> str:
    """A small public file. Raises `MalformedError`."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedError(f"The {what} {path} cannot be read: {error}.") from None


def read_checkpoint(path: Path | None) -> Checkpoint | None:
    """One that was kept elsewhere, where one is named. Raises `MalformedError`."""
    if path is None:
        return None
    try:
        return Checkpoint.from_text(read_text(path, "checkpoint"))
    except MalformedError as error:
        raise MalformedError(f"{path}: {error}") from None
