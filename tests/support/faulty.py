"""Commands on a disk that refuses: each in a process of its own, with what it said."""

import importlib
import os
import pickle
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import app

NOBODY = 65534
for _late in ("bot.main.serving", "bot.main.log_key", "bot.main.restoring", "concurrent.futures.thread"):
    importlib.import_module(_late)  # while this process may still read its own libraries


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    error: str
    crashed: str


def on_a_full_disk(limit: int, env: dict[str, str], *arguments: str) -> Said:
    """No file grows beyond so many bytes."""
    return _apart(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)), env, arguments)


def as_nobody(env: dict[str, str], *arguments: str) -> Said:
    """As a user who owns nothing: root itself is refused by no mode."""
    return _apart(_become_nobody, env, arguments)


def give_to_nobody(*folders: Path) -> None:
    """All that is in them."""
    for folder in folders:
        for path in (folder, *folder.rglob("*")):
            if os.geteuid() == 0:
                os.chown(path, NOBODY, NOBODY)


def _become_nobody() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _apart(before: Callable[[], None], env: dict[str, str], arguments: tuple[str, ...]) -> Said:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            before()
            result = CliRunner().invoke(app, list(arguments), env=env)
            crashed = (
                "" if result.exception is None or isinstance(result.exception, SystemExit) else repr(result.exception)
            )
            os.write(writer, pickle.dumps(Said(result.exit_code, result.stdout, result.stderr, crashed)))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    found: Said = pickle.loads(said)  # noqa: S301 - our own child's
    return found
