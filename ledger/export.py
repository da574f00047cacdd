"""A log as static files, for a web server or a folder: C2SP tlog-tiles, readable by software that nobody here wrote.

Guarantees: nothing is written before the new entries were seen to make the root that the checkpoint signs; `checkpoint`
is replaced last, once all that it promises is on the disk; a file of a full tile is written once and never again, so a
mirror fetches only what is new; what the folder holds is never made older, nor another history. Entries are sealed:
the files tell what a stolen database would, or less.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection

from ledger.checkpoint import Checkpoint, LogVerifier
from ledger.errors import BadProofError, LedgerError, MalformedError, NoLedgerError, NotKeptError, RollbackError
from ledger.merkle import leaf_hash
from ledger.opening import find_log, keys_of, newest
from ledger.proving import stored
from ledger.signing import VerifierKey
from ledger.tiles import CHECKPOINT, WIDTH, Edge, Tile, pack_entries
from ledger.writing import write_whole

Progress = Callable[[int, int], None]
"""Called with how many entries are written, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What the folder holds now. `files`: how many were written this time."""

    checkpoint: Checkpoint
    before: int
    files: int


def export(
    connection: Connection,
    verifier: VerifierKey,
    folder: Path,
    *,
    checkpoint: Checkpoint | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Everything up to a checkpoint (the newest, unless one is given) that the folder does not have yet.

    Raises `NoLedgerError`, `OriginMismatchError`, `RollbackError`, `BadSignatureError`, `BadProofError`,
    `MalformedError` (the folder is not what an export left), `NotKeptError` (the disk refused).
    """
    log = find_log(connection, verifier)
    wanted = checkpoint or newest(connection, log)
    if wanted is None:
        raise NoLedgerError("The log has no checkpoint: there is nothing that could be published.")
    keys = keys_of(connection, log, verifier)
    wanted.check(keys)
    before = _published(folder, keys)
    if before is not None and (
        before.size > wanted.size or (before.size == wanted.size and before.root != wanted.root)
    ):
        raise RollbackError(
            f"{folder} holds a log of {before.size} entries that the database does not continue: its newest checkpoint "
            f"has {wanted.size}. The database was rolled back, or the folder is another history's."
        )
    try:
        return _Writer(folder, wanted, before, progress or _silent).write(connection, log)
    except OSError as error:
        raise NotKeptError(f"{error.filename} could not be written: {error.strerror}.") from error


class _Writer:
    """Writes the files of one export."""

    def __init__(self, folder: Path, wanted: Checkpoint, before: Checkpoint | None, progress: Progress) -> None:
        self._folder = folder
        self._wanted = wanted
        self._before = before
        self._progress = progress
        self._files = 0
        self._filled: list[Tile] = []

    def write(self, connection: Connection, log: int) -> Exported:
        """Bundles and tiles first, then the checkpoint, then away with what is not needed any more."""
        before = self._before.size if self._before else 0
        if before < self._wanted.size:
            self._check(connection, log)
            self._write_tiles(connection, log)
            os.sync()  # thousands of files, one wait: all of them stand before the checkpoint that promises them
        write_whole(self._folder / CHECKPOINT, self._wanted.to_text().encode())
        for tile in self._filled:
            shutil.rmtree(self._folder / f"{tile.path()}.p", ignore_errors=True)
        return Exported(checkpoint=self._wanted, before=before, files=self._files)

    def _check(self, connection: Connection, log: int) -> None:
        edge = self._continued()
        for entry in stored(connection, log, edge.size, self._wanted.size):
            edge.add(leaf_hash(entry))
        if edge.tree().root() != self._wanted.root:
            raise BadProofError(
                f"The entries do not make the root that the checkpoint of {self._wanted.size} entries signed: "
                "nothing was written. `python -m ledger verify` tells which entry was changed."
            )

    def _write_tiles(self, connection: Connection, log: int) -> None:
        edge, size = self._continued(), self._wanted.size
        entries = stored(connection, log, edge.size, size)
        while bundle := list(islice(entries, WIDTH)):
            self._put(Tile(None, edge.size // WIDTH, len(bundle)), pack_entries(bundle))
            for entry in bundle:
                for tile, packed in edge.add(leaf_hash(entry)):
                    self._put(tile, packed)
            self._progress(edge.size, size)
        for tile, packed in edge.partial():
            self._put(tile, packed)

    def _put(self, tile: Tile, packed: bytes) -> None:
        path = self._folder / tile.path()
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_bytes(packed)
        new.replace(path)
        self._files += 1
        if tile.full:
            self._filled.append(tile)

    def _continued(self) -> Edge:
        """From the tiles in the folder, without the last partial bundle, which is read again. `MalformedError`."""
        if self._before is None:
            return Edge()
        try:
            edge = Edge.from_tiles(self._before.size, lambda tile: (self._folder / tile.path()).read_bytes())
        except OSError as error:
            raise MalformedError(f"{error.filename} cannot be read: {error.strerror}. {_ANEW}") from None
        except MalformedError as error:
            raise MalformedError(f"{self._folder}: {error} {_ANEW}") from None
        if edge.tree().root() != self._before.root:
            raise MalformedError(f"The tiles in {self._folder} are not those of the checkpoint there. {_ANEW}")
        edge.drop_partial_leaves()
        return edge


def checker() -> bytes:
    """A program of one page that checks such a folder, to go along with it: `ledger/standalone.py`."""
    return files("ledger").joinpath("standalone.py").read_bytes()


_ANEW = "Export into an empty folder."


def _published(folder: Path, keys: LogVerifier) -> Checkpoint | None:
    path = folder / CHECKPOINT
    try:
        published = Checkpoint.from_text(path.read_text(encoding="utf-8"))
        published.check(keys)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedError(f"{path} cannot be read: {error}. {_ANEW}") from None
    except LedgerError as error:
        raise MalformedError(f"{path} is no checkpoint of this log: {error} {_ANEW}") from None
    return published


def _silent(_done: int, _total: int) -> None:
    """Nobody watches."""
