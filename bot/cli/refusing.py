"""How a command says no: the sentence on stderr, and exit 2."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from bot.domain.errors import CredError

COULD_NOT_RUN = 2
FOUND_WRONG = 1


@contextmanager
def refusing() -> Iterator[None]:
    """What the block refuses with becomes the command's answer. A bug stays a traceback."""
    try:
        yield
    except CredError as error:
        refuse(str(error))


def refuse(sentence: str) -> NoReturn:
    """Say it and leave."""
    print(f"cred: {sentence}", file=sys.stderr)  # noqa: T201 - a command talks to its terminal
    raise typer.Exit(COULD_NOT_RUN)
