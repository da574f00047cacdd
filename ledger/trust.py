"""Whom to believe: which witnesses, and how many of them must have cosigned. A C2SP tlog-policy file, read and applied.

Guarantees: a policy that leaves anything open is refused with the line that does (an unknown word, a name used twice,
a key listed twice, a quorum of nobody unless it says `none`); only cosignatures by the keys in the policy count, and
each witness counts once. Format: c2sp.org/tlog-policy:

    witness security NAME+ID+KEY https://witness.example.com/
    witness audit NAME+ID+KEY https://audit.example.com/witness/
    group both all security audit
    quorum both
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ledger.checkpoint import Checkpoint
from ledger.cosigning import CosignerKey, time_of
from ledger.errors import BadSignatureError, MalformedError, TooFewWitnessesError
from ledger.signing import VerifierKey

_NOBODY = "none"
_MOST = 32
"""Witnesses, logs and groups, each: what the format asks readers to take, and what a note has lines for."""
_BLANK = re.compile(r"[ \t]+")
_COUNT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPlace:
    """A witness: what the policy calls it, its key, and where it answers (None: it is only believed, never asked)."""

    name: str
    key: CosignerKey
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """At least `count` of the members, which are witnesses or groups."""

    count: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """Which logs, which witnesses, which quorum."""

    logs: tuple[VerifierKey, ...] = ()
    witnesses: tuple[WitnessPlace, ...] = ()
    quorum: str = _NOBODY
    groups: Mapping[str, Group] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "TrustPolicy":
        """Raises `MalformedError`, which names file and line."""
        try:
            return cls.from_text(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise MalformedError(f"The witness policy {path} cannot be read: {error}.") from None
        except MalformedError as error:
            raise MalformedError(f"{path}, {error}") from None

    @classmethod
    def from_text(cls, text: str) -> "TrustPolicy":
        """Raises `MalformedError`, which names the line."""
        reading = _Reading()
        for number, line in enumerate(text.split("\n"), start=1):
            try:
                reading.line(line)
            except MalformedError as error:
                raise MalformedError(f"line {number}: {error}") from None
        if reading.quorum is None:
            raise MalformedError("no line says `quorum NAME`: how many witnesses must have signed is not said.")
        return cls(tuple(reading.logs), tuple(reading.witnesses.values()), reading.quorum, reading.groups)

    def to_text(self) -> str:
        """A file that says the same."""
        lines = [f"log {log.to_text()}" for log in self.logs]
        lines += [" ".join(["witness", w.name, w.key.to_text(), *filter(None, [w.url])]) for w in self.witnesses]
        lines += [f"group {name} {group.count} {' '.join(group.members)}" for name, group in self.groups.items()]
        return "\n".join([*lines, f"quorum {self.quorum}", ""])

    def check(self, checkpoint: Checkpoint) -> Mapping[str, int]:
        """Who cosigned it, and when (UTC seconds). Raises `TooFewWitnessesError` where the quorum did not.

        Where the policy lists logs, one of them must have signed: raises `BadSignatureError`.
        """
        if self.logs and not any(_signed(checkpoint, log) for log in self.logs):
            raise BadSignatureError(f"None of the logs in the policy signed this checkpoint of {checkpoint.origin}.")
        signed = self.signed_by(checkpoint)
        if self.quorum != _NOBODY and not self._holds(self.quorum, signed):
            missing = ", ".join(witness.name for witness in self.witnesses if witness.name not in signed)
            raise TooFewWitnessesError(
                f"The checkpoint of {checkpoint.size} entries is cosigned by {', '.join(signed) or 'no witness'}, "
                f"which is not the quorum {self.quorum}. Not signed: {missing}."
            )
        return signed

    def signed_by(self, checkpoint: Checkpoint) -> Mapping[str, int]:
        """The witnesses whose cosignatures under it are good, and when they signed (UTC seconds), quorum or not."""
        found: dict[str, int] = {}
        for witness in self.witnesses:
            try:
                checkpoint.note.check(witness.key)
            except BadSignatureError:
                continue
            found[witness.name] = max(time_of(line.value) for line in checkpoint.note.by(witness.key))
        return found

    def _holds(self, name: str, signed: Mapping[str, int]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in signed
        return sum(self._holds(member, signed) for member in group.members) >= group.count


def _signed(checkpoint: Checkpoint, log: VerifierKey) -> bool:
    try:
        checkpoint.check(log)
    except BadSignatureError:
        return False
    return True


class _Reading:
    """What the lines so far have said."""

    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, WitnessPlace] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._grouped: set[str] = set()

    def line(self, line: str) -> None:
        if any(letter < " " and letter != "\t" for letter in line):
            raise MalformedError("a policy has no control characters but tab and newline.")
        words = [word for word in _BLANK.split(line) if word]
        if not words or words[0].startswith("#"):
            return
        match words:
            case ["log", key] | ["log", key, _]:
                self._log(VerifierKey.from_text(key))
            case ["witness", name, key, *url] if len(url) <= 1:
                self._witness(WitnessPlace(name=name, key=CosignerKey.from_text(key), url=url[0] if url else None))
            case ["group", name, count, first, *more]:
                self._group(name, count, (first, *more))
            case ["quorum", name]:
                self._quorum(name)
            case _:
                raise MalformedError(
                    f"{words[0]!r} with {len(words) - 1} words is none of: log VKEY [URL], witness NAME VKEY [URL], "
                    "group NAME all|any|NUMBER NAME..., quorum NAME."
                )

    def _log(self, key: VerifierKey) -> None:
        if key.public in {log.public for log in self.logs} or len(self.logs) == _MOST:
            raise MalformedError(f"the key of {key.name} is listed already, or there are more than {_MOST} logs.")
        self.logs.append(key)

    def _witness(self, witness: WitnessPlace) -> None:
        self._new_name(witness.name)
        if witness.key.public in {other.key.public for other in self.witnesses.values()}:
            raise MalformedError(f"the key of {witness.name} is another witness's too: it would count twice.")
        if witness.url is not None and not witness.url.startswith(("https://", "http://")):
            raise MalformedError(f"{witness.url} is no http:// or https:// address.")
        self.witnesses[witness.name] = witness

    def _group(self, name: str, count: str, members: tuple[str, ...]) -> None:
        self._new_name(name)
        for member in members:
            self._known(member)
            if member in self._grouped:
                raise MalformedError(f"{member} is a member already: it would count twice.")
            self._grouped.add(member)
        asked = {"any": 1, "all": len(members)}.get(count) or (int(count) if _COUNT.fullmatch(count) else 0)
        if not 1 <= asked <= len(members):
            raise MalformedError(f"{count!r} of {len(members)} members: it would be any, all, or a number of them.")
        self.groups[name] = Group(count=asked, members=members)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise MalformedError("there is a quorum already.")
        if name != _NOBODY:
            self._known(name)
        self.quorum = name

    def _new_name(self, name: str) -> None:
        if name == _NOBODY or name in self.witnesses or name in self.groups:
            raise MalformedError(f"the name {name} is taken.")
        if max(len(self.witnesses), len(self.groups)) >= _MOST:
            raise MalformedError(f"more than {_MOST} witnesses or groups are not read.")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise MalformedError(f"no line above names {name}.")
