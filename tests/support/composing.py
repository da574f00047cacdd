"""A program put together for a test: keys, database and ledger of its own, a workspace of its own, a port of its own.

At the end of the block no process is left, Slack's rules were never broken, and no traceback stands in the log.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from bot.config import read_places
from bot.main.initialising import initialise
from bot.sandbox import Sandbox, Shortcut
from bot.slack.manifest import EVENTS, HISTORY_SCOPES, SCOPES, SHORTCUTS, WATCH_SCOPES
from tests.support.live import Program
from tests.support.ports import reserved
from tests.support.sandbox import Workspace, settings

POLICY = (files("bot.config") / "sandbox.toml").read_text()
ORIGIN = "scenario.invalid/cred-ledger"
PROCESSES = 3
"""Ports in a row that each program has: for itself, and for others over the same database."""


class Hosted(Protocol):
    """A database on a server, and two who may enter."""

    owner: str

    def handed_over(self) -> str:
        """Once the tables are there: the URL of the role that the program works as."""


@contextmanager
def a_program(
    folder: Path,
    *,
    mode: str,
    policy: str = POLICY,
    history: bool = False,
    watch: bool = False,
    database: Hosted | None = None,
) -> Iterator[Program]:
    """A program that runs, with keys, database and ledger of its own. `history`: with the scopes to look answers up.

    `watch`: with the scopes and events to look through what is said.

    `database`: an empty one on a server; without it, a file.
    """
    with ExitStack() as started:
        port = started.enter_context(reserved(PROCESSES))
        slack = Sandbox(
            settings(
                mode=mode,
                request_url=f"http://127.0.0.1:{port}/slack/events" if mode == "http" else None,
                scopes=frozenset({*SCOPES, *(HISTORY_SCOPES if history else ()), *(WATCH_SCOPES if watch else ())}),
                events=frozenset({*EVENTS, *(WATCH_SCOPES.values() if watch else ())}),
                shortcuts=tuple(Shortcut(**each) for each in SHORTCUTS),
                state_file=folder / "workspace.json",
            )
        )
        slack.start()
        started.callback(slack.stop)
        workspace = started.enter_context(Workspace(slack))
        program = _prepared(folder, workspace, port, policy, database)
        started.callback(program.close)
        yield program.start()
        check_manners(program)


def check_manners(program: Program) -> None:
    """What no test may leave behind: a rule of Slack's that was broken, a traceback in the log."""
    assert program.control.violations() == []
    assert "Traceback" not in program.log, program.log


def _prepared(folder: Path, workspace: Workspace, port: int, policy: str, database: Hosted | None) -> Program:
    (folder / "cred.toml").write_text(policy)
    for name in ("clock", "kill", "refuse", "commits", "bot.log"):
        (folder / name).touch()
    places = {
        "CRED_CONFIG": str(folder / "cred.toml"),
        "CRED_DATABASE_URL": f"sqlite:///{folder / 'cred.db'}" if database is None else database.owner,
        "CRED_KEY_FILE": str(folder / "cred.key"),
        "CRED_LOG_KEY_FILE": str(folder / "cred-log.key"),
        "CRED_CHECKPOINTS": str(folder / "checkpoints"),
        "CRED_BIND": "127.0.0.1",
        "PORT": str(port),
        "CRED_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    powers = {
        "CRED_TEST_CLOCK": str(folder / "clock"),
        "CRED_TEST_COMMITS": str(folder / "commits"),
        "CRED_TEST_KILL": str(folder / "kill"),
        "CRED_TEST_REFUSE": str(folder / "refuse"),
        "CRED_TEST_SWEEP": "1",
    }
    initialise(read_places(dict(places)), ORIGIN, now=datetime.now(UTC))
    if database is not None:
        places["CRED_DATABASE_URL"] = database.handed_over()
    return Program(
        folder=folder, workspace=workspace, port=port, settings={**places, **_tokens(workspace.sandbox), **powers}
    )


def _tokens(slack: Sandbox) -> dict[str, str]:
    tokens = {"SLACK_BOT_TOKEN": slack.settings.bot_token, "SLACK_API_URL": f"{slack.url}/api/"}
    if slack.settings.mode == "socket":
        return {**tokens, "SLACK_APP_TOKEN": slack.settings.app_token}
    return {**tokens, "SLACK_SIGNING_SECRET": slack.settings.signing_secret}
