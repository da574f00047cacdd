"""A page of `/cred list` with words, at a million credentials: for somebody who sees all, and for an owner."""

from collections.abc import Iterator
from statistics import median
from time import perf_counter

from bot.domain.errors import Denied
from bot.service.reading.listing import Wanted, listing
from tests.bench import Figure
from tests.bench.million import house_of
from tests.support import people
from tests.support.house import House

_MILLION = 1_000_000
_ROUNDS = 30
_MOST_MS = 10.0
_WORDS = ("payroll", "sync-09", "night-000", "nothing-like-it")


def figures() -> Iterator[Figure]:
    """The slowest of several searches, the median of its rounds."""
    with house_of(_MILLION) as house:
        for name, user in (("an auditor", people.SAM), ("an owner", people.OLGA)):
            slowest = max(_taken(house, user, words) for words in _WORDS)
            yield Figure(
                name=f"search: ms for a page of a million, {name}",
                ours=slowest,
                floor=_MOST_MS,
                ratio=slowest / _MOST_MS,
                aim="<= 10 ms",
                ok=slowest <= _MOST_MS,
            )


def _taken(house: House, user: people.UserId, words: str) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        began = perf_counter()
        page = listing(house.world, user, Wanted(words=words))
        rounds.append((perf_counter() - began) * 1e3)
        assert not isinstance(page, Denied)
    return median(rounds)
