"""`python -m ledger verify`: is this log what it was? For an auditor who has the database's file and a verifier key.

Exit 0: sound. 1: not sound, and the report says which step. 2: it could not be run, and one sentence says why.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.exc import DatabaseError

from ledger.errors import LedgerError, MalformedError
from ledger.keys import KeyEncryptionKey
from ledger.report import Report
from ledger.signing import VerifierKey
from ledger.tables import open_to_read
from ledger.verify import verify_keyless, verify_with_key

_NOT_SOUND = 1
_COULD_NOT_RUN = 2
_WHENCE = (
    "The verifier key is one line, name+ID+base64, that was written beside the keys when the ledger was made "
    "(cred-ledger.vkey). Get it from whoever runs the program, by another way than the database."
)

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
_OUT = Console(soft_wrap=True, highlight=False)
_ERR = Console(stderr=True, soft_wrap=True, highlight=False)


@app.callback()
def ledger() -> None:
    """An append-only audit ledger: sealed, and verifiable without the key too."""


@app.command()
def verify(
    database: Annotated[str, typer.Option(help="SQLite file, or sqlite:/// URL. It is only read.")],
    vkey: Annotated[Path, typer.Option(help="File of the log's verifier key (cred-ledger.vkey).")],
    key: Annotated[Path | None, typer.Option(help="File of the key-encryption key: opens each entry.")] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint that was kept elsewhere.")] = None,
) -> None:
    """Check that nothing in the log was changed, removed, moved or rolled back.

    Without --key this needs no secret. A checkpoint that was kept outside also shows a rollback of the whole database.
    """
    try:
        report = _run(database, vkey, key, checkpoint)
    except (LedgerError, DatabaseError) as error:
        _ERR.print(str(error.orig if isinstance(error, DatabaseError) else error), markup=False)
        if not vkey.is_file():
            _ERR.print(_WHENCE, markup=False)
        raise typer.Exit(_COULD_NOT_RUN) from None
    _OUT.print(report.to_text(), markup=False)
    if not report.sound:
        raise typer.Exit(_NOT_SOUND)


def _run(database: str, vkey: Path, key: Path | None, checkpoint: Path | None) -> Report:
    verifier = VerifierKey.read(vkey)
    kek = None if key is None else KeyEncryptionKey.read(key)
    anchor = None if checkpoint is None else _text(checkpoint)
    columns = (TextColumn("Reading entries"), BarColumn(), MofNCompleteColumn())
    engine = open_to_read(database)
    with Progress(*columns, console=_ERR, transient=True) as bar, engine.connect() as connection, connection.begin():
        task = bar.add_task("entries", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if kek is None:
            return verify_keyless(connection, verifier, checkpoint=anchor, progress=progress)
        return verify_with_key(connection, verifier, kek, None, checkpoint=anchor, progress=progress)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedError(f"The checkpoint {path} cannot be read: {error}.") from None


if __name__ == "__main__":
    app(prog_name="python -m ledger")
