"""What `cred sandbox --fresh` removes: the files that a sandbox makes, by their names, and nothing else ever.

A folder is a sandbox's if its ledger is called as no other is, or if all that is in it is a sandbox's workspace. One
file in it that no sandbox makes, and nothing is removed: whoever mistypes --folder loses nothing.
"""

from pathlib import Path

from bot.main.opening import NotReadyError
from bot.sandbox.state import state_file
from bot.store.exclusive import ExclusiveLock
from ledger import LedgerError, LogKey, VerifierKey

ORIGIN = "sandbox.invalid/cred-ledger"
"""`.invalid` is nobody's, ever (RFC 2606): a sandbox's ledger is never mistaken for another."""
WORKSPACE = "workspace.json"
DATABASE = "cred.db"
CHECKPOINTS = "checkpoints"
KEYS = ("cred.key", "cred-log.key", "cred-ledger.vkey")

_LOCK = f"{DATABASE}.lock"
"""Stays: removing it would open a race with whoever waits for it."""
_MADE = frozenset(
    {
        *KEYS,
        *(f".{key}-new" for key in KEYS),
        *(f"{DATABASE}{tail}" for tail in ("", "-wal", "-shm", "-journal")),
        WORKSPACE,
        Path(WORKSPACE).with_suffix(".new").name,
    }
)


def forget(folder: Path) -> None:
    """Empty a folder that a sandbox made and that none runs in. Raises `NotReadyError`, `InUseError`."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotReadyError(f"{folder} is a file, so nothing was touched. Name a folder with --folder.")
    made = _made_in(folder)
    if not made:
        return
    lock = ExclusiveLock(folder / DATABASE)
    try:
        for file in made:
            file.unlink(missing_ok=True)
    finally:
        lock.release()


def _made_in(folder: Path) -> list[Path]:
    """Every file in it, where each is one that a sandbox makes."""
    found = [file for file in folder.iterdir() if file.name != _LOCK]
    kept = folder / CHECKPOINTS
    if kept in found and kept.is_dir() and not kept.is_symlink():
        found.remove(kept)
        found += kept.iterdir()
    for file in found:
        if file.is_symlink() or not file.is_file() or not _is_made(file, kept):
            raise NotReadyError(
                f"{folder} is not a sandbox's folder, or somebody keeps more in it: no sandbox made "
                f"{file.relative_to(folder)}. Nothing was touched."
            )
    if found and not _is_a_sandbox(folder):
        raise NotReadyError(f"{folder} is not a sandbox's folder, so nothing in it was touched.")
    return found


def _is_made(file: Path, kept: Path) -> bool:
    if file.parent == kept:
        return file.name == "latest" or file.name.startswith(".latest-")
    return file.name in _MADE


def _is_a_sandbox(folder: Path) -> bool:
    """By the ledger's name, of which a real one has another; before there is a ledger, by the workspace."""
    log_key, verifier = folder / "cred-log.key", folder / "cred-ledger.vkey"
    try:
        names = [VerifierKey.read(verifier).name] if verifier.exists() else []
        names += [LogKey.read(log_key).origin] if log_key.exists() else []
    except LedgerError:
        return False
    if names:
        return set(names) == {ORIGIN}
    begun = any((folder / name).exists() for name in ("cred.key", DATABASE, CHECKPOINTS))
    return not begun and state_file.load(folder / WORKSPACE) is not None
