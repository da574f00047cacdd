"""`cred keys rotate-log`: another key signs the ledger from now on, and the old one vouches for it.

The new key is written beside the old one before anything is signed by it, and takes its place at the very end; whatever
ends a try in between, the next one finishes it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.config import Places
from bot.main.initialising import write_secret
from bot.main.keys import file_of, in_a_sentence, opened_house, take_place, writing
from bot.main.opening import Keys, NotReadyError, read_keys, told_of
from ledger import LogKey, write_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Where everything stands now. `since`: the checkpoint that both keys signed."""

    new: Path
    old: Path
    verifier: Path
    since: int


def rotate_log_key(places: Places, now: datetime, random: Callable[[int], bytes]) -> Signed:
    """Raises `NotReadyError`, `InUseError`: then the old key signs on, or the next try finishes this one."""
    file = file_of(places.log_key, "CRED_LOG_KEY")
    coming, keys = file.with_name(f"{file.name}.new"), read_keys(places)
    try:
        _change(places, keys, coming, now, random)
        done = _promised(places, keys, coming)
    except NotReadyError as refused:
        done = _committed_before(places, keys, coming, refused)
    old = keys.log_key.verifier.id.hex()
    with told_of(places):
        return replace(done, new=file, old=take_place(coming, file, old))


def _change(places: Places, keys: Keys, coming: Path, now: datetime, random: Callable[[int], bytes]) -> None:
    with opened_house(places, keys) as opened:
        if not coming.exists():
            write_secret(coming, LogKey.generate(keys.log_key.origin, random).to_text())
        with writing(opened) as connection:
            opened.ledger.change_log_key(connection, LogKey.read(coming), at=now)


def _committed_before(places: Places, keys: Keys, coming: Path, refused: NotReadyError) -> Signed:
    """An earlier try may have come as far as the commit: then the new key opens the ledger. Else raises what it was."""
    if not coming.exists():
        raise refused
    try:
        return _promised(places, keys, coming)
    except NotReadyError:
        raise refused from None


def _promised(places: Places, keys: Keys, coming: Path) -> Signed:
    """The checkpoint of both keys is kept where checkpoints are, and the new verifier key beside the log key."""
    with in_a_sentence():
        new = LogKey.read(coming)
    with opened_house(places, replace(keys, log_key=new)) as opened:
        with writing(opened) as connection:
            opened.ledger.checkpoint(connection)
            verifier = new.named(opened.ledger.origin).verifier
            since, _ = opened.ledger.log_keys(connection, verifier)[-1]
        file = places.verifier_of(opened.ledger.origin, first=new.origin)
        write_whole(file, f"{verifier.to_text()}\n".encode())
    return Signed(new=coming, old=coming, verifier=file, since=since)
