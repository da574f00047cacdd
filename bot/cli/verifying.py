"""`cred verify`: the ledger with its key, and then the tables of the present against what the ledger tells."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.bars import steps
from bot.cli.refusing import FOUND_WRONG, refuse, refusing
from bot.config import Places, read_places

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.main.opening import Keys
    from ledger import Report, Step

_SHOWN = 5
"""Disagreements that are told one by one."""
_NO_ANCHOR = (
    "\nNo anchor was used: there is no checkpoint in {}. That nobody put back an older copy of the whole database "
    "shows only with --checkpoint and one that was kept elsewhere."
)


def verify(
    vkey: Annotated[
        Path | None,
        typer.Option(help="File of the verifier key that you trust. Without it: the log key's own public half."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="A checkpoint kept elsewhere: shows a rollback of the whole database too. Without it: the newest "
            "one in CRED_CHECKPOINTS."
        ),
    ] = None,
    cores: Annotated[int | None, typer.Option(help="How many cores to use. Without it: all.", min=1)] = None,
) -> None:
    """Check that the ledger is what it was, and that the database says what the ledger tells. Changes nothing.

    Exit 0: sound. 1: not sound, and the step says what. 2: could not run. It may run beside `cred serve`. For a check
    that needs no secret, on another machine: python -m ledger verify --help
    """
    with refusing():
        places = read_places(os.environ)
        with _told_as_sentences(places):
            anchor = _anchor(places, checkpoint)
            report = _check(places, vkey, anchor, cores)
    typer.echo(report.to_text())
    if anchor is None:
        typer.echo(_NO_ANCHOR.format(places.checkpoints))
    if not report.sound:
        raise typer.Exit(FOUND_WRONG)


@contextmanager
def _told_as_sentences(places: Places) -> Iterator[None]:
    from sqlalchemy.exc import DatabaseError  # noqa: PLC0415 - see bot.cli

    from bot.main.databases import said  # noqa: PLC0415 - the same
    from bot.main.opening import remedy  # noqa: PLC0415 - the same
    from ledger import LedgerError  # noqa: PLC0415 - the same

    try:
        yield
    except LedgerError as error:
        refuse(str(error))
    except DatabaseError as error:
        refuse(f"The database cannot be read: {said(error)}. {remedy(places, error)}")
    except OSError as error:
        refuse(f"{error.filename} cannot be read: {error.strerror}.")


def _anchor(places: Places, checkpoint: Path | None) -> str | None:
    """Read before the database is, so that a `cred serve` beside it can only have gone further by then.

    None where `cred serve` has kept none yet, and none is named.
    """
    from ledger import Checkpoint, MalformedError  # noqa: PLC0415 - see bot.cli

    kept = places.checkpoints / "latest" if checkpoint is None else checkpoint
    try:
        note = kept.read_text(encoding="utf-8")
        Checkpoint.from_text(note)
    except FileNotFoundError:
        if checkpoint is not None:
            raise
        return None
    except (UnicodeDecodeError, MalformedError):
        refuse(f"{kept} does not hold a checkpoint. Find out who wrote there, and name another with --checkpoint.")
    return note


def _check(places: Places, vkey: Path | None, anchor: str | None, cores: int | None) -> "Report":
    from bot.main.opening import read_keys  # noqa: PLC0415 - see bot.cli
    from bot.store import SCHEMAS  # noqa: PLC0415 - the same
    from ledger import VerifierKey, logs_in, open_to_read, processes, verify_with_key  # noqa: PLC0415 - the same

    keys = read_keys(places)
    given = None if vkey is None else VerifierKey.read(vkey)
    engine = open_to_read(places.database_url)
    with steps() as step, engine.connect() as connection, connection.begin():
        crew = processes(places.database_url, cores)
        verifier = given or keys.log_key.named(logs_in(connection)[-1].name).verifier

        def progress(done: int, total: int) -> None:
            step("Reading entries", done, total)

        report = verify_with_key(
            connection, verifier, keys.kek, SCHEMAS, checkpoint=anchor, progress=progress, crew=crew
        )
        return replace(report, steps=(*report.steps, _story(connection, keys, sound=report.sound)))


def _story(connection: "Connection", keys: "Keys", *, sound: bool) -> "Step":
    """The last step: from the entries as they were just read, in the same view of the database."""
    from sqlalchemy.exc import DatabaseError  # noqa: PLC0415 - see bot.cli

    from bot.store import SCHEMAS  # noqa: PLC0415 - the same
    from bot.store.auditing import story_problems  # noqa: PLC0415 - the same
    from ledger import Ledger, Step  # noqa: PLC0415 - the same

    if not sound:
        return Step(title="Story", found="", problem="Not held against the tables: the ledger comes first.")
    ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)

    try:
        wrong = story_problems(ledger, connection)
    except DatabaseError:
        raise  # the file itself, not what stands in it
    except Exception as error:  # noqa: BLE001 - whoever can write the tables chooses how reading them fails
        wrong = [f"a row of the tables cannot be read ({type(error).__name__}: {error})"]
    if not wrong:
        return Step(title="Story", found="the tables say what the entries tell")
    more = f" And {len(wrong) - _SHOWN} more." if len(wrong) > _SHOWN else ""
    return Step(title="Story", found="", problem="; ".join(wrong[:_SHOWN]) + "." + more)
