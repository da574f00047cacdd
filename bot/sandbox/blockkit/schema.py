"""A small language for saying what JSON may look like, and the complaints that Slack would have about it. Pure.

A `Spec` checks one value. Every limit of the sandbox stands in such a table exactly once, so that the tests can walk
the tables and try both sides of each border. Wording and JSON pointer are those of Slack's `response_metadata`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that is wrong, and where. It never repeats the value: a value can be a secret."""

    what: str
    at: str

    def __str__(self) -> str:
        return f"{self.what} [json-pointer:{self.at}]"


class Spec(Protocol):
    """What a value must be like."""

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        """Every complaint about the value that stands at the JSON pointer `at`."""


Rule = Callable[[Mapping[str, Any], str], Iterator[Complaint]]
"""A check across the fields of one object, run only when each field is right by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chars:
    """A string of `least` to `most` characters."""

    most: int
    least: int = 1
    pattern: str | None = None

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        if not isinstance(value, str):
            yield Complaint(what="must be a string", at=at)
        elif len(value) > self.most:
            yield Complaint(what=f"must be less than {self.most + 1} characters", at=at)
        elif len(value) < self.least:
            yield Complaint(what=f"must be more than {self.least - 1} characters", at=at)
        elif self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            yield Complaint(what="must match the required format", at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Complaint(what="must be an integer", at=at)
        elif not self.least <= value <= self.most:
            yield Complaint(what=f"must be between {self.least} and {self.most}", at=at)


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        if not isinstance(value, bool):
            yield Complaint(what="must be a boolean", at=at)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few strings."""

    among: tuple[str, ...]

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        if value not in self.among:
            yield Complaint(what=f"must be one of: {', '.join(self.among)}", at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list of `least` to `most` items of one kind."""

    of: Spec
    most: int
    least: int = 1

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        if not isinstance(value, list):
            yield Complaint(what="must be an array", at=at)
        elif len(value) > self.most:
            yield Complaint(what=f"no more than {self.most} items allowed", at=at)
        elif len(value) < self.least:
            yield Complaint(what=f"no fewer than {self.least} items allowed", at=at)
        else:
            for index, item in enumerate(value):
                yield from self.of.check(item, f"{at}/{index}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An object with these fields, some required, and no other."""

    fields: Mapping[str, Spec]
    required: frozenset[str] = frozenset()
    rules: tuple[Rule, ...] = ()

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        if not isinstance(value, dict):
            yield Complaint(what="must be an object", at=at)
            return
        complaints = [*self._names(value, at), *self._values(value, at)]
        yield from complaints
        if not complaints:
            for rule in self.rules:
                yield from rule(value, at)

    def _names(self, value: Mapping[str, Any], at: str) -> Iterator[Complaint]:
        for name in sorted(self.required - value.keys()):
            yield Complaint(what=f"missing required field: {name}", at=at)
        for name in sorted(value.keys() - self.fields.keys()):
            yield Complaint(what=f"invalid additional property: {name}", at=at)

    def _values(self, value: Mapping[str, Any], at: str) -> Iterator[Complaint]:
        for name, spec in self.fields.items():
            if name in value:
                yield from spec.check(value[name], f"{at}/{name}")


@dataclass(frozen=True, slots=True)
class Tagged:
    """An object whose `type` says which shape it has."""

    shapes: Mapping[str, Spec]

    def check(self, value: Any, at: str) -> Iterator[Complaint]:
        if not isinstance(value, dict):
            yield Complaint(what="must be an object", at=at)
        elif (kind := value.get("type")) is None:
            yield Complaint(what="missing required field: type", at=at)
        elif not isinstance(kind, str) or kind not in self.shapes:
            yield Complaint(what=f"unsupported type: {kind}", at=f"{at}/type")
        else:
            yield from self.shapes[kind].check(value, at)


def shape(kind: str, required: str, fields: Mapping[str, Spec], *rules: Rule) -> Shape:
    """The shape of what `kind` names: its `type`, its fields (`required` names some, by spaces), the rules across."""
    return Shape(
        fields={"type": Choice((kind,)), **fields}, required=frozenset({"type", *required.split()}), rules=tuple(rules)
    )
