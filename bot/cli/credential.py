"""`cred credential why`: why a credential does not work, for whoever runs Cred."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.refusing import FOUND_WRONG, refuse, refusing
from bot.config import load_policy, read_places
from bot.domain.route import METHODS


def why(
    client_id: Annotated[str, typer.Argument(help="The client ID that its program shows. Never a secret.")],
    *,
    path: Annotated[
        str | None, typer.Option(help="Of a call that is refused: held against the policy's [[routes]].")
    ] = None,
    method: Annotated[str, typer.Option(help="Of that call.")] = "GET",
    estate: Annotated[str | None, typer.Option(help="Key or ID of the estate that the call is for.")] = None,
    token: Annotated[
        Path | None,
        typer.Option(help="A file with the access token or the assertion that is refused: its times are looked at."),
    ] = None,
) -> None:
    """Say why a credential does not work: one sentence of cause, one of what to do. Changes nothing.

    Exit 0: nothing is wrong. 1: something is, and it says what. 2: could not look. It may run beside `cred serve`,
    which writes what was refused after ten seconds and a use after a minute at most.
    """
    if method.upper() not in METHODS:
        refuse(f"--method is one of {', '.join(sorted(METHODS))}.")
    with refusing():
        places = read_places(os.environ)
        policy = load_policy(places.policy)
        from bot.main.diagnosing import diagnose, read_token  # noqa: PLC0415 - see bot.cli
        from bot.service.logins.diagnosis import Finding, Question  # noqa: PLC0415 - the same

        times = None if token is None else read_token(token)
        question = Question(client_id=client_id, method=method, path=path, estate=estate, token=times)
        found, told = diagnose(places, policy, question, datetime.now(UTC))
    typer.echo(told)
    if found.finding is not Finding.NOTHING:
        raise typer.Exit(FOUND_WRONG)
