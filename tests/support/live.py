"""The real program in a process of its own, and Slack's side of the wire in this one.

with a_program(tmp_path, mode="http") as program:
    road.ask(program, "billing")
    program.kill()
    program.start()

At the end of any test no process is left, Slack's rules were never broken, and no traceback stands in the log.
That ledger and tables are sound is what `tests.support.soundness` checks, whenever a test asks.
"""

import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Self

import httpx

from bot.config import Places, read_places
from bot.main.initialising import initialise
from bot.sandbox import Sandbox
from bot.slack.manifest import EVENTS, SCOPES
from tests.support.sandbox import Control, Person, Workspace, eventually, settings

ROOT = Path(__file__).parents[2]
POLICY = (files("bot.config") / "sandbox.toml").read_text()
ORIGIN = "scenario.invalid/cred-ledger"
MAYA, ANA, BEN, SAM, OTTO = "U0MAYA000", "U0ANA0000", "U0BEN0000", "U0SAM0000", "U0OTTO000"
PATIENCE = 30.0
"""Seconds for a start or an end on a busy machine."""
_PORTS = range(20_000, 30_000)
"""Below those that the kernel gives to outgoing connections, one of which could take the port while the bot is down."""


@dataclass(kw_only=True)
class Program:
    """A bot that can be started, stopped, killed and started again over the same folder."""

    folder: Path
    workspace: Workspace
    port: int
    settings: dict[str, str] = field(repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _commits_read: int = field(default=0, init=False, repr=False)

    @property
    def url(self) -> str:
        """Where the bot listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def control(self) -> Control:
        """The tests' powers over the workspace."""
        return self.workspace.control

    @property
    def places(self) -> Places:
        """Where its things lie."""
        return read_places(dict(self.settings))

    @property
    def log(self) -> str:
        """All that it ever said."""
        return (self.folder / "bot.log").read_text()

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.poll() is None

    def person(self, user: str) -> Person:
        """Act as somebody."""
        return self.workspace.as_person(user)

    def launch(self) -> subprocess.Popen[bytes]:
        """Another process of the same program. Whoever calls it waits for it."""
        with (self.folder / "bot.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.support.child"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **self.settings},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> Self:
        """Start, and return once it answers and Slack can reach it."""
        assert not self.running, "it runs already"
        self.process = self.launch()
        with httpx.Client(trust_env=False) as http:
            eventually(lambda: self._ready(http), "the start", PATIENCE)
        return self

    def _ready(self, http: httpx.Client) -> bool:
        if not self.running:
            raise RuntimeError(f"The bot ended with {self.ended()} instead of starting:\n{self.log}")
        try:
            healthy = http.get(f"{self.url}/healthz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False
        return healthy and ("SLACK_SIGNING_SECRET" in self.settings or self.workspace.connected())

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop and wait; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.ended()

    def kill(self) -> None:
        """SIGKILL, now."""
        assert self.process is not None
        self.process.kill()
        self.ended()

    def wait_killed(self) -> None:
        """Wait until it has killed itself. Fails where it ended otherwise, or not in time."""
        assert self.ended() == -signal.SIGKILL, self.log

    def restart(self) -> Self:
        """SIGKILL if it runs, and start."""
        if self.running:
            self.kill()
        return self.start()

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        assert self.process is not None
        code = self.process.wait(PATIENCE)
        if self.process.stdin is not None:
            self.process.stdin.close()
        return code

    def move_clock(self, ahead: timedelta) -> None:
        """The program's clock is ahead of the machine's by so much."""
        self._put("clock", str(ahead.total_seconds()))

    def kill_at(self, when: str, label: str) -> None:
        """Let it kill itself right before or right after the commit with this label."""
        self._put("kill", f"{when} {label}")

    def spare(self) -> None:
        """Let it live."""
        self._put("kill", "")

    def _put(self, name: str, text: str) -> None:
        """A file that is there at once and whole."""
        fresh = self.folder / f"{name}.new"
        fresh.write_text(text)
        fresh.replace(self.folder / name)

    def commits(self) -> list[str]:
        """What was committed since the last call, a label each."""
        lines = (self.folder / "commits").read_text().splitlines()
        done, self._commits_read = self._commits_read, len(lines)
        return lines[done:]

    def close(self) -> None:
        """Leave no process behind."""
        if self.running:
            self.kill()


@contextmanager
def a_program(folder: Path, *, mode: str, policy: str = POLICY, **sandbox: object) -> Iterator[Program]:
    """A program that runs, with keys, database and ledger of its own."""
    port = _free_port()
    slack = Sandbox(
        settings(
            mode=mode,
            request_url=f"http://127.0.0.1:{port}/slack/events" if mode == "http" else None,
            scopes=frozenset(SCOPES),
            events=frozenset(EVENTS),
            state_file=folder / "workspace.json",
            **sandbox,
        )
    )
    slack.start()
    try:
        with Workspace(slack) as workspace:
            program = _prepared(folder, workspace, port, policy)
            try:
                yield program.start()
                check_manners(program)
            finally:
                program.close()
    finally:
        slack.stop()


def check_manners(program: Program) -> None:
    """What no test may leave behind: a rule of Slack's that was broken, a traceback in the log."""
    assert program.control.violations() == []
    assert "Traceback" not in program.log, program.log


def _prepared(folder: Path, workspace: Workspace, port: int, policy: str) -> Program:
    (folder / "cred.toml").write_text(policy)
    for name in ("clock", "kill", "commits", "bot.log"):
        (folder / name).touch()
    places = {
        "CRED_CONFIG": str(folder / "cred.toml"),
        "CRED_DATABASE_URL": f"sqlite:///{folder / 'cred.db'}",
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
        "CRED_TEST_SWEEP": "1",
    }
    initialise(read_places(dict(places)), ORIGIN, now=datetime.now(UTC))
    return Program(
        folder=folder, workspace=workspace, port=port, settings={**places, **_tokens(workspace.sandbox), **powers}
    )


def _tokens(slack: Sandbox) -> dict[str, str]:
    tokens = {"SLACK_BOT_TOKEN": slack.settings.bot_token, "SLACK_API_URL": f"{slack.url}/api/"}
    if slack.settings.mode == "socket":
        return {**tokens, "SLACK_APP_TOKEN": slack.settings.app_token}
    return {**tokens, "SLACK_SIGNING_SECRET": slack.settings.signing_secret}


def _free_port() -> int:
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
