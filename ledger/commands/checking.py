"""`verify` and `check`: for an auditor, who has the database's file or one proof, and a verifier key."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ledger.commands.telling import DOES_NOT_HOLD, ERR, OUT, bar, read_text, refusing
from ledger.crew import Processes, processes
from ledger.entry import instant
from ledger.errors import BadProofError, BadSignatureError, KeyFileError, MalformedError, TooFewWitnessesError
from ledger.keys import KeyEncryptionKey
from ledger.proof import EntryProof
from ledger.report import Report
from ledger.signing import VerifierKey
from ledger.tables import open_to_read
from ledger.trust import TrustPolicy
from ledger.verified import NOTHING, Verified
from ledger.verify import verify_keyless, verify_with_key
from ledger.writing import write_whole

_POLICY = typer.Option(help="Which witnesses must have cosigned the checkpoint, and how many: a C2SP tlog-policy file.")


def verify(
    *,
    database: Annotated[str, typer.Option(help="SQLite file, or postgresql:// URL. It is only read.")],
    vkey: Annotated[Path, typer.Option(help="File of the log's verifier key (cred-ledger.vkey).")],
    key: Annotated[Path | None, typer.Option(help="File of the key-encryption key: opens each entry.")] = None,
    key_command: Annotated[
        str | None, typer.Option(help="A command that prints the key-encryption key, in place of --key.")
    ] = None,
    key_env: Annotated[
        str | None, typer.Option(help="The environment variable that holds it, in place of --key (say CRED_KEY).")
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint that was kept elsewhere.")] = None,
    policy: Annotated[Path | None, _POLICY] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            help="A file of your own that notes how far the log was verified: the next time only what is new is read. "
            "Keep it where the log's operator cannot write. Not with --key."
        ),
    ] = None,
    cores: Annotated[int | None, typer.Option(help="How many cores to use. Without it: all.", min=1)] = None,
) -> None:
    """Check that nothing in the log was changed, removed, moved or rolled back.

    Without --key this needs no secret. A checkpoint that was kept outside also shows a rollback of the whole database.
    """
    with refusing(vkey):
        outside = _Outside.read(checkpoint, policy)
        report = _run(processes(database, cores), vkey, _key(key, key_command, key_env), outside, since)
        if since is not None and report.sound:
            write_whole(since, report.verified.to_text().encode())
    OUT.print(report.to_text(), markup=False)
    if not report.sound:
        raise typer.Exit(DOES_NOT_HOLD)


def check(
    proof: Annotated[Path, typer.Argument(help="A .tlog-proof file.")],
    vkey: Annotated[Path, typer.Option(help="File of the log's verifier key (cred-ledger.vkey).")],
    policy: Annotated[Path | None, _POLICY] = None,
) -> None:
    """Check the proof of one entry. It needs no database, no network and no secret."""
    with refusing(vkey):
        verifier = VerifierKey.read(vkey)
        trusted = None if policy is None else TrustPolicy.read(policy)
        try:
            read = EntryProof.from_text(read_text(proof, "proof"))
        except MalformedError as error:
            raise MalformedError(f"{proof}: {error}") from None
    try:
        header = read.check(verifier)
        witnesses = {} if trusted is None else trusted.check(read.checkpoint)
    except (BadProofError, BadSignatureError, MalformedError, TooFewWitnessesError) as error:
        ERR.print(f"The proof does NOT hold: {error}", markup=False)
        raise typer.Exit(DOES_NOT_HOLD) from None
    cosigned = f", cosigned by {', '.join(witnesses)}" if witnesses else ""
    OUT.print(
        f"{verifier.name}\n\nEntry  {header.index}, written {instant(header.time):%Y-%m-%d %H:%M:%S} UTC by its log's "
        f"clock\nUnder  a checkpoint of {read.checkpoint.size} entries, signed by key {verifier.id.hex()}{cosigned}\n\n"
        "The proof holds: this very entry is in the log, in this place.",
        markup=False,
    )


@dataclass(frozen=True, slots=True)
class _Outside:
    """What did not come with the database."""

    checkpoint: str | None
    policy: TrustPolicy | None

    @classmethod
    def read(cls, checkpoint: Path | None, policy: Path | None) -> "_Outside":
        return cls(
            None if checkpoint is None else read_text(checkpoint, "checkpoint"),
            None if policy is None else TrustPolicy.read(policy),
        )


def _key(file: Path | None, command: str | None, variable: str | None) -> KeyEncryptionKey | None:
    if sum(source is not None for source in (file, command, variable)) > 1:
        raise KeyFileError("The key comes from one place: give one of --key, --key-command and --key-env.")
    if variable is not None:
        return KeyEncryptionKey.from_environment(variable)
    if command is not None:
        return KeyEncryptionKey.from_command(command)
    return None if file is None else KeyEncryptionKey.read(file)


def _run(crew: Processes, vkey: Path, kek: KeyEncryptionKey | None, outside: _Outside, since: Path | None) -> Report:
    verifier = VerifierKey.read(vkey)
    if kek is not None and since is not None:
        raise MalformedError("--since goes without --key: with the key, every entry is opened each time.")
    before = NOTHING if since is None or not since.exists() else _note(since)
    engine = open_to_read(crew.database)
    with bar("Reading entries") as progress, engine.connect() as connection, connection.begin():
        if kek is None:
            return verify_keyless(
                connection,
                verifier,
                checkpoint=outside.checkpoint,
                policy=outside.policy,
                since=before,
                progress=progress,
                crew=crew,
            )
        return verify_with_key(
            connection,
            verifier,
            kek,
            None,
            checkpoint=outside.checkpoint,
            policy=outside.policy,
            progress=progress,
            crew=crew,
        )


def _note(since: Path) -> Verified:
    try:
        return Verified.from_text(read_text(since, "note of what was verified"))
    except MalformedError as error:
        raise MalformedError(f"{since}: {error}") from None
