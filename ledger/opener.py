"""Opens the entries of one slice of a log with the keys at hand, and notes what a verification needs of them.

What is noted of a slice is small, needs no connection and can be sent from one process to another; what several slices
tell together (who was registered before whom) is for whoever puts them in order: `ledger.inspecting`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.bag import Bag, bag_of
from ledger.entry import Event, key_id_of, open_stored
from ledger.errors import LedgerError, UnknownKeyError
from ledger.schema import OWN_KINDS, Said, Schemas
from ledger.sealing import SealingKey, blind

_REMEMBERED = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """An entry that says something of the log itself: of a kind of the ledger's own, or the very first."""

    index: int
    time: int
    event: Event


@dataclass(slots=True)
class Opened:
    """What the entries of a slice say."""

    count: int = 0
    problem: str | None = None
    """The first that does not open."""
    noted: list[Noted] = field(default_factory=list)
    actors: dict[str, int] = field(default_factory=dict)
    """Who acts, and in which entry first."""
    terms: Bag = field(default_factory=Bag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """The keys of one log. It never shows them; it goes to other processes through a pipe, and nowhere else."""

    origin: str
    secrets: Mapping[bytes, bytes] = field(repr=False)
    """The data keys by their IDs."""
    index_key: bytes = field(repr=False)
    people: frozenset[str]
    """Whose rows are there: the search rows of somebody who was erased went with them."""
    schemas: Schemas | None
    bag_key: bytes = field(repr=False)

    def ready(self) -> "ReadyOpener":
        """What opens, made once in each process."""
        return ReadyOpener(self)


class ReadyOpener:
    """The keys set up, and the terms remembered that were blinded already."""

    def __init__(self, made: Opener) -> None:
        self.bag_key = made.bag_key
        self._origin = made.origin.encode()
        self._people = made.people
        self._keys = {key_id: SealingKey.of(secret) for key_id, secret in made.secrets.items()}
        self._look = Schemas().look_any if made.schemas is None else made.schemas.look
        self._index_key = made.index_key
        self._blinded: dict[tuple[str, str], bytes] = {}
        """Terms of before: the same people and requests come again and again."""

    def open(self, start: int, entries: Sequence[bytes], times: Sequence[int]) -> Opened:
        """All of a slice, in their order from `start` on; their form was checked, and their times are these."""
        found = Opened()
        terms: list[bytes] = []
        places: list[int] = []
        keys, look, origin, actors = self._keys, self._look, self._origin, found.actors
        for index, (entry, time) in enumerate(zip(entries, times, strict=True), start):
            key = keys.get(key_id_of(entry))
            try:
                if key is None:
                    raise _unknown(entry)
                kind, said = look(open_stored(key, origin, entry))
            except LedgerError as error:
                found.problem = found.problem or f"Entry {index} does not open: {error}"
                continue
            found.count += 1
            if kind in OWN_KINDS or not index:
                found.noted.append(Noted(index=index, time=time, event=Said(kind, said).event()))
            if said.actor is not None and said.actor not in actors:
                actors[said.actor] = index
            for term in self._terms(said.index):
                terms.append(term)
                places.append(index)
        found.terms = bag_of(self.bag_key, terms, places)
        return found

    def _terms(self, pairs: Iterable[tuple[str, str]]) -> set[bytes]:
        """What an entry is to be found by; where something stands there twice, it has one search row."""
        blinded = self._blinded
        if len(blinded) > _REMEMBERED:
            blinded.clear()
        found = {blinded.get(pair) or blinded.setdefault(pair, self._term(*pair)) for pair in pairs}
        found.discard(b"")
        return found

    def _term(self, name: str, value: str) -> bytes:
        """Empty where it is of somebody whose search rows are gone."""
        return b"" if name == "person" and value not in self._people else blind(self._index_key, name, value)


def _unknown(entry: bytes) -> UnknownKeyError:
    return UnknownKeyError(f"no key {key_id_of(entry).hex()[:16]} for entries is in the table.")
