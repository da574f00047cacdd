"""What somebody may do to a ledger's database, act by act: each column of each table, and whole rows."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from ledger import Checkpoint
from ledger.entry import Header, open_entry, seal_entry
from ledger.keyring import Keyring
from ledger.merkle import CompactRange, leaf_hash
from ledger.tables import METADATA
from tests.support.ledger_room import Chance
from tests.support.tampering import delete_row, flip, mend_head, swap_rows

_PEPPER = 5
"""The entry of the creation of the program's own key."""
_SIGNED = 9
"""Entries of the story that a checkpoint covers; its tenth is newer."""
Act = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Tampering:
    """An act, and why it does no harm where nothing finds it."""

    what: str
    act: Act
    harmless: str = ""


def every_column():
    """A change to the last row of each table, column by column."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            yield Tampering(f"`{table.name}.{column.name}` changed", _change(table, column.name))
    lower = "UPDATE ledger_log SET {0} = {0} - 1"
    for name in ("data_key_size", "data_key_time"):
        why = "only makes the next data key begin sooner"
        yield Tampering(f"`ledger_log.{name}` made smaller", _acts(lower.format(name)), why)
    why = "only keeps silent that the clock was set back, which the witnesses' times bracket"
    yield Tampering("`ledger_log.clock` made smaller", _acts(lower.format("clock")), why)


def whole_rows(story):
    """Rows and histories, by somebody who mends what they can; at last also with the keys."""
    mended = "and the head mended"
    yield Tampering("an entry's bytes changed, " + mended, _acts(flip(6, 80), mend_head))
    yield Tampering("an unsigned entry's bytes changed, " + mended, _acts(flip(9, 80), mend_head))
    yield Tampering("an entry deleted", _acts(delete_row(4)))
    yield Tampering("two entries swapped", _acts(swap_rows))
    yield Tampering("two entries swapped, their headers and the head mended", _acts(_swap_with_headers, mend_head))
    yield Tampering("an entry inserted in the middle", _acts(_insert))
    yield Tampering("an entry put behind the last, " + mended, _acts(_put_behind, mend_head))
    yield Tampering("all entries deleted", _acts("DELETE FROM ledger_entry"))
    for size in range(9, -1, -1):
        why = "takes only what was not signed yet" if size == _SIGNED else ""
        yield Tampering(f"cut to {size} entries, all else mended to fit", _cut(story, size), why)
    yield Tampering("all checkpoints deleted", _acts("DELETE FROM ledger_checkpoint"))
    yield Tampering("a key's row deleted", _acts("DELETE FROM ledger_key WHERE purpose = 'pepper'"))
    yield Tampering(
        "a person's row deleted",
        _acts("DELETE FROM ledger_person WHERE person = (SELECT min(person) FROM ledger_person)"),
    )
    yield Tampering("two people swapped", _acts(_swap_people))
    yield Tampering("a search row deleted", _acts('DELETE FROM ledger_term WHERE "index" = 8'))
    yield Tampering(
        "a search row moved to another entry", _acts('UPDATE ledger_term SET "index" = 9 WHERE "index" = 8')
    )
    resign = _resign(story.room.log_key)
    yield Tampering("an entry changed, and all signed again with the log's key", _acts(flip(6, 80), mend_head, resign))
    yield Tampering("cut to 7 entries, and all signed again with the log's key", _acts(_cut(story, 7), resign))
    forged = "an entry forged with the key-encryption key, and all signed again with the log's key"
    yield Tampering(forged, _acts(_forge(story.room), mend_head, resign))


def _acts(*steps) -> Act:
    def act(connection):
        for step in steps:
            if callable(step):
                step(connection)
            else:
                connection.execute(text(step))

    return act


def _change(table, column) -> Act:
    keys = [key.name for key in table.primary_key]

    def act(connection):
        # Key IDs are random: of the keys, always the program's own.
        order = "purpose DESC" if "purpose" in table.columns else ", ".join(f'"{key}" DESC' for key in keys)
        row = connection.execute(text(f"SELECT * FROM {table.name} ORDER BY {order} LIMIT 1")).mappings().one()
        where = " AND ".join(f'"{key}" = :key_{key}' for key in keys)
        changed = {"changed": _other(row[column])} | {f"key_{key}": row[key] for key in keys}
        connection.execute(text(f'UPDATE {table.name} SET "{column}" = :changed WHERE {where}'), changed)

    return act


def _other(value):
    match value:
        case int():
            return value + 1
        case str():
            return value + "x"
        case bytes() if value:
            return value[:-1] + bytes([value[-1] ^ 1])
    raise AssertionError(value)


def _swap_with_headers(connection):
    rows = dict(connection.execute(text('SELECT "index", entry FROM ledger_entry')).all())
    for place, other in ((6, 7), (7, 6)):
        moved = rows[other][:34] + rows[place][34:42] + rows[other][42:]
        connection.execute(
            text('UPDATE ledger_entry SET entry = :moved WHERE "index" = :place'), {"moved": moved, "place": place}
        )


def _insert(connection):
    for place in (9, 8, 7, 6, 5):
        connection.execute(text(f'UPDATE ledger_entry SET "index" = {place + 1} WHERE "index" = {place}'))
    connection.execute(text('INSERT INTO ledger_entry SELECT 1, 5, entry FROM ledger_entry WHERE "index" = 4'))


def _put_behind(connection):
    last = connection.execute(text('SELECT entry FROM ledger_entry WHERE "index" = 9')).scalar()
    forged = last[:34] + (10).to_bytes(8, "big") + last[42:]
    connection.execute(text("INSERT INTO ledger_entry VALUES (1, 10, :forged)"), {"forged": forged})


def _cut(story, size) -> Act:
    gone = [
        f"DELETE FROM ledger_person WHERE person = x'{who}'"
        for at, who in ((3, story.maya), (4, story.sam))
        if at >= size
    ]
    gone += ["DELETE FROM ledger_key WHERE purpose = 'pepper'"] if size <= _PEPPER else []
    return _acts(
        *gone,
        f'DELETE FROM ledger_term WHERE "index" >= {size}',
        f'DELETE FROM ledger_entry WHERE "index" >= {size}',
        f"DELETE FROM ledger_checkpoint WHERE size > {size}",
        mend_head,
    )


def _swap_people(connection):
    rows = connection.execute(text("SELECT person, lookup, key, wrapped, wrapped_by, sealed FROM ledger_person")).all()
    connection.execute(text("DELETE FROM ledger_person"))
    for row, other in zip(rows, reversed(rows), strict=True):
        connection.execute(
            text("INSERT INTO ledger_person VALUES (1, :person, :lookup, :key, :wrapped, :wrapped_by, :sealed)"),
            {**other._asdict(), "person": row.person},
        )


def _forge(room) -> Act:
    """Another event in the place of entry 6, sealed as the program itself would: with the key-encryption key."""

    def act(connection):
        entry = connection.execute(text('SELECT entry FROM ledger_entry WHERE "index" = 6')).scalar()
        header = Header.from_bytes(entry)
        _, key = Keyring(1, room.log_key.origin, room.kek, Chance("forger")).by_id(connection, header.key_id)
        payload = open_entry(key, room.log_key.origin, header, entry).replace(b"signed", b"forged")
        forged = seal_entry(key, room.log_key.origin, replace(header, nonce=bytes(12)), payload)
        connection.execute(text('UPDATE ledger_entry SET entry = :forged WHERE "index" = 6'), {"forged": forged})

    return act


def _resign(log_key):
    def act(connection):
        entries = connection.execute(text('SELECT entry FROM ledger_entry ORDER BY "index"')).scalars().all()
        connection.execute(text("DELETE FROM ledger_checkpoint"))
        for size in (3, len(entries)):
            root = CompactRange().extend(map(leaf_hash, entries[:size])).root()
            note = Checkpoint.sign(log_key, size, root).to_text()
            connection.execute(
                text("INSERT INTO ledger_checkpoint VALUES (1, :size, :note)"), {"size": size, "note": note}
            )

    return act
