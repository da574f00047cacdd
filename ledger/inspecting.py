"""What only an opened entry can tell: the steps of a verification that need the key-encryption key.

1. Opening: each entry opens under the key that its header commits to; its payload is canonical and on the allow-list.
2. Beginning: entry 0 opens this very log for this very key, or continues another one; no other entry does.
3. Keys: each key in the table opens and has the entry of its creation, and each entry of a creation has its key
   (`ledger.keychecks`).
4. People: who stands behind a person ID is who was registered; nobody acts who was not; whose row is gone has an entry
   that they were erased. What they did stays proven.
5. Search: the blind index holds what the entries are to be found by, nothing less and nothing more.
"""

from collections.abc import Iterator
from operator import itemgetter
from secrets import token_bytes
from typing import Any

from sqlalchemy import Connection, Row, text

from ledger.bag import KEY_BYTES as BAG_KEY_BYTES
from ledger.bag import Bag
from ledger.crew import Reading
from ledger.errors import LedgerError
from ledger.keychecks import KeyChecks, blob
from ledger.keyring import Keyring
from ledger.keys import KeyEncryptionKey
from ledger.opener import Noted, Opened, Opener
from ledger.people import PersonRow, open_identity, searched_as
from ledger.relatives import Relative, Relatives
from ledger.report import Step
from ledger.schema import Schemas
from ledger.sealing import blind
from ledger.slices import all_terms

_BEGINNINGS = frozenset({"log:opened", "log:continued"})
_PEOPLE = text("SELECT person, lookup, key, wrapped, wrapped_by, sealed FROM ledger_person WHERE log = :log")


