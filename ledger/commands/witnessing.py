"""`witness`: be one, in a minute; `cosign`: ask others. Neither needs a secret of the log."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from ledger.checkpoint import Checkpoint
from ledger.commands.telling import DOES_NOT_HOLD, ERR, OUT, read_checkpoint, refusing
from ledger.cosigning import WitnessKey
from ledger.errors import KeyFileError, NotSignedError, TooFewWitnessesError, WitnessError
from ledger.keeping import COSIGNED, Check, CheckpointFile
from ledger.opening import find_log, keys_of, newest
from ledger.proving import Prover
from ledger.relatives import Relatives
from ledger.serving import serve
from ledger.signing import VerifierKey
from ledger.tables import open_to_read
from ledger.trust import TrustPolicy
from ledger.witness import Prove, Round, ask_witnesses, new_client
from ledger.witnessing import Memory, Witness
from ledger.writing import write_whole

_KEY = "witness.key"
_MEMORY = "witness.db"
_PORT = 8472


def witness(
    folder: Annotated[Path, typer.Argument(help="Where its key and its memory live: witness.key, witness.db.")],
    log: Annotated[list[Path], typer.Option(help="File of the verifier key of a log to watch. May be given again.")],
    name: Annotated[
        str | None, typer.Option(help="The first time: its name for ever, such as witness.example.com/w1.")
    ] = None,
    host: Annotated[str, typer.Option(help="Where it listens. TLS is for a proxy in front of it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = _PORT,
) -> None:
    """Run a witness: it cosigns the checkpoints of logs that only ever grow, and refuses any other history.

    Run it on a machine that the log's operator does not hold. Keep its folder: without its memory it is no witness.
    """
    with refusing():
        logs = [VerifierKey.read(path) for path in log]
        running = Witness(*_key_and_memory(folder, name), logs, time.time)
    watched = ", ".join(sorted({key.name for key in logs}))
    OUT.print(
        f"Watching  {watched}\nListening http://{host}:{port}/add-checkpoint\n\n"
        "Its line for the log's witness policy, once you have given it a name there:\n\n"
        f"witness NAME {running.key.cosigner.to_text()} http://{host}:{port}/",
        markup=False,
    )
    serve(running, host, port)


def cosign(
    database: Annotated[str, typer.Option(help="SQLite file, or postgresql:// URL. It is only read.")],
    vkey: Annotated[Path, typer.Option(help="File of the log's verifier key (cred-ledger.vkey).")],
    policy: Annotated[Path, typer.Option(help="Which witnesses, and how many: a C2SP tlog-policy file.")],
    checkpoints: Annotated[Path, typer.Option(help="The folder of kept checkpoints; the cosigned one goes there.")],
    checkpoint: Annotated[Path | None, typer.Option(help="Which to have cosigned. Without it: the newest.")] = None,
) -> None:
    """Ask the policy's witnesses to cosign the newest checkpoint, and keep it if as many signed as must.

    Exit 1: too few signed, or a witness has seen another history of this log.
    """
    with refusing(vkey):
        verifier, trusted = VerifierKey.read(vkey), TrustPolicy.read(policy)
        engine = open_to_read(database)
        kept = CheckpointFile(checkpoints, verifier, name=COSIGNED, check=_any_of(engine, verifier))
        found = _ask(engine, verifier, trusted, kept, read_checkpoint(checkpoint))
        for outcome in found.outcomes:
            said = f"cosigned {found.checkpoint.size} entries" if outcome.line else outcome.problem
            OUT.print(f"  {'✓' if outcome.line else '✗'}  {outcome.witness}  {said}", markup=False)
        try:
            trusted.check(found.checkpoint)
        except TooFewWitnessesError as error:
            ERR.print(str(error), markup=False)
            raise typer.Exit(DOES_NOT_HOLD) from None
        kept.put(found.checkpoint)
    if found.contradictions:
        ERR.print("A witness has seen another history. Keep a copy of everything, and find out why.", markup=False)
        raise typer.Exit(DOES_NOT_HOLD)
    OUT.print(f"{kept.path}: {found.checkpoint.size} entries, cosigned as the policy asks.", markup=False)


def _ask(
    engine: Engine, verifier: VerifierKey, policy: TrustPolicy, kept: CheckpointFile, given: Checkpoint | None
) -> Round:
    with engine.connect() as connection, connection.begin():
        log = find_log(connection, verifier)
        checkpoint = given or newest(connection, log)
        keys = keys_of(connection, log, verifier)
    if checkpoint is None:
        raise NotSignedError("The log has no checkpoint.")
    checkpoint.check(keys)
    with new_client() as client:
        return ask_witnesses(policy, checkpoint, kept.read(), _prove(engine, Prover(log), checkpoint), client)


def _any_of(engine: Engine, verifier: VerifierKey) -> Check:
    """A checkpoint of this log, or of one that the database says it continues, which then makes place for it."""
    with engine.connect() as connection, connection.begin():
        relatives = Relatives.read(connection, find_log(connection, verifier), verifier).logs

    def check(kept: Checkpoint) -> None:
        kept.check(next((log.keys for log in relatives if log.keys.name == kept.origin), verifier))

    return check


def _prove(engine: Engine, prover: Prover, checkpoint: Checkpoint) -> Prove:
    def prove(old: int) -> tuple[bytes, ...]:
        with engine.connect() as connection, connection.begin():
            return prover.consistency(connection, old, checkpoint)

    return prove


def _key_and_memory(folder: Path, name: str | None) -> tuple[WitnessKey, Memory]:
    """Both as they are, or both anew. Raises `WitnessError`: one without the other, or another name."""
    key_file, memory_file = folder / _KEY, folder / _MEMORY
    if key_file.exists() != memory_file.exists():
        there, gone = (key_file, memory_file) if key_file.exists() else (memory_file, key_file)
        raise WitnessError(
            f"There is {there} but no {gone}. A witness that forgot what it signed could sign another history: put "
            "the file back, or begin a new witness in an empty folder, under another name."
        )
    if not key_file.exists():
        if name is None:
            raise WitnessError(f"There is no witness in {folder} yet. Give it a name: --name witness.example.com/w1")
        return _made(WitnessKey.generate(name, os.urandom), key_file, memory_file)
    key = WitnessKey.read(key_file)
    if name not in (None, key.name):
        raise WitnessError(f"The witness in {folder} is {key.name}, not {name}.")
    return key, Memory(memory_file)


def _made(key: WitnessKey, key_file: Path, memory_file: Path) -> tuple[WitnessKey, Memory]:
    try:
        key_file.parent.mkdir(parents=True, exist_ok=True)
        memory = Memory.create(memory_file)
        write_whole(key_file, f"{key.to_text()}\n".encode(), mode=0o600)
    except OSError as error:
        raise KeyFileError(f"{error.filename} cannot be written: {error.strerror}.") from None
    return key, memory
