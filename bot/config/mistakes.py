"""How a policy file's mistakes are told: each with its key, its line, what is wrong and what to do about it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.errors import CredError

Path = tuple[str | int, ...]
"""Where a value stands in the file: `("estates", 1, "channel")`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the value at a path, not yet with its line."""

    path: Path
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake, as an operator reads it. `line` counts from 1; None where the whole file is meant."""

    key: str
    line: int | None
    problem: str
    remedy: str

    def __str__(self) -> str:
        place = ", ".join(([f"line {self.line}"] if self.line else []) + ([self.key] if self.key else []))
        return f"{place}: {self.problem} {self.remedy}" if place else f"{self.problem} {self.remedy}"


class PolicyError(CredError):
    """The policy file cannot be used; `mistakes` has every one of them, in the order of the file."""

    code = "policy"

    def __init__(self, source: str, mistakes: Iterable[Mistake]) -> None:
        self.source = source
        self.mistakes = tuple(mistakes)
        count = len(self.mistakes)
        title = f"{source} has {count} mistakes:" if count > 1 else f"{source} has a mistake:"
        super().__init__("\n".join([title, *(f"  {mistake}" for mistake in self.mistakes)]))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "x"?`, or the words there are: the remedy for a word that is not among them."""
    words = sorted(known)
    close = difflib.get_close_matches(word.casefold(), words, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    return f"There are: {', '.join(words)}." if words else "There are none."
