"""`cred keys` and `cred erase`: the ledger's keys, and the people who must be forgotten."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bot.cli.bars import steps
from bot.cli.refusing import refuse, refusing
from bot.config import read_places

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHOWN = 16
"""Hex digits of an ID: enough to find it by."""


def list_() -> None:
    """List the keys of the ledger: for what, since when, wrapped by which; and the one that signs it. None is shown."""
    with refusing():
        from bot.main.keys import list_keys  # noqa: PLC0415 - see bot.cli

        listed = list_keys(read_places(os.environ))
    widest = max(len(key.purpose) for key in listed.kept)
    typer.echo(f"{'Key':<{_SHOWN}}  {'For':<{widest}}  Status   Created (UTC)     Wrapped by")
    for key in listed.kept:
        created = _EPOCH + timedelta(microseconds=key.created)
        typer.echo(
            f"{key.id.hex()[:_SHOWN]}  {key.purpose:<{widest}}  {key.status:<7}  {created:%Y-%m-%d %H:%M}  "
            f"{key.wrapped_by.hex()[:_SHOWN]}"
        )

    for since, log_key in listed.log_keys:
        status = "primary" if log_key == listed.log_keys[-1][1] else "former"
        typer.echo(f"{log_key.id.hex():<{_SHOWN}}  {'log':<{widest}}  {status:<7}  from entry {since:<5}  -")


def rotate_data() -> None:
    """Seal what comes from now on under a new data key, as happens each month by itself. Stop `cred serve` first."""
    with refusing():
        from bot.main.keys import rotate_data_key  # noqa: PLC0415 - see bot.cli

        index = rotate_data_key(read_places(os.environ), datetime.now(UTC))
    typer.echo(f"Entry {index} begins a new data key. What was sealed before stays readable.")


def rotate_encryption() -> None:
    """Make a new key-encryption key, and wrap every key of the ledger by it. Stop `cred serve` first.

    Run it again if it was interrupted: it finishes what it began.
    """
    with refusing(), steps() as progress:
        from bot.main.keys import rotate_key_encryption_key  # noqa: PLC0415 - see bot.cli

        done = rotate_key_encryption_key(
            read_places(os.environ),
            datetime.now(UTC),
            os.urandom,
            lambda wrapped, total: progress("Wrapping keys", wrapped, total),
        )
    typer.echo(f"Key       {done.new} (new: back it up now, apart from the database)")
    typer.echo(f"Wraps     {done.keys} keys, and those of {done.people} people")
    typer.echo(f"Old key   {done.old} (backups from before need it; destroy it when they are gone)")


def rotate_token() -> None:
    """Make a new key that signs access tokens from now on. Stop `cred serve` first.

    The old key stays in the key set for an hour, so that tokens that it signed count until their end.
    """
    with refusing():
        from bot.main.keys import rotate_token_key  # noqa: PLC0415 - see bot.cli

        until = rotate_token_key(read_places(os.environ), datetime.now(UTC))
    typer.echo(f"A new key signs access tokens. The old one is shown at /jwks.json until {until:%Y-%m-%d %H:%M} UTC.")


def rotate_log() -> None:
    """Make a new log key, which signs from now on. The old one vouches for it. Stop `cred serve` first.

    Who checks the ledger with the old verifier key comes to the new one by that: python -m ledger verify names it. Run
    it again if it was interrupted: it finishes what it began.
    """
    with refusing():
        from bot.main.log_key import rotate_log_key  # noqa: PLC0415 - see bot.cli

        done = rotate_log_key(read_places(os.environ), datetime.now(UTC), os.urandom)
    typer.echo(f"Key       {done.new} (new: back it up now, apart from the database)")
    typer.echo(f"Signs     from entry {done.since} on; the checkpoint there is signed by both keys")
    typer.echo(f"Verifier  {done.verifier} (give it to whoever checks the ledger, and to its witnesses)")
    typer.echo(f"Old key   {done.old} (nothing needs it any more: destroy it)")


def erase(
    person: Annotated[str, typer.Argument(help="A Slack user ID, with --team; or a person ID of the ledger.")],
    *,
    team: Annotated[
        str | None, typer.Option(help="The Slack workspace's ID (T...), where PERSON is a user ID.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase somebody from the ledger: who they are, and every word they typed. Stop `cred serve` first.

    What they did stays, under an ID that leads to nobody; all proofs stay; an entry says that it was done. It cannot be
    undone, but by a backup from before.
    """
    if not yes and not typer.confirm(f"Erase {person} for ever?"):
        refuse("Nothing was changed.")
    with refusing():
        from bot.main.keys import erase as destroy  # noqa: PLC0415 - see bot.cli

        gone = destroy(read_places(os.environ), person, team, datetime.now(UTC))
    typer.echo(f"Erased    {gone}: nobody stands behind that ID any more.")
    typer.echo("Remains   their Slack ID in the tables of the present, where they own or asked for something; backups.")
