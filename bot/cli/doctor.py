"""`cred doctor`: everything that has to be right, line by line, each passed or with what to do."""

import os

import typer

from bot.cli.refusing import FOUND_WRONG


def doctor() -> None:
    """Look at tokens, scopes, clock, channels, policy, keys, database and ledger; say what is wrong and what to do.

    Changes nothing. Give it the settings that `cred serve` gets. Exit 0: all is well. 1: something is not.
    """
    from rich.console import Console  # noqa: PLC0415 - see bot.cli
    from rich.markup import escape  # noqa: PLC0415 - the same

    from bot.main.checkup import findings  # noqa: PLC0415 - the same

    console, wrong = Console(highlight=False, soft_wrap=True), 0
    for finding in findings(os.environ):
        mark = "[green]✓[/]" if finding.passed else "[red]✗[/]"
        console.print(f"{mark} {finding.subject:<9} {escape(finding.said)}")
        wrong += not finding.passed
    if wrong:
        console.print(f"\n{wrong} to put right." if wrong > 1 else "\nOne thing to put right.")
        raise typer.Exit(FOUND_WRONG)
    console.print("\nAll is well.")
