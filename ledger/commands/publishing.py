"""`prove` and `export`: what is handed to others, from the database's file and without any secret."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.telling import OUT, bar, read_checkpoint, refusing
from ledger.errors import NotKeptError, NotSignedError
from ledger.export import export as export_log
from ledger.opening import find_log, keys_of, newest
from ledger.proof import SUFFIX
from ledger.proving import Prover
from ledger.signing import VerifierKey
from ledger.tables import open_to_read
from ledger.writing import write_whole

_DATABASE = typer.Option(help="SQLite file, or postgresql:// URL. It is only read.")
_VKEY = typer.Option(help="File of the log's verifier key (cred-ledger.vkey).")
_CHECKPOINT = typer.Option(
    help="The checkpoint to use, such as one that witnesses cosigned. Without it: the newest in the database."
)


def prove(
    index: Annotated[int, typer.Argument(help="Which entry: its place in the log, from 0.", min=0)],
    database: Annotated[str, _DATABASE],
    vkey: Annotated[Path, _VKEY],
    checkpoint: Annotated[Path | None, _CHECKPOINT] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write it. Without it: entry-INDEX.tlog-proof, here.")
    ] = None,
) -> None:
    """Write the proof that an entry is in the log. Whoever gets it checks it with `python -m ledger check`.

    The entry is in the proof as it is stored: sealed.
    """
    path = out or Path(f"entry-{index}{SUFFIX}")
    with refusing(vkey):
        verifier = VerifierKey.read(vkey)
        given = read_checkpoint(checkpoint)
        engine = open_to_read(database)
        with engine.connect() as connection, connection.begin():
            log = find_log(connection, verifier)
            under = given or newest(connection, log)
            if under is None:
                raise NotSignedError("The log has no checkpoint.")
            keys = keys_of(connection, log, verifier)
            under.check(keys)
            proof = Prover(log).entry(connection, index, under)
        proof.check(keys.at(under.size))
        try:
            write_whole(path, proof.to_text().encode())
        except OSError as error:
            raise NotKeptError(f"The proof could not be written to {path}: {error.strerror}.") from None
    OUT.print(f"{path}: entry {index}, under a checkpoint of {proof.checkpoint.size} entries.", markup=False)


def export(
    folder: Annotated[Path, typer.Argument(help="Where the files go. It may be one that an earlier export filled.")],
    database: Annotated[str, _DATABASE],
    vkey: Annotated[Path, _VKEY],
    checkpoint: Annotated[Path | None, _CHECKPOINT] = None,
) -> None:
    """Write the log as static files (C2SP tlog-tiles): only what is new since the last time.

    Entries stay sealed. The folder is for an auditor, or to be served by a web server as it is.
    """
    with refusing(vkey):
        verifier = VerifierKey.read(vkey)
        given = read_checkpoint(checkpoint)
        engine = open_to_read(database)
        with bar("Writing entries") as progress, engine.connect() as connection, connection.begin():
            done = export_log(connection, verifier, folder, checkpoint=given, progress=progress)
    new = done.checkpoint.size - done.before
    OUT.print(f"{folder}: {done.checkpoint.size} entries, {new} of them new, {done.files} files written.", markup=False)
