"""A ledger with a story, and what somebody does to it who may do anything to the database."""

from datetime import timedelta

from sqlalchemy import text

from ledger import (
    open_to_read,
    verify_keyless,
    verify_with_key,
)
from ledger.merkle import CompactRange, leaf_hash
from ledger.sqlite import TRIGGERS
from tests.support.ledger_room import NOON, note, schemas


class Story:
    """A room with ten entries, the first nine of them signed, and the checkpoint of eight that an auditor kept."""

    def __init__(self, room):
        self.room = room
        with room.write() as connection:
            self.maya = room.ledger.person(connection, team="T1", user="U1", at=NOON)  # entry 3
            self.sam = room.ledger.person(connection, team="T1", user="U2", at=NOON)  # 4
            room.ledger.key(connection, "pepper", at=NOON)  # 5
        for actor in (self.maya, self.sam):  # 6, 7
            room.append(note("signed", actor=actor, index=(("person", actor), ("request", "r1"))))
        self.auditor = self.checkpoint()
        room.later(timedelta(minutes=1))
        room.append(note("signed", actor=self.maya, index=(("person", self.maya),)))  # 8
        self.newest = self.checkpoint()
        room.append(note("not signed yet"))  # 9

    def checkpoint(self):
        with self.room.write() as connection:
            return self.room.ledger.checkpoint(connection).to_text()

    def erase(self, person):
        with self.room.write() as connection:
            self.room.ledger.erase(connection, person, at=self.room.now)

    def tamper(self, *statements, triggers=True):
        """What somebody does who may do anything to the database, and puts the triggers back."""
        with self.room.write() as connection:
            for name in TRIGGERS:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for statement in statements:
                if callable(statement):
                    statement(connection)
                else:
                    connection.execute(text(statement))
            for definition in TRIGGERS.values() if triggers else ():
                connection.exec_driver_sql(definition)

    def wrong(self, *, key=False, anchor=None):
        """Titles of the steps that fail, and what they say."""
        return {step.title: step.problem for step in self.report(key=key, anchor=anchor).steps if step.problem}

    def report(self, *, key=False, anchor=None, known=None):
        engine = open_to_read(self.room.url)
        verifier = self.room.log_key.verifier
        try:
            with engine.connect() as connection, connection.begin():
                if key:
                    return verify_with_key(connection, verifier, self.room.kek, known or schemas(), checkpoint=anchor)
                return verify_keyless(connection, verifier, checkpoint=anchor)
        finally:
            engine.dispose()


def mend_head(connection):
    """Makes the head fit the entries, as a careful attacker would."""
    entries = connection.execute(text('SELECT entry FROM ledger_entry WHERE log = 1 ORDER BY "index"')).scalars().all()
    tree = CompactRange().extend(map(leaf_hash, entries))
    time = int.from_bytes(entries[-1][42:50], "big") if entries else 0
    connection.execute(
        text("UPDATE ledger_log SET size = :size, nodes = :nodes, time = :time, clock = min(clock, :time)"),
        {"size": tree.size, "nodes": tree.to_bytes(), "time": time},
    )


def flip(place, byte):
    def change(connection):
        entry = bytearray(connection.execute(text(f'SELECT entry FROM ledger_entry WHERE "index" = {place}')).scalar())
        entry[byte] ^= 1
        connection.execute(
            text('UPDATE ledger_entry SET entry = :entry WHERE "index" = :place'),
            {"entry": bytes(entry), "place": place},
        )

    return change


def swap_rows(connection):
    for step in ((6, 100), (7, 6), (100, 7)):
        connection.execute(text(f'UPDATE ledger_entry SET "index" = {step[1]} WHERE "index" = {step[0]}'))


def delete_row(place):
    return f'DELETE FROM ledger_entry WHERE "index" = {place}'
