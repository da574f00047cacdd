"""`cred policy check`: every mistake of the policy file at once, each with its line and what to do."""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.refusing import FOUND_WRONG
from bot.config import Mistake, PolicyError, load_policy
from bot.domain.policy import Policy


def check(
    file: Annotated[
        Path | None, typer.Argument(help="The policy file. Without it: CRED_CONFIG, else cred.toml.")
    ] = None,
) -> None:
    """Say every mistake in the policy file, with its line and what to do. Changes nothing.

    Exit 0: sound. 1: mistakes. It needs no Slack, no database and no key, so it fits into a commit hook.
    """
    path = file or Path(os.environ.get("CRED_CONFIG") or "cred.toml")
    try:
        typer.echo(_summary(path, load_policy(path)))
    except PolicyError as error:
        typer.echo(_report(error), err=True)
        raise typer.Exit(FOUND_WRONG) from None


def _summary(path: Path, policy: Policy) -> str:
    estates = _count(len(policy.estates), "estate")
    roles = ", ".join(f"{role.key} (quorum {role.quorum})" for role in policy.roles.values())
    return f"{path} is sound: {policy.organization.name}, {estates}; roles {roles}. Digest {policy.digest[:8]}."


def _report(error: PolicyError) -> str:
    """`file:line:` first, which editors and terminals know how to jump to."""
    lines = [_told(error.source, mistake) for mistake in error.mistakes]
    return "\n".join([*lines, "", f"{_count(len(error.mistakes), 'mistake')} in {error.source}."])


def _told(source: str, mistake: Mistake) -> str:
    place = source if mistake.line is None else f"{source}:{mistake.line}"
    what = f"{mistake.key}: {mistake.problem}" if mistake.key else mistake.problem
    return f"{place}: {what}\n    {mistake.remedy}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
