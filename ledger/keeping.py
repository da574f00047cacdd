"""Where checkpoints are kept so that a rollback shows: a file, which should stand on another disk than the database.

Guarantees: the newest checkpoint is replaced atomically and durably, and never by an older one or by another history
of the same length. What stands there is a promise that the log must keep for ever.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.checkpoint import Checkpoint
from ledger.errors import BadSignatureError, MalformedError, NotKeptError, RollbackError
from ledger.signing import VerifierKey
from ledger.writing import write_whole

Check = Callable[[Checkpoint], object]
"""Raises `BadSignatureError` for a checkpoint that is neither this log's nor one's that it continues."""
_NAME = "latest"
COSIGNED = "cosigned"
"""The newest that as many witnesses cosigned as the policy asks for."""
_FRONT = 8
"""Hex digits of a root: two histories of one length do not take each other's place."""


def is_kept(folder: Path) -> bool:
    """Whether a checkpoint stands there, of whichever log and however broken."""
    return (folder / _NAME).exists()


def read_kept(folder: Path | None, verifier: VerifierKey, check: "Check") -> Iterator[tuple[Path, Checkpoint]]:
    """What stands there of this log: the latest, the latest that was cosigned. Raises as `CheckpointFile.read` does."""
    if folder is None:
        return
    for file in (CheckpointFile(folder, verifier, name=name, check=check) for name in (_NAME, COSIGNED)):
        kept = file.read()
        if kept is not None:
            yield file.path, kept


class CheckpointFile:
    """The newest checkpoint of one log, as a signed note in `<folder>/latest`, or under another name there.

    Of a log that this one continues, it makes place for the first of this one, and stays beside it.
    """

    def __init__(self, folder: Path, verifier: VerifierKey, *, name: str = _NAME, check: Check | None = None) -> None:
        """Without `check`, only this log's own are taken for good."""
        self._check: Check = check or (lambda kept: kept.check(verifier))
        self.path = folder / name

    def read(self) -> Checkpoint | None:
        """None where none was kept yet. Raises `MalformedError`, `BadSignatureError`: a file that cannot be trusted."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise MalformedError(f"The checkpoint in {self.path} cannot be read: {error}.") from None
        try:
            kept = Checkpoint.from_text(text)
            self._check(kept)
        except MalformedError as error:
            raise MalformedError(f"{self.path} does not hold a checkpoint: {error}") from None
        except BadSignatureError as error:
            raise BadSignatureError(f"The checkpoint in {self.path} is not this log's: {error}") from None
        return kept

    def put(self, checkpoint: Checkpoint) -> None:
        """Keeps it. Raises `NotKeptError`; `RollbackError` where a newer one is kept, or another of the same size."""
        kept = self.read()
        if kept is not None and kept.origin != checkpoint.origin:
            self._set_aside(kept)
            kept = None
        if kept is not None and (kept.size > checkpoint.size or _differ(kept, checkpoint)):
            raise RollbackError(
                f"{self.path} holds a checkpoint of {kept.size} entries that the log does not continue: "
                f"it has {checkpoint.size}. The database was rolled back, or two programs write this log."
            )
        if kept is not None and kept.size == checkpoint.size:
            checkpoint = kept.with_signatures(checkpoint.note.signatures)
        if checkpoint != kept:
            self._write(self.path, checkpoint)

    def _set_aside(self, former: Checkpoint) -> None:
        """What was promised of another log stays a promise."""
        front = former.root.hex()[:_FRONT]
        self._write(self.path.with_name(f"{self.path.name}.{former.size}-{front}"), former)

    def _write(self, path: Path, checkpoint: Checkpoint) -> None:
        try:
            write_whole(path, checkpoint.to_text().encode())  # readable by all: it is public, an auditor may take it
        except OSError as error:
            raise NotKeptError(f"The checkpoint could not be kept in {path}: {error.strerror}.") from error


def _differ(kept: Checkpoint, other: Checkpoint) -> bool:
    return kept.size == other.size and kept.root != other.root
