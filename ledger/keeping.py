"""Where checkpoints are kept so that a rollback shows: a file, which should stand on another disk than the database.

Guarantees: the newest checkpoint is replaced atomically and durably, and never by an older one or by another history
of the same length. What stands there is a promise that the log must keep for ever.
"""

from collections.abc import Iterator
from pathlib import Path

from ledger.checkpoint import Checkpoint
from ledger.errors import BadSignatureError, MalformedError, NotKeptError, RollbackError
from ledger.signing import VerifierKey
from ledger.writing import write_whole

_NAME = "latest"
COSIGNED = "cosigned"
"""The newest that as many witnesses cosigned as the policy asks for."""


def is_kept(folder: Path) -> bool:
    """Whether a checkpoint stands there, of whichever log and however broken."""
    return (folder / _NAME).exists()


def read_kept(folder: Path | None, verifier: VerifierKey) -> Iterator[tuple[Path, Checkpoint]]:
    """What stands there of this log: the latest, the latest that was cosigned. Raises as `CheckpointFile.read` does."""
    if folder is None:
        return
    for file in (CheckpointFile(folder, verifier, name=name) for name in (_NAME, COSIGNED)):
        kept = file.read()
        if kept is not None:
            yield file.path, kept


class CheckpointFile:
    """The newest checkpoint of one log, as a signed note in `<folder>/latest`, or under another name there."""

    def __init__(self, folder: Path, verifier: VerifierKey, *, name: str = _NAME) -> None:
        self._verifier = verifier
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
            kept.check(self._verifier)
        except MalformedError as error:
            raise MalformedError(f"{self.path} does not hold a checkpoint: {error}") from None
        except BadSignatureError as error:
            raise BadSignatureError(f"The checkpoint in {self.path} is not this log's: {error}") from None
        return kept

    def put(self, checkpoint: Checkpoint) -> None:
        """Keeps it. Raises `NotKeptError`; `RollbackError` where a newer one is kept, or another of the same size."""
        kept = self.read()
        if kept is not None and (kept.size > checkpoint.size or _differ(kept, checkpoint)):
            raise RollbackError(
                f"{self.path} holds a checkpoint of {kept.size} entries that the log does not continue: "
                f"it has {checkpoint.size}. The database was rolled back, or two programs write this log."
            )
        if kept is not None and kept.size == checkpoint.size:
            checkpoint = kept.with_signatures(checkpoint.note.signatures)
        if checkpoint != kept:
            self._replace(checkpoint.to_text())

    def _replace(self, text: str) -> None:
        try:
            write_whole(self.path, text.encode())  # readable by all: it is public, an auditor may take it from here
        except OSError as error:
            raise NotKeptError(f"The checkpoint could not be kept in {self.path}: {error.strerror}.") from error


def _differ(kept: Checkpoint, other: Checkpoint) -> bool:
    return kept.size == other.size and kept.root != other.root
