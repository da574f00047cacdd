"""`cred pack`: what an auditor takes away, a folder or a zip: nothing in it needs us, or a secret, to be checked.

Guarantees: nothing is written before the ledger was verified with its key, and the tables against it, in the one view
of the database that the report is made from; each log on record is in the pack, under a checkpoint that its verifier
key signs; entries go out sealed; who was erased is not named. What has a name already is not replaced; the pack appears
whole.
"""

import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, select

from bot.config import Places
from bot.domain.log_standing import verifier_name
from bot.main.opening import Keys, NotReadyError, read_keys
from bot.service.pack import Book, Chapter, Checked, PackedLog, People, page
from bot.store import SCHEMAS
from bot.store.auditing import story_problems
from bot.store.rows import METADATA
from ledger import (
    Checkpoint,
    Ledger,
    LedgerError,
    LogState,
    Report,
    TrustPolicy,
    checker,
    export_tiles,
    open_to_read,
    processes,
    verify_with_key,
)

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""
_MEMBER = METADATA.tables["member"]
_READ_ME = """The credentials of {origin}: what became of them, and the log that proves it.

report.html  what happened, to be read and printed
{logs}
check.py     checks a log against its key:

    pip install cryptography
{checks}
"""
_OF_LOG = """
{folder}/  {origin}: the log as static files, entries sealed (C2SP tlog-tiles)
{verifier}  the key that it is signed with; get it by another way, too, and compare
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a pack is to have. `place`: a new folder, or a new file that ends in .zip."""

    place: Path
    checkpoint: Path | None
    policy: Path | None
    cores: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What is in it."""

    place: Path
    logs: tuple[PackedLog, ...]
    credentials: int


def pack(places: Places, wanted: Wanted, now: datetime, progress: Progress) -> Packed:
    """Raises `NotReadyError`: then there is nothing at that place."""
    place, keys = wanted.place, read_keys(places)
    if place.exists() or not place.parent.is_dir():
        raise NotReadyError(f"{place} is there already, or its folder is not. Name a new folder, or a new .zip file.")
    try:
        with TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as temporary:
            folder = Path(temporary) / "pack"
            done = _write(places, keys, wanted, folder, now, progress)
            if place.suffix == ".zip":
                _zip(folder, Path(temporary) / "zip")
                folder = Path(temporary) / "zip"
            folder.rename(place)
    except LedgerError as error:
        raise NotReadyError(f"There is no pack: {error}") from None
    except OSError as error:
        raise NotReadyError(f"{error.filename or place} cannot be written: {error.strerror}.") from None
    return done


def _write(places: Places, keys: Keys, wanted: Wanted, folder: Path, now: datetime, progress: Progress) -> Packed:  # noqa: PLR0917 - each another thing
    engine = open_to_read(places.database_url)
    policy = None if wanted.policy is None else TrustPolicy.read(wanted.policy)
    with engine.connect() as connection, connection.begin():
        ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)
        anchor, states = _anchored(_anchor(places, wanted), ledger.logs(connection))
        report = verify_with_key(
            connection,
            anchor.verifier,
            keys.kek,
            SCHEMAS,
            checkpoint=anchor.checkpoint.to_text(),
            policy=policy,
            progress=lambda done, total: progress("Verifying entries", done, total),
            crew=processes(places.database_url, wanted.cores),
        )
        _refuse_unless_sound(report, ledger, connection)
        chapters, span = _read(ledger, connection, progress)
        logs = tuple(_write_log(connection, state, states[0], folder, progress) for state in states)
    text = page(_checked(report, anchor.checkpoint, policy, logs), chapters, span, now)
    (folder / "report.html").write_text(text, encoding="utf-8")
    (folder / "check.py").write_bytes(checker())
    (folder / "README.txt").write_text(_read_me(logs), encoding="utf-8")
    if wanted.policy is not None:
        shutil.copyfile(wanted.policy, folder / "witnesses.txt")
    made = sum(1 for chapter in chapters if chapter.client_id)
    return Packed(place=wanted.place, logs=logs, credentials=made)


def _write_log(connection: Connection, state: LogState, first: LogState, folder: Path, progress: Progress) -> PackedLog:
    """One log's files and its verifier key, under names that say which one of them it is."""
    verifier = verifier_name(state.verifier.name, first.verifier.name)
    log = PackedLog(
        origin=state.verifier.name,
        entries=state.size,
        signed=state.checkpoint.size,
        root=state.checkpoint.to_text().split("\n")[2],
        folder=f"log{verifier.removeprefix('cred-ledger').removesuffix('.vkey')}",
        verifier=verifier,
    )
    export_tiles(
        connection,
        state.verifier,
        folder / log.folder,
        checkpoint=state.checkpoint,
        progress=lambda done, total: progress("Writing entries", done, total),
    )
    (folder / verifier).write_text(f"{state.verifier.to_text()}\n", encoding="utf-8")
    return log


