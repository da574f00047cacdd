"""`verify` and `check`: for an auditor, who has the database's file or one proof, and a verifier key."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.telling import DOES_NOT_HOLD, ERR, OUT, bar, read_text, refusing
from ledger.entry import instant
from ledger.errors import BadProofError, BadSignatureError, MalformedError
from ledger.keys import KeyEncryptionKey
from ledger.proof import EntryProof
from ledger.report import Report
from ledger.signing import VerifierKey
from ledger.tables import open_to_read
from ledger.verify import verify_keyless, verify_with_key


def verify(
    database: Annotated[str, typer.Option(help="SQLite file, or sqlite:/// URL. It is only read.")],
    vkey: Annotated[Path, typer.Option(help="File of the log's verifier key (cred-ledger.vkey).")],
    key: Annotated[Path | None, typer.Option(help="File of the key-encryption key: opens each entry.")] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint that was kept elsewhere.")] = None,
) -> None:
    """Check that nothing in the log was changed, removed, moved or rolled back.

    Without --key this needs no secret. A checkpoint that was kept outside also shows a rollback of the whole database.
    """
    with refusing(vkey):
        report = _run(database, vkey, key, checkpoint)
    OUT.print(report.to_text(), markup=False)
    if not report.sound:
        raise typer.Exit(DOES_NOT_HOLD)


def check(
    proof: Annotated[Path, typer.Argument(help="A .tlog-proof file.")],
    vkey: Annotated[Path, typer.Option(help="File of the log's verifier key (cred-ledger.vkey).")],
) -> None:
    """Check the proof of one entry. It needs no database, no network and no secret."""
    with refusing(vkey):
        verifier = VerifierKey.read(vkey)
        try:
            read = EntryProof.from_text(read_text(proof, "proof"))
        except MalformedError as error:
            raise MalformedError(f"{proof}: {error}") from None
    try:
        header = read.check(verifier)
    except (BadProofError, BadSignatureError, MalformedError) as error:
        ERR.print(f"The proof does NOT hold: {error}", markup=False)
        raise typer.Exit(DOES_NOT_HOLD) from None
    OUT.print(
        f"{verifier.name}\n\nEntry  {header.index}, written {instant(header.time):%Y-%m-%d %H:%M:%S} UTC by its log's "
        f"clock\nUnder  a checkpoint of {read.checkpoint.size} entries, signed by key {verifier.id.hex()}\n\n"
        "The proof holds: this very entry is in the log, in this place.",
        markup=False,
    )


def _run(database: str, vkey: Path, key: Path | None, checkpoint: Path | None) -> Report:
    verifier = VerifierKey.read(vkey)
    kek = None if key is None else KeyEncryptionKey.read(key)
    anchor = None if checkpoint is None else read_text(checkpoint, "checkpoint")
    engine = open_to_read(database)
    with bar("Reading entries") as progress, engine.connect() as connection, connection.begin():
        if kek is None:
            return verify_keyless(connection, verifier, checkpoint=anchor, progress=progress)
        return verify_with_key(connection, verifier, kek, None, checkpoint=anchor, progress=progress)
