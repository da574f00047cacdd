"""`cred import`: a spreadsheet of credentials that live elsewhere. Looked at, then taken over whole or not at all."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.bars import steps
from bot.cli.refusing import FOUND_WRONG, refuse, refusing
from bot.config import Places, load_policy, read_places
from bot.domain.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from bot.service.vendors.importing import Desk, Found

_SHOWN = 12
"""Rows in the table of what would be done; the rest is counted."""


def import_(
    file: Annotated[Path, typer.Argument(help="The spreadsheet, saved as CSV UTF-8.", metavar="FILE.csv")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, without being asked.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Into the sandbox's database.")] = False,
) -> None:
    """Take over a spreadsheet of credentials that live at vendors: they are tracked and warned of from then on.

    Its first line names the columns: name, estate, vendor, client_id, role, owner, expires; description if you like.
    Estates, vendors ([[vendors]] in cred.toml) and roles go by key or name, owners by member ID (U…) or name, days by
    2027-03-31. No secret may stand in it. First everything is looked at, and every mistake is told with its line; then
    all rows are taken over, or none. `cred serve` may go on running: ten thousand rows keep it from writing for some
    seconds, in which people are told that it is busy.

    Exit 0: sound, or done. 1: mistakes. 2: could not run.
    """
    if yes and dry_run:
        refuse("Say --yes or --dry-run, not both.")
    with refusing():
        places = _places(sandbox=sandbox)
        policy = load_policy(places.policy)
        with _desk(places, policy) as desk:
            found = _look(desk, file)
            _tell(desk, found, file)
            if dry_run or not (yes or _asked(found)):
                typer.echo(f"\nNothing was written. To take them over: cred import {file} --yes")
                return
            count = _take_over(desk, found)
    typer.echo(
        f"\n{_counted(count)} taken over, in one transaction with an entry for each.\n"
        "A `cred serve` that runs tells of those that end soon within half a minute, or when people work again."
    )


def _places(*, sandbox: bool) -> Places:
    if not sandbox:
        return read_places(os.environ)
    from bot.cli.playing import Plan  # noqa: PLC0415 - see bot.cli
    from bot.cli.sandbox import FOLDER  # noqa: PLC0415 - the same

    return read_places(Plan.new(folder=FOLDER, port=7340, http=False).places())


@contextmanager
def _desk(places: Places, policy: Policy) -> "Iterator[Desk]":
    from bot.main.assembly import SystemClock, SystemEntropy  # noqa: PLC0415 - see bot.cli
    from bot.main.beside import beside  # noqa: PLC0415 - the same
    from bot.main.opening import read_keys  # noqa: PLC0415 - the same
    from bot.service.vendors.importing import Desk  # noqa: PLC0415 - the same

    clock = SystemClock()
    with beside(places, read_keys(places), policy, clock) as opened:
        yield Desk(policy=policy, people=opened.people, store=opened.store, clock=clock, entropy=SystemEntropy())


def _look(desk: "Desk", file: Path) -> "Found":
    from bot.service.vendors import importing, spreadsheet  # noqa: PLC0415 - see bot.cli

    try:
        with file.open("rb") as opened:
            content = opened.read(spreadsheet.SIZE_MOST + 1)
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}.")
    sheet = spreadsheet.read(content, source=file.name)
    with steps() as step:
        return importing.look(desk, sheet, lambda done: step("Looking at rows", done, len(sheet.rows)))


def _tell(desk: "Desk", found: "Found", file: Path) -> None:
    """What is wrong, and then nothing more; else what would be done."""
    if found.faults:
        for fault in found.faults:
            place = f"{file}:{fault.line}: {fault.column}: " if fault.column else f"{file}:{fault.line}: "
            typer.echo(f"{place}{fault.problem}\n    {fault.remedy}", err=True)
        rows = len({fault.line for fault in found.faults})
        typer.echo(f"\n{rows} {'row' if rows == 1 else 'rows'} with mistakes. Nothing was written.", err=True)
        raise typer.Exit(FOUND_WRONG)
    console = _console()
    console.print(_table(desk, found))
    soon = sum(made.plan.due_at is not None and made.plan.due_at <= desk.clock.now() for _, made in found.credentials)
    lines = [f"{_counted(len(found.credentials))} sound."]
    lines += [f"{_counted(soon)} near the end, and warned of while people work; of a last day at once."] if soon else []
    if found.outlives:
        lines.append(f"{_counted(len(found.outlives))} to live longer than the role allows a new one: that is kept.")
    typer.echo("\n".join(lines))


def _table(desk: "Desk", found: "Found") -> object:
    from rich.table import Table  # noqa: PLC0415 - see bot.cli

    table = Table("Line", "Name", "Estate", "Vendor", "Client ID", "Role", "Owner", "Until", title="To be taken over")
    for line, made in found.credentials[:_SHOWN]:
        member = desk.people.member(made.owner)
        owner = made.owner if member is None else member.name
        until = desk.policy.last_day(made.expires_at).isoformat()
        cells = (made.name, made.estate, made.authority, made.client_id, made.role, owner, until)
        table.add_row(str(line), *cells)
    more = len(found.credentials) - _SHOWN
    if more > 0:
        table.caption = f"… and {more} more"
    return table


def _asked(found: "Found") -> bool:
    """Whether somebody is there, and says yes."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return typer.confirm(f"\nTake {_counted(len(found.credentials), verb=False)} over now?")


def _take_over(desk: "Desk", found: "Found") -> int:
    from bot.ports import Conflict, StoreBusyError  # noqa: PLC0415 - see bot.cli
    from bot.service.vendors import importing  # noqa: PLC0415 - see bot.cli

    try:
        with steps() as step:
            step("Writing", 0, None)
            return importing.take_over(desk, found)
    except Conflict as conflict:
        refuse(f"{conflict} Nothing was written. Run the command again: it says which row.")
    except StoreBusyError as busy:
        refuse(str(busy))


def _console() -> "Console":
    from rich.console import Console  # noqa: PLC0415 - see bot.cli

    return Console()


def _counted(number: int, *, verb: bool = True) -> str:
    counted = f"{number} credential{'' if number == 1 else 's'}"
    return f"{counted} {'is' if number == 1 else 'are'}" if verb else counted