def _read_me(logs: tuple[PackedLog, ...]) -> str:
    told = "".join(_OF_LOG.format(folder=log.folder, origin=log.origin, verifier=log.verifier) for log in logs)
    checks = "\n".join(f"    {log.check}" for log in logs)
    return _READ_ME.format(origin=logs[-1].origin, logs=told, checks=checks)


def _anchored(anchor: Checkpoint | None, states: list[LogState]) -> tuple[LogState, list[LogState]]:
    """The log that is verified against a checkpoint from outside, or the newest; and each with its checkpoint."""
    if anchor is None:
        return states[-1], states
    held = next((state for state in states if state.verifier.name == anchor.origin), None)
    if held is None:
        raise NotReadyError(f"The checkpoint is one of {anchor.origin}, and that log is not on record here.")
    if held is not states[-1] and anchor.size > held.size:
        raise NotReadyError(
            f"The checkpoint covers {anchor.size} entries of {anchor.origin}, of which {held.size} are left since a "
            f"backup was restored: name one of {states[-1].verifier.name}, or wait until its witnesses cosigned it."
        )
    anchored = replace(held, checkpoint=anchor)
    return anchored, [anchored if state is held else state for state in states]


def _anchor(places: Places, wanted: Wanted) -> Checkpoint | None:
    """The checkpoint that was named; where witnesses are asked for, the newest that they cosigned."""
    path = wanted.checkpoint
    if path is None and wanted.policy is not None:
        path = places.checkpoints / "cosigned"
    if path is None:
        return None
    try:
        return Checkpoint.from_text(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, LedgerError) as error:
        raise NotReadyError(f"{path} does not hold a checkpoint: {error}") from None


def _refuse_unless_sound(report: Report, ledger: Ledger, connection: Connection) -> None:
    wrong = [step.problem for step in report.steps if step.problem is not None] or story_problems(ledger, connection)
    if wrong:
        raise NotReadyError(f"The ledger is not sound, so there is nothing to hand out: {wrong[0]} Run `cred verify`.")


def _read(
    ledger: Ledger, connection: Connection, progress: Progress
) -> tuple[list[Chapter], tuple[datetime, datetime]]:
    rows = connection.execute(select(_MEMBER.c.user, _MEMBER.c.name))
    names = {row.user: row.name for row in rows}

    def name_of(person: str) -> str | None:
        found = ledger.who(connection, person)
        return None if found is None else names.get(found[1], found[1])

    def words_of(person: str, sealed: str) -> str | None:
        return ledger.open_words(connection, sealed, person)

    progress("Reading what happened", 0, 1)
    book = Book(People(name_of, words_of)).take(ledger.history(connection))
    if book.span is None:
        raise NotReadyError("The ledger has no entries.")
    return book.chapters(), book.span


def _checked(
    report: Report, checkpoint: Checkpoint, policy: TrustPolicy | None, logs: tuple[PackedLog, ...]
) -> Checked:
    witnesses = "No witness has cosigned it."
    if policy is not None:
        names = ", ".join(policy.check(checkpoint)) or "nobody, and the policy asks for nobody"
        of_log = "It" if len(logs) == 1 else f"The checkpoint of {checkpoint.origin}"
        witnesses = f"{of_log} is cosigned by {names}; the policy is in witnesses.txt."
    return Checked(
        level=report.level,
        logs=logs,
        steps=(*((step.title, step.found) for step in report.steps), ("Story", "the tables say what the entries tell")),
        witnesses=witnesses,
    )


def _zip(folder: Path, file: Path) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