class OpeningInspector:
    """Holds what the opened entries say, slice by slice, against one another and against the other tables."""

    def __init__(
        self,
        connection: Connection,
        relative: Relative,
        kek: KeyEncryptionKey,
        schemas: Schemas | None,
        relatives: Relatives,
    ) -> None:
        """Raises `WrongKeyError` where not one key opens, `NoLedgerError` where there is none."""
        self._connection = connection
        self._log_keys = relative.keys
        self._relatives = relatives
        self._keyring = Keyring(relative.log, relative.keys.name, kek, token_bytes)
        self._problems: dict[str, str] = {}
        """The first problem of each step, by its title."""
        self._keys = KeyChecks(connection, self._keyring)
        self._index_key = relatives.index_key = self._keys.index_key() or relatives.index_key
        self._people = {blob(row.person).hex(): row for row in connection.execute(_PEOPLE, {"log": relative.log})}
        self._registered = relatives.registered
        self._erased = relatives.erased
        self._changes: list[tuple[str, str]] = []
        self._terms = Bag()
        self._opened = 0
        self.opener = Opener(
            origin=relative.keys.name,
            secrets=self._keys.for_entries(),
            index_key=self._index_key,
            people=relatives.living,
            schemas=schemas,
            bag_key=token_bytes(BAG_KEY_BYTES),
        )
        """What opens the entries, in this process and in others."""

    def take(self, opened: Opened) -> None:
        """What the next slice says."""
        if opened.problem is not None:
            self._wrong("Opening", opened.problem)
        self._opened += opened.count
        self._terms += opened.terms
        said = sorted([*((noted.index, noted) for noted in opened.noted), *_acts(opened)], key=itemgetter(0))
        for index, what in said:  # of one entry, what it registers comes before who acts
            if isinstance(what, Noted):
                self._note_own(what)
            elif what not in self._registered:
                self._wrong("People", f"Entry {index} is by {what}, whom no entry before it registered.")

    def steps(self, reading: Reading) -> tuple[Step, ...]:
        """What was found, once every slice was taken."""
        if not self._opened:
            self._wrong("Beginning", "No entry opens this log.")
        newest = self._relatives.is_newest(self._keyring.log)
        for problem in self._keys.problems(newest=newest):
            self._wrong("Keys", problem)
        if self._changes != self._log_keys.changes():
            self._wrong("Keys", "The entries tell of other changes of the log's key than its checkpoints.")
        for person, row in self._people.items():
            self._check_person(person, row)
        if newest:  # somebody may have been erased in a later log than the one that registered them
            self._check_erasures(self._relatives.living)
        self._check_terms(reading)
        found = {
            "Opening": f"{self._opened} entries open, canonical, on the allow-list",
            "Beginning": f"entry 0 is {self._relatives.begins_as(self._keyring.log)}, for this key",
            "Keys": f"{self._keys.created} created, each with its entry",
            "People": f"{len(self._registered)} registered as committed to, {len(self._erased)} of them erased",
            "Search": "the blind index says what the entries say",
        }
        return tuple(Step(title=title, found=said, problem=self._problems.get(title)) for title, said in found.items())

    def _wrong(self, title: str, problem: str) -> None:
        self._problems.setdefault(title, problem)

    def _note_own(self, noted: Noted) -> None:
        event, index = noted.event, noted.index
        said = {name: str(value) for name, value in event.body.items()}
        if (index == 0) != (event.kind in _BEGINNINGS):
            self._wrong("Beginning", f"Entry {index} is {event.kind}: entry 0 opens the log, and no other does.")
        self._keys.note(noted)
        match event.kind:
            case "log:opened" | "log:continued":
                first = self._log_keys.first
                mine = (self._relatives.begins_as(self._keyring.log), first.name, first.to_text())
                if (event.kind, said["origin"], said["key"]) != mine:
                    self._wrong("Beginning", f"Entry {index} opens {said['origin']} for {said['key']}.")
                if event.kind == "log:continued":
                    self._relatives.continued[self._keyring.log] = event.body
            case "log:key-changed":
                self._changes.append((said["before"], said["after"]))
            case "person:registered":
                if said["person"] in self._registered:
                    self._wrong("People", f"Entry {index} registers {said['person']} a second time.")
                self._registered.setdefault(said["person"], (said["commitment"], said["key"]))
            case "person:erased":
                self._erased.add(said["person"])
            case _:
                pass  # the program's own kinds: `cred verify` holds them against its tables

    def _check_person(self, person: str, columns: Row[Any]) -> None:
        row = PersonRow(*map(blob, (columns.key, columns.wrapped, columns.sealed)))
        try:
            identity = open_identity(self._keyring, person, row)
        except LedgerError:
            self._wrong("People", f"The row of {person} does not open: it was changed.")
            return
        if self._registered.get(person) != (identity.commitment().hex(), row.key.hex()):
            self._wrong("People", f"The row of {person} is not who was registered: people were swapped.")
        elif blob(columns.lookup) != blind(self._index_key, *searched_as(identity.team, identity.user)):
            self._wrong("People", f"The row of {person} is found under another name than its own.")
        elif blob(columns.wrapped_by) != self._keyring.kek_id:
            self._wrong("People", f"The row of {person} says that another key-encryption key wraps it.")

    def _check_erasures(self, living: frozenset[str]) -> None:
        for person in sorted(self._registered.keys() - living - self._erased):
            self._wrong("People", f"The row of {person} is gone, and no entry says that they were erased.")
        for person in sorted(self._erased & living):
            self._wrong("People", f"The row of {person} is there again, though they were erased.")

    def _check_terms(self, reading: Reading) -> None:
        held, tasks = Bag(), all_terms(self._connection, self._keyring.log)
        for task, found in zip(tasks, reading.each(tasks), strict=True):
            held += task.bag(self._connection, self.opener.bag_key) if found is None else found
        if held.size != self._terms.size:
            self._wrong("Search", f"The blind index has {held.size} rows, the entries make {self._terms.size}.")
        elif held != self._terms:
            self._wrong("Search", "A row of the blind index points to an entry that is about something else.")


def _acts(opened: Opened) -> Iterator[tuple[int, str]]:
    return ((index, actor) for actor, index in opened.actors.items())
