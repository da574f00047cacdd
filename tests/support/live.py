"""The real program in a process of its own, which a test starts, stops, kills and starts again over the same folder.

`tests.support.composing.a_program` makes one; `tests.support.keeping` lends one from test to test.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import httpx

from bot.config import Places, load_policy, read_places
from bot.domain.clauses import Windows
from bot.domain.events import EventKind
from tests.support.birth import Command, Fork, Process
from tests.support.sandbox import PATIENCE, Control, Person, Workspace, eventually

_LOGINS = {
    EventKind.RECEIPT_CHANGED,
    EventKind.CREDENTIAL_USED,
    EventKind.CREDENTIAL_REFUSED,
    EventKind.CLIENT_UNKNOWN,
    EventKind.NETWORK_MET,
}
_BY_THE_CLOCK = {*_LOGINS, "secret", "login", "login_writer", "refusal", "network", "ledger_checkpoint"}
"""Of a commit's label: entries of logins, and the tables of such a commit without entries."""

MAYA, ANA, BEN, SAM, OTTO = "U0MAYA000", "U0ANA0000", "U0BEN0000", "U0SAM0000", "U0OTTO000"


@dataclass(kw_only=True)
class Program:
    """A bot that can be started, stopped, killed and started again over the same folder."""

    folder: Path
    workspace: Workspace
    port: int
    settings: dict[str, str] = field(repr=False)
    process: Process | None = field(default=None, repr=False)
    ahead: timedelta = timedelta()
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
    def windows(self) -> Windows:
        """How long its policy lets things wait."""
        return load_policy(self.places.policy).windows

    @property
    def log(self) -> str:
        """All that it ever said."""
        return (self.folder / "bot.log").read_text()

    def files(self) -> Iterator[tuple[Path, bytes]]:
        """All that lies in its folder, but for what took the place of another file meanwhile."""
        for file in self.folder.rglob("*"):
            with suppress(FileNotFoundError, IsADirectoryError):
                yield file, file.read_bytes()

    @property
    def over_a_socket(self) -> bool:
        """Whether it is in Socket Mode."""
        return "SLACK_APP_TOKEN" in self.settings

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.poll() is None

    def person(self, user: str) -> Person:
        """Act as somebody."""
        return self.workspace.as_person(user)

    def launch(self, **changes: str) -> Process:
        """Another process of the same program. Whoever calls it waits for it."""
        return Command({"PATH": os.environ["PATH"], **self.settings, **changes}, self.folder / "bot.log")

    def start(self, *, afresh: bool = False) -> Self:
        """Start, and return once it answers and Slack can reach it: the first time as a command, again as a fork."""
        assert not self.running, "it runs already"
        fork = self.process is not None and not afresh
        self.process = Fork(self.settings, self.folder / "bot.log") if fork else self.launch()
        with httpx.Client(trust_env=False) as http:
            eventually(lambda: self._ready(http), "the start")
        return self

    def _ready(self, http: httpx.Client) -> bool:
        if not self.running:
            raise RuntimeError(f"The bot ended with {self.ended()} instead of starting:\n{self.log}")
        try:
            healthy = http.get(f"{self.url}/healthz").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False
        return healthy and (not self.over_a_socket or self.workspace.connected())

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
        return self.process.wait(PATIENCE)

    def now(self) -> datetime:
        """What the program's clock shows."""
        return datetime.now(UTC) + self.ahead

    def let_pass(self, time: timedelta) -> None:
        """The program's clock goes forward."""
        self.ahead += time
        self._put("clock", str(self.ahead.total_seconds()))

    def kill_at(self, when: str, label: str) -> None:
        """Let it kill itself right before or right after the commit with this label."""
        self._put("kill", f"{when} {label}")

    def spare(self) -> None:
        """Let it live."""
        self._put("kill", "")

    def refuse_replies(self, *, yes: bool = True) -> None:
        """Whether nobody listens where the answers to clicks go."""
        self._put("refuse", "yes" if yes else "")

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

    def acts(self) -> list[str]:
        """The same without what is written later, by the clock, of whatever test it is: the logins and the ledger's."""
        return [label for label in self.commits() if not set(label.split("+")) <= _BY_THE_CLOCK]

    def close(self) -> None:
        """Leave no process behind."""
        if self.running:
            self.kill()
