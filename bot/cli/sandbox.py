"""`cred sandbox`: a local workspace in the browser with the real bot in it, and nothing of a real workspace near it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.refusing import FOUND_WRONG, refuse, refusing

FOLDER = Path("var/sandbox")
_KEYS = ("CRED_KEY", "CRED_LOG_KEY")
_FOREIGN = ("CRED_DATABASE_URL", *(f"{key}{form}" for key in _KEYS for form in ("", "_FILE", "_COMMAND")))


def sandbox(
    *,
    http: Annotated[bool, typer.Option("--http", help="HTTP mode instead of Socket Mode.")] = False,
    port: Annotated[int, typer.Option(help="The page's port; the bot takes the next one.", min=1, max=65534)] = 7340,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew: forget what was done here.")] = False,
    folder: Annotated[Path, typer.Option(help="Where its data lies.")] = FOLDER,
) -> None:
    """Try it: a local workspace in the browser, with the real bot and five people whom you act as. Ctrl-C stops it.

    Needs no Slack and no settings. What you do stays under var/sandbox; the next start goes on with it.
    """
    _refuse_the_real_world(os.environ)
    from bot.cli import forgetting, playing  # noqa: PLC0415 - see bot.cli

    with refusing():
        if fresh:
            forgetting.forget(folder)
        well = playing.play(playing.Plan.new(folder=folder, port=port, http=http))
    if not well:
        raise typer.Exit(FOUND_WRONG)


def _refuse_the_real_world(names: Iterable[str]) -> None:
    """A game that reached a real workspace, database or key would be a disaster that looks like a game."""
    found = sorted(name for name in names if name.startswith("SLACK_") or name in _FOREIGN)
    if found:
        refuse(f"The sandbox does not start beside settings of a real workspace: unset {', '.join(found)}.")
