"""How long a spreadsheet of the most rows holds up whoever else writes, beside what a writer waits for its turn."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.service.vendors import importing
from bot.service.vendors.spreadsheet import COLUMNS, ROWS_MOST, read
from bot.store import open_engine
from tests.bench import Figure
from tests.support import vendors
from tests.support.house import build
from tests.support.writing_beside import WritingBeside

_PATIENCE = 5.0
"""Seconds after which the bot tells somebody that the store is busy."""
_ROW = '"job {0}","retail","sophos-central","client-{0}","read-only","U0OLGA","2026-12-31","Reads what is deployed"'


def figures() -> Iterator[Figure]:
    """The longest wait of another writer, in seconds."""
    with TemporaryDirectory(prefix="cred-bench-") as name:
        house = vendors.with_vendor(build(Path(name)))
        desk, engine = vendors.desk(house), open_engine(str(house.engine.url))
        lines = [",".join(COLUMNS), *(_ROW.format(number) for number in range(ROWS_MOST))]
        found = importing.look(desk, read("\n".join(lines).encode(), source="old.csv"), lambda _done: None)
        with WritingBeside(engine) as beside:
            assert importing.take_over(desk, found) == ROWS_MOST
        engine.dispose()
        house.close()
    longest = max(beside.waits)
    name = f"ledger: s that a writer waits while {ROWS_MOST:,} rows are taken over"
    ok = longest <= _PATIENCE
    yield Figure(name=name, ours=longest, floor=_PATIENCE, ratio=longest / _PATIENCE, aim="<= 1", ok=ok)
