"""A real PostgreSQL for the tests of one worker: in a folder of its own, on a socket there, gone at the end.

It sorts as a dictionary does, dashes and case aside (ICU), and not by bytes as SQLite does: what depends on that shows.
"""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from bot.store.granting import grants
from tests.support.sandbox import eventually

_UNPRIVILEGED = ("postgres", "nobody")
"""It refuses to run as root."""
_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",  # no test cuts the power
    "autovacuum": "off",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class Postgres:
    """A running server."""

    folder: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def url(self, database: str = "postgres", role: str = "owner") -> str:
        """As a setting names it."""
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """The URL of an empty one: for a program, and for what looks into all of it."""
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    @contextmanager
    def schema(self) -> Iterator[str]:
        """The URL of an empty schema, thirty times as quick to make as a database."""
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE SCHEMA {name}")
        yield f"{self.url()}&options=-csearch_path%3D{name}"
        self.run(f"SET lock_timeout = '30s'; DROP SCHEMA {name} CASCADE")  # a failed test may have left somebody behind

    def run(self, statement: str) -> None:
        """As the owner of everything, outside of any transaction."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


@dataclass(frozen=True)
class Handed:
    """`tests.support.composing.Hosted`: a database whose tables one role owns, and another works with."""

    server: Postgres
    owner: str
    role: str

    @classmethod
    def new(cls, server: Postgres) -> "Handed":
        """An empty one."""
        return cls(server, server.new_database(), f"bot_{uuid4().hex}")

    def handed_over(self) -> str:
        """By what `cred grants` prints, and nothing else."""
        self.server.run(f"CREATE ROLE {self.role} LOGIN")
        with psycopg.connect(self.owner, autocommit=True) as connection:
            for statement in grants(self.role):
                connection.execute(statement)
        return self.owner.replace("owner@", f"{self.role}@")


def binaries() -> Path | None:
    """Where the server's programs are; None where there is none."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return found[-1] if found else None


@contextmanager
def running(**settings: str) -> Iterator[Postgres]:
    """A server, for as long as the block lasts; a test that needs one is skipped where there is none."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine")
    folder, user = Path(tempfile.mkdtemp(prefix="cred-postgres-")), _user()
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data = folder / "data"
    icu = ("--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US-u-ka-shifted")
    made = ("--pgdata", str(data), "--username=owner", "--auth=trust", "--encoding=UTF8", "--no-sync", *icu)
    subprocess.run([*_as(user), programs / "initdb", *made], cwd="/", check=True, stdout=subprocess.DEVNULL)
    options = [option for name, value in {**_SETTINGS, **settings}.items() for option in ("-c", f"{name}={value}")]
    process = subprocess.Popen(
        [*_as(user), programs / "postgres", "-D", data, "-k", folder, *options], cwd="/", stderr=subprocess.DEVNULL
    )
    server = Postgres(folder, process)
    try:
        eventually(lambda: _answers(server), "PostgreSQL")
        yield server
    finally:
        process.terminate()
        process.send_signal(subprocess.signal.SIGINT)  # whoever is still connected is cut off
        process.wait(60)
        shutil.rmtree(folder)


def _user() -> str:
    """Whom it runs as: whoever runs the tests, or nobody in particular."""
    if os.geteuid() != 0:
        return getpass.getuser()
    known = {each.pw_name for each in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)


def _as(user: str) -> list[str]:
    """How a program is run as somebody, and ends when the tests do, however they end."""
    who = pwd.getpwnam(user)
    dropped = [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *dropped, "--pdeathsig=INT"]


def _answers(server: Postgres) -> bool:
    assert server.process.poll() is None, "PostgreSQL did not start"
    try:
        psycopg.connect(server.url(), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
