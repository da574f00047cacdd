"""A log of made-up leaves, as long as one likes: nothing is sealed, so that a tree of 70,000 entries takes a moment."""

from sqlalchemy import insert

from ledger import Checkpoint, LogKey
from ledger.merkle import CompactRange, leaf_hash
from ledger.sqlite import TRIGGERS
from ledger.tables import ENTRY, LOG, METADATA, SCHEMA, VERSION
from tests.support.ledger_room import ORIGIN, Chance, open_engine


class MadeUpLog:
    """Entries, tables and signed checkpoints of any size up to its own."""

    def __init__(self, folder, size, *, key=None, entry=lambda index: b"entry %d" % index):
        self.key = key or LogKey.generate(ORIGIN, Chance("made-up log"))
        self.entries = [entry(index) for index in range(size)]
        self.leaves = list(map(leaf_hash, self.entries))
        self.engine = open_engine(folder / "made-up.db")
        self.database = folder / "made-up.db"
        self.write()

    @property
    def verifier(self):
        return self.key.verifier

    def tree(self, size):
        return CompactRange().extend(self.leaves[:size])

    def checkpoint(self, size):
        return Checkpoint.sign(self.key, size, self.tree(size).root())

    def write(self):
        tree = self.tree(len(self.leaves))
        log = {"log": 1, "origin": self.key.origin, "verifier": self.verifier.to_text(), "time": 0, "clock": 0}
        head = {"size": tree.size, "nodes": tree.to_bytes(), "data_key": b"", "data_key_size": 0, "data_key_time": 0}
        rows = [{"log": 1, "index": index, "entry": entry} for index, entry in enumerate(self.entries)]
        with self.engine.begin() as connection:
            METADATA.create_all(connection)
            connection.execute(insert(SCHEMA), {"version": VERSION})
            connection.execute(insert(LOG), log | head)
            if rows:
                connection.execute(insert(ENTRY), rows)
            for definition in TRIGGERS.values():
                connection.exec_driver_sql(definition)

    def close(self):
        self.engine.dispose()
