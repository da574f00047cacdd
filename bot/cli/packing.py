"""`cred pack`: what an auditor takes away."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.bars import steps
from bot.cli.refusing import refusing
from bot.config import read_places


def pack(
    place: Annotated[Path, typer.Argument(help="A new folder, or a new file that ends in .zip.")],
    *,
    policy: Annotated[
        Path | None,
        typer.Option(help="The witness policy: the pack has the newest checkpoint that the witnesses cosigned."),
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="The checkpoint to use. Without it: the newest.")] = None,
    cores: Annotated[int | None, typer.Option(help="How many cores to use. Without it: all.", min=1)] = None,
) -> None:
    """Make a pack for an auditor: the life of each credential as a report, and the log that proves it, sealed.

    The ledger is verified first; what is not sound is not handed out. The pack holds no key. The report names people
    and credentials: give it only to whoever may read them. It may run beside `cred serve`.
    """
    with refusing(), steps() as progress:
        from bot.main.packing import Wanted  # noqa: PLC0415 - see bot.cli
        from bot.main.packing import pack as make  # noqa: PLC0415 - the same

        wanted = Wanted(place=place, checkpoint=checkpoint, policy=policy, cores=cores)
        done = make(read_places(os.environ), wanted, datetime.now(UTC), progress)
    typer.echo(f"Pack         {done.place}")
    typer.echo(f"Credentials  {done.credentials}")
    for log in done.logs:
        of_log = f" of {log.origin}" if len(done.logs) > 1 else ""
        typer.echo(f"Entries      {log.entries}{of_log} ({log.signed} of them in the pack, under its checkpoint)")
    folders = " and ".join(f"{log.folder}/" for log in done.logs)
    typer.echo(f"\nThe auditor begins with report.html, and checks {folders} with check.py.")
