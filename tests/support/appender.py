"""A process that appends to a log on PostgreSQL, one entry a transaction, and says each place once it is committed.

`python -m tests.support.appender URL NAME COUNT`, with both keys in the environment. With `--hang` in the middle it
appends one that it never commits, says so, and waits to be killed.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledger import KeyEncryptionKey, Ledger, LogKey, verify_with_key
from tests.support.ledger_room import NOON, Room, note, open_postgres, schemas

ROOT = Path(__file__).parents[2]
MIDDLE = "holds the head"


@dataclass
class Writer:
    """Such a process, seen from the test."""

    name: str
    process: subprocess.Popen[str] = field(repr=False)
    said: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def start(cls, room: Room, name: str, count: int, *options: str) -> "Writer":
        """Begin."""
        keys = {"KEK": room.kek.to_text(), "LOG_KEY": room.log_key.to_text()}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.appender", room.url, name, str(count), *options],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **keys},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return cls(name, process)

    def kill(self, *, after: int | str) -> None:
        """SIGKILL, once it has committed so many, or has said this.

        Whoever holds the head is to be killed first: nobody else commits meanwhile.
        """
        for line in self._lines():
            if line == after or len(self.said) == after:
                self.process.kill()
                break
        self.finish()

    def finish(self) -> int:
        """Hear it to its end; its exit code."""
        for _ in self._lines():
            pass
        code = self.process.wait(60)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return code

    @property
    def places(self) -> list[int]:
        """Of what it has committed, and known that it has."""
        return [int(line) for line in self.said if line != MIDDLE]

    def _lines(self) -> Iterator[str]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())
            yield self.said[-1]


@dataclass
class Crew:
    """Those of one test."""

    room: Room
    writers: list[Writer] = field(default_factory=list)

    def start(self, name: str, count: int, *options: str) -> Writer:
        """One more."""
        self.writers.append(Writer.start(self.room, name, count, *options))
        return self.writers[-1]


@contextmanager
def crew(room: Room) -> Iterator[Crew]:
    """Such processes, none of which is left behind: one that holds the head would hold up whoever cleans up."""
    made = Crew(room)
    try:
        yield made
    finally:
        for writer in made.writers:
            with writer.process:
                writer.process.kill()


def check(room: Room, writers: list[Writer], killed: list[Writer]) -> int:
    """No gap, no fork: each entry of each writer stands once, where it was told, in its order. How many there are."""
    with room.read() as connection:
        report = verify_with_key(connection, room.log_key.verifier, room.kek, schemas())
        assert report.sound, report.to_text()
        entries = list(room.ledger.entries(connection, 3))
    assert [entry.index for entry in entries] == list(range(3, 3 + len(entries)))
    standing: dict[str, list[tuple[int, int]]] = {}
    for entry in entries:
        name, number = str(entry.event.body["text"]).split()
        standing.setdefault(name, []).append((entry.index, int(number)))
    for writer in writers:
        found = standing.pop(writer.name, [])
        assert [number for _, number in found] == list(range(len(found)))
        told = [place for place, _ in found]
        lost = told[len(writer.places) :]  # committed, and killed before it could say so
        assert told[: len(writer.places)] == writer.places
        assert len(lost) <= (writer in killed)
    assert not standing
    return len(entries)


def main() -> None:
    """Append."""
    url, name, count, *options = sys.argv[1:]
    kek, log_key = KeyEncryptionKey.from_text(os.environ["KEK"]), LogKey.from_text(os.environ["LOG_KEY"])
    engine = open_postgres(url)
    with engine.connect().execution_options(writing=True) as connection:
        with connection.begin():
            ledger = Ledger.open(connection, kek=kek, log_key=log_key, schemas=schemas())
        for number in range(int(count)):
            with connection.begin():
                done = ledger.append(connection, note(f"{name} {number}", index=(("request", name),)), at=NOON)
                if options and number == int(count) // 2:
                    print(MIDDLE, flush=True)  # noqa: T201 - the test listens
                    sys.stdin.read()
            print(done.index, flush=True)  # noqa: T201 - the test listens


if __name__ == "__main__":
    main()
