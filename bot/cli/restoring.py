"""`cred backup` and `cred restore`: a copy that is whole, and the way back to it."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.bars import steps
from bot.cli.refusing import refuse, refusing
from bot.config import read_places
from bot.domain.naming import clean


def backup(
    place: Annotated[Path, typer.Argument(help="A new file; or a folder, in which a file is named after the time.")],
) -> None:
    """Copy the database, beside a running `cred serve`, and check the copy: its pages, its entries, its checkpoint.

    With it go the newest checkpoint and the verifier key, and never a key: keep those in another place. Nothing is
    overwritten. To go back to a backup: cred restore --help
    """
    with refusing(), steps() as progress:
        from bot.main.backing_up import back_up  # noqa: PLC0415 - see bot.cli

        made = back_up(read_places(os.environ), place, datetime.now(UTC), progress)
    typer.echo(f"Database    {made.database} ({made.entries} entries, {made.signed} of them signed)")
    typer.echo(f"Checkpoint  {made.checkpoint}")
    typer.echo(f"Verifier    {made.verifier}")
    typer.echo("\nThe keys are not in it: whoever finds it cannot open the ledger. Names and owners can be read.")


def restore(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="BACKUP", help="A database file that `cred backup` made.", show_default=False),
    ] = None,
    *,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="A checkpoint kept elsewhere, which the backup must continue, beside those known here."),
    ] = None,
    new_origin: Annotated[
        bool,
        typer.Option(
            "--new-origin",
            help="It is older than what is known, and there is no newer one: go on from it as another log. Without "
            "BACKUP: from the database that was put in its place by hand.",
        ),
    ] = False,
    reason: Annotated[
        str | None, typer.Option(help="Why, for whoever reads the ledger later. Goes with --new-origin.")
    ] = None,
) -> None:
    """Put a backup in the database's place, if it is whole and no older than what is known. Stop `cred serve` first.

    Before anything is replaced, every entry is opened, and the whole is held against every known checkpoint and against
    the database that is there. That one is kept, under a name that is told.
    """
    reason = None if reason is None else clean(reason)
    if new_origin != bool(reason):
        refuse('--new-origin needs --reason "why", and the other way round: it stands in the ledger for ever.')
    if file is None and not new_origin:
        refuse("Name the backup: cred restore FILE")
    with refusing(), steps() as progress:
        from bot.main.examining import Wish  # noqa: PLC0415 - see bot.cli
        from bot.main.restoring import restore as put_back  # noqa: PLC0415 - the same

        wish = Wish(backup=file, outside=checkpoint, reason=reason)
        done = put_back(read_places(os.environ), wish, datetime.now(UTC), progress)
    typer.echo(f"Database  {done.database} ({done.checked.entries} entries)")
    if done.former is not None:
        typer.echo(f"Former    {done.former} (remove it when you are sure)")
    if done.verifier is not None:
        typer.echo(f"Ledger    {done.checked.origin} from now on")
        typer.echo(f"Verifier  {done.verifier} (give it to whoever checks the ledger, and to its witnesses)")
    typer.echo(f"\nNext: {'`cred migrate`, then ' if done.checked.behind else ''}`cred serve`.")
