"""What only an opened entry can tell: the steps of a verification that need the key-encryption key.

1. Opening: each entry opens under the key that its header commits to; its payload is canonical and on the allow-list.
2. Beginning: entry 0 opens this very log for this very key, and no other entry does.
3. Keys: each key in the table opens and has the entry of its creation, and each entry of a creation has its key
   (`ledger.keychecks`).
4. People: who stands behind a person ID is who was registered; nobody acts who was not; whose row is gone has an entry
   that they were erased. What they did stays proven.
5. Search: the blind index holds what the entries are to be found by, nothing less and nothing more.
"""

from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from sqlalchemy import Connection, Row, text

from ledger.entry import Event, Header, open_entry
from ledger.errors import LedgerError, UnknownKeyError
from ledger.keychecks import KeyChecks, blob, short
from ledger.keyring import Keyring
from ledger.keys import KeyEncryptionKey
from ledger.people import PersonRow, open_identity, searched_as
from ledger.report import Step
from ledger.schema import Schemas
from ledger.sealing import SealingKey, blind
from ledger.signing import VerifierKey

_PEOPLE = text("SELECT person, lookup, key, wrapped, wrapped_by, sealed FROM ledger_person WHERE log = :log")
_TERMS = text('SELECT term, "index" FROM ledger_term WHERE log = :log')


class OpeningInspector:
    """Opens each entry that a walk shows it, and holds what they say against the other tables."""

    def __init__(
        self, connection: Connection, log: int, verifier: VerifierKey, kek: KeyEncryptionKey, schemas: Schemas | None
    ) -> None:
        """Raises `WrongKeyError` where not one key opens, `NoLedgerError` where there is none."""
        self._verifier = verifier
        self._keyring = Keyring(log, verifier.name, kek, token_bytes)
        self._decode = Schemas().decode_any if schemas is None else schemas.decode
        self._problems: dict[str, str] = {}
        """The first problem of each step, by its title."""
        self._keys = KeyChecks(connection, self._keyring)
        self._index_key = self._keys.index_key()
        self._people = {blob(row.person).hex(): row for row in connection.execute(_PEOPLE, {"log": log})}
        self._registered: dict[str, tuple[str, str]] = {}
        self._erased: set[str] = set()
        self._terms = _Bag(token_bytes(32))
        self._opened = 0

    def see(self, header: Header, entry: bytes) -> None:
        """Opens one entry and notes what it says."""
        try:
            event = self._decode(open_entry(self._key_of(header), self._verifier.name, header, entry))
        except LedgerError as error:
            self._wrong("Opening", f"Entry {header.index} does not open: {error}")
            return
        self._opened += 1
        self._note_own(header, event)
        if event.actor is not None and event.actor not in self._registered:
            self._wrong("People", f"Entry {header.index} is by {event.actor}, whom no entry before it registered.")
        for name, value in event.index:
            if name != "person" or value in self._people:  # the rows of somebody who was erased went with them
                self._terms.add(blind(self._index_key, name, value), header.index)

    def steps(self, connection: Connection) -> tuple[Step, ...]:
        """What was found, once every entry was seen."""
        if not self._opened:
            self._wrong("Beginning", "No entry opens this log.")
        for problem in self._keys.problems():
            self._wrong("Keys", problem)
        for person, row in self._people.items():
            self._check_person(person, row)
        for person in self._registered.keys() - self._people.keys() - self._erased:
            self._wrong("People", f"The row of {person} is gone, and no entry says that they were erased.")
        self._check_terms(connection)
        found = {
            "Opening": f"{self._opened} entries open, canonical, on the allow-list",
            "Beginning": "entry 0 opens this log for this key",
            "Keys": f"{self._keys.created} created, each with its entry",
            "People": f"{len(self._registered)} registered as committed to, {len(self._erased)} of them erased",
            "Search": "the blind index says what the entries say",
        }
        return tuple(Step(title=title, found=said, problem=self._problems.get(title)) for title, said in found.items())

    def _wrong(self, title: str, problem: str) -> None:
        self._problems.setdefault(title, problem)

    def _key_of(self, header: Header) -> SealingKey:
        key = self._keys.for_entries(header.key_id)
        if key is None:
            raise UnknownKeyError(f"no key {short(header.key_id)} for entries is in the table.")
        return key

    def _note_own(self, header: Header, event: Event) -> None:
        said, index = {name: str(value) for name, value in event.body.items()}, header.index
        if (index == 0) != (event.kind == "log:opened"):
            self._wrong("Beginning", f"Entry {index} is {event.kind}: entry 0 opens the log, and no other does.")
        self._keys.note(header, event)
        match event.kind:
            case "log:opened":
                if said != {"origin": self._verifier.name, "key": self._verifier.to_text()}:
                    self._wrong("Beginning", f"Entry {index} opens {said['origin']} for {said['key']}.")
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
        elif person in self._erased:
            self._wrong("People", f"The row of {person} is there again, though they were erased.")

    def _check_terms(self, connection: Connection) -> None:
        held = _Bag(self._terms.key)
        for term, index in connection.execute(_TERMS, {"log": self._keyring.log}).yield_per(1000):
            held.add(term, index)
        if held.size != self._terms.size:
            self._wrong("Search", f"The blind index has {held.size} rows, the entries make {self._terms.size}.")
        elif held.sum != self._terms.sum:
            self._wrong("Search", "A row of the blind index points to an entry that is about something else.")


class _Bag:
    """A keyed digest of (term, index) pairs in whatever order they come: equal sums, equal pairs.

    The sum of keyed hashes stands for millions of pairs in a few bytes; the key is drawn for each verification, so
    that nobody can have prepared pairs whose hashes make up for one another.
    """

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.size = 0
        self.sum = 0

    def add(self, term: Any, index: Any) -> None:
        pair = blake2b(repr((term, index)).encode(), key=self.key, digest_size=32).digest()
        self.sum = (self.sum + int.from_bytes(pair, "big")) % 2**256
        self.size += 1
