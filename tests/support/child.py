"""The real `cred serve` as the scenario tests start it, with powers that only they have.

Nothing of the program is replaced but its clock, and a fork has read the certificates that clients trust. What is added
comes by the environment:

- `CRED_TEST_CLOCK`: a file with seconds by which the program's clock is ahead; read at each look, so time can be moved.
- `CRED_TEST_COMMITS`: a file that gets a line for each commit of a writing transaction: what it committed.
- `CRED_TEST_KILL`: a file with `before LABEL` or `after LABEL`; the process ends itself with SIGKILL there. A label is
  what the commit log says, and `#2` behind it means the second such commit since the file was written.
- `CRED_TEST_REFUSE`: a file; while it holds anything, nobody listens where the answers to clicks go.
- `CRED_TEST_PART`: `--web` or `--worker`, where it is to be a part only.
- `CRED_TEST_SWEEP`: seconds between two sweeps, so that a test need not wait a quarter of a minute for one.

The process ends with the one that started it: no child outlives its test.
"""

import multiprocessing
import os
import re
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
from sqlalchemy import Connection, Engine, event

from bot.cli import app
from bot.domain.events import Event
from bot.main import program, serving
from bot.store.recording import Recorder
from tests.support import trusted

trusted.read_once()
_TABLE = re.compile(r'(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)')


class MovedClock:
    """The machine's clock, ahead by what the file says."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        """Now, as the test wants it."""
        return datetime.now(UTC) + timedelta(seconds=float(self._file.read_text() or 0))


class Boundaries:
    """Every commit of a writing transaction: named, written down, and deadly where the test says so."""

    def __init__(self, commits: Path, kill: Path) -> None:
        self._commits = commits
        self._kill = kill
        self._order = ""
        self._seen: Counter[str] = Counter()

    def install(self) -> None:
        """Stand around the commits of SQLAlchemy, and listen to what each is made of."""
        event.listen(Engine, "begin", lambda connection: connection.info.update(told=[], tables=set()))
        event.listen(Engine, "before_cursor_execute", self._wrote)
        commit, append = Connection._commit_impl, Recorder.append_all

        def bounded(connection: Connection) -> None:
            name = self._name(connection)
            if name is None:
                commit(connection)
                return
            numbered = self._reach("before", name)
            commit(connection)
            self._reached("after", numbered)
            with self._commits.open("a") as file:
                file.write(name + "\n")

        def told(recorder: Recorder, entries: list[Event]) -> None:
            recorder._connection.info["told"] += [entry.kind.value for entry in entries]
            append(recorder, entries)

        Connection._commit_impl = bounded
        Recorder.append_all = told

    @staticmethod
    def _wrote(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        found = _TABLE.match(statement)
        if found:
            connection.info["tables"].add(found[1])

    @staticmethod
    def _name(connection: Connection) -> str | None:
        """The kinds of entries in it; without any, the tables that it wrote. None if it wrote nothing."""
        told, tables = connection.info["told"], connection.info["tables"]
        return "+".join(told) or "+".join(sorted(tables)) or None

    def _reach(self, when: str, name: str) -> str:
        order = self._kill.read_text()
        if order != self._order:
            self._order = order
            self._seen.clear()
        self._seen[name] += 1
        numbered = name if self._seen[name] == 1 else f"{name}#{self._seen[name]}"
        self._reached(when, numbered)
        return numbered

    def _reached(self, when: str, numbered: str) -> None:
        if self._order == f"{when} {numbered}":
            os.kill(os.getpid(), signal.SIGKILL)


def _refuse_replies(order: Path) -> None:
    """Send what goes out through httpx, which is answers to clicks alone, to a port on which nobody listens."""
    send = httpx.HTTPTransport.handle_request

    def sent(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if order.read_text():
            request.url = request.url.copy_with(port=1)
        return send(transport, request)

    httpx.HTTPTransport.handle_request = sent


def _end_with_the_parent(wait: Callable[[], object]) -> None:
    """SIGKILL once `wait` returns."""

    def end() -> None:
        wait()
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=end, name="end-with-the-parent", daemon=True).start()


def main() -> None:
    """`cred serve`, under test, as a command: it ends when its standard input does."""
    stdin = sys.stdin.fileno()  # not through `sys.stdin`: its lock must be free when the interpreter ends
    _end_with_the_parent(lambda: os.read(stdin, 1))
    _serve()


def born(settings: dict[str, str], folder: Path, log: Path) -> None:
    """`cred serve`, under test, in a fork, which keeps nothing of where it comes from but the code."""
    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(settings)
    with log.open("ab") as file:
        for said in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), said.fileno())
    parent = multiprocessing.parent_process()
    assert parent is not None
    _end_with_the_parent(parent.join)
    _serve()


def _serve() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever started the tests may have wanted them to outlive a terminal
    powers = ("CLOCK", "COMMITS", "KILL", "REFUSE")
    clock, commits, kill, refuse = (Path(os.environ[f"CRED_TEST_{power}"]) for power in powers)
    Boundaries(commits, kill).install()
    _refuse_replies(refuse)
    program._SWEEP_EVERY = timedelta(seconds=float(os.environ["CRED_TEST_SWEEP"]))
    serving.build = partial(serving.build, clock=MovedClock(clock))
    app(["serve", *os.environ.get("CRED_TEST_PART", "").split()])


if __name__ == "__main__":
    main()
