"""`cred export ocsf`: the ledger's entries for a SIEM that reads files or a pipe."""

import os
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.refusing import refuse, refusing
from bot.config import read_places


def ocsf(
    file: Annotated[
        Path | None,
        typer.Argument(help="A file to append to: it goes on where the last export ended. Without it: stdout."),
    ] = None,
    *,
    since: Annotated[
        str,
        typer.Option(help="The first entry to write to stdout: its number, or its metadata.uid. Without it: all."),
    ] = "0",
) -> None:
    """Write the ledger's entries as OCSF events, one JSON object a line, each once. It may run beside `cred serve`.

    The key is needed, since entries are sealed. People stand as their IDs in the ledger and in Slack; what somebody
    typed is not written. To have them pushed over HTTP instead, set CRED_SIEM_URL for `cred serve`.
    """
    with refusing():
        from bot.main.exporting import export_from, export_to  # noqa: PLC0415 - see bot.cli

        if file is None:
            _print(export_from(read_places(os.environ), since, version("cred")))
            return
        done = export_to(read_places(os.environ), file, version("cred"))
    typer.echo(f"{file}: {done} new events")


def _print(batches: Iterable[str]) -> None:
    """Whoever reads may have had enough: that is no error."""
    for lines in batches:
        try:
            sys.stdout.write(lines)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes nowhere
            return
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            refuse(f"The standard output cannot be written: {error.strerror}. Not all events went out.")
