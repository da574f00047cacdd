"""A program that has run for a while, its backups, and what its commands say of them."""

import base64
import re
from contextlib import contextmanager

from typer.testing import CliRunner

from bot.cli import app
from bot.main.opening import open_house, read_keys
from bot.store.engine import WRITING
from ledger import Event
from tests.support.fakes import START

_run = CliRunner().invoke


def quiet(_doing, _done, _total):
    """Nobody watches."""


@contextmanager
def opened(places):
    """The house, as the program opens it."""
    house = open_house(places, read_keys(places))
    try:
        yield house
    finally:
        house.close()


def started(version="1"):
    return Event(kind="service:started", actor=None, via="start", body={"version": version, "policy": "x"})


def write(places, *, entries=1, checkpoint=True, version="1"):
    """The program runs for a while."""
    with opened(places) as house:
        for _ in range(entries):
            with house.engine.connect().execution_options(**WRITING) as connection, connection.begin():
                house.ledger.append(connection, started(version), at=START)
        if checkpoint:
            with house.engine.connect().execution_options(**WRITING) as connection, connection.begin():
                house.ledger.checkpoint(connection)


def spellings(key_text):
    """A key as it may stand in a file: what follows name and ID in its text, its bytes, and these in hex."""
    written = re.fullmatch(r"(?:PRIVATE\+KEY\+)?[^+]+\+[0-9a-f]+\+(.+)", key_text.strip())[1]
    secret = base64.b64decode(written)[-32:]
    return [written.encode(), secret, secret.hex().encode()]


def size(places):
    with opened(places) as house, house.engine.connect() as connection, connection.begin():
        return house.ledger.size(connection)


def refused(env, *arguments):
    result = _run(app, list(arguments), env=env)
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stderr.count("\n") == 1
    return result.stderr


def said(env, *arguments):
    result = _run(app, list(arguments), env=env)
    assert result.exit_code == 0, result.output
    return result.stdout


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
