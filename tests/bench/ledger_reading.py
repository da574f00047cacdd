"""What it costs to verify a million entries from their file: beside hashing, and hashing and opening them, in memory.

Both sides do the same entries of the same size, in turns; a figure is the best round of each side. The floors are one
core's. `CRED_BENCH_ENTRIES` for another length.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from ledger import open_to_read, processes, verify_keyless, verify_with_key
from ledger.merkle import leaf_hash, root_of
from ledger.sealing import SealingKey
from tests.bench import Figure
from tests.bench.long_log import LongLog, begin, fill
from tests.support.ledger_room import Chance, schemas

_ENTRIES = int(os.environ.get("CRED_BENCH_ENTRIES", "1000000"))
_ROUNDS = 3
_HEADER = 62
_PART = 10
"""In memory a tenth of the entries is hashed, ten times: a million of them need not fit."""


def figures() -> Iterator[Figure]:
    """Seconds for all entries: keyless on all cores; with the key on one core and on two."""
    with TemporaryDirectory(prefix="cred-bench-") as name:
        log = begin(Path(name))
        entry = fill(log, _ENTRIES)
        hashing, opening = _hashing(entry), _opening(entry)
        keyless, hashed = _in_turns(_verify(log, None, key=False), hashing)
        yield _at_most("keyless from the file, all cores", min(keyless), min(hashed), 2)
        alone, opened = _in_turns(_verify(log, 1, key=True), opening)
        yield _at_most("with key, one core", min(alone), min(opened), 3)
        both, _ = _in_turns(_verify(log, 2, key=True), opening)
        yield _at_most("with key, two cores beside one", min(both), min(alone), 0.6)
        log.engine.dispose()


def _verify(log: LongLog, cores: int | None, *, key: bool) -> Callable[[], None]:
    verifier, crew = log.log_key.verifier, processes(str(log.database), cores)

    def verify() -> None:
        engine = open_to_read(str(log.database))
        with engine.connect() as connection, connection.begin():
            if key:
                report = verify_with_key(connection, verifier, log.kek, schemas(), crew=crew)
            else:
                report = verify_keyless(connection, verifier, crew=crew)
        engine.dispose()
        assert report.sound, report.to_text()
        assert report.size > _ENTRIES

    return verify


def _hashing(entry: bytes) -> Callable[[], None]:
    """SHA-256 of each entry, and the tree over them."""
    entries = [entry[:-8] + place.to_bytes(8, "big") for place in range(_ENTRIES // _PART)]

    def hash_all() -> None:
        for _ in range(_PART):
            root_of(map(leaf_hash, entries))

    return hash_all


def _opening(entry: bytes) -> Callable[[], None]:
    """SHA-256 and AES-256-GCM of each entry, and nothing else."""
    key = SealingKey.of(Chance("bench")(32))
    header, nonce = entry[:_HEADER], entry[_HEADER - 12 : _HEADER]
    sealed = key.seal(nonce, bytes(len(entry) - _HEADER - 16), header)

    def open_all() -> None:
        for _ in range(_ENTRIES):
            leaf_hash(entry)
            key.open(nonce, sealed, header)

    return open_all


def _in_turns(ours: Callable[[], None], floor: Callable[[], None]) -> tuple[list[float], list[float]]:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for work, kept in zip((ours, floor), taken, strict=True):
            start = perf_counter()
            work()
            kept.append(perf_counter() - start)
    return taken


def _at_most(what: str, ours: float, floor: float, aim: float) -> Figure:
    name = f"ledger: verify {_ENTRIES:,} entries in s, {what}"
    return Figure(name=name, ours=ours, floor=floor, ratio=ours / floor, aim=f"<= {aim:g}", ok=ours <= aim * floor)
