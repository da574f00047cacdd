"""The allow-list: what an event of each kind may say, and the one sequence of bytes that says it.

Guarantees: nothing is sealed that its kind's schema does not name, with the type named (a deny-list of field names is
how secrets reach audit logs elsewhere); and a payload has one form only: canonical JSON, sorted keys, no spaces, UTF-8,
integers of 64 bits, no floats. Reading decodes and encodes again, and refuses whatever does not come out the same.
Evolution rule: a kind and its fields are never renamed, retyped or reused; new fields are optional.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, get_args

import msgspec

from ledger.entry import Event
from ledger.errors import MalformedError, SchemaError

_Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_KIND = r"^[a-z]{1,32}:[a-z-]{1,32}$"
_Kind = Annotated[str, msgspec.Meta(pattern=_KIND)]
_Index = list[tuple[str, str]]
_Outcome = Literal["done", "refused", "failed", "unknown"]
_FIELD = re.compile("[a-z][a-z0-9_]*")
_WIRE: Mapping[Any, Any] = {str: str, int: _Integer, bool: bool, list[str]: list[str]}
_ENCODER = msgspec.json.Encoder(order="sorted")
_Registration = tuple[Mapping[str, type | UnionType], frozenset[str]]
"""What a kind was registered with: its fields, and which of them are optional."""

OWN_KINDS: Mapping[str, Mapping[str, type | UnionType]] = {
    "log:opened": {"origin": str, "key": str},
    "log:continued": {
        "origin": str,
        "key": str,
        "known": str,
        "former": str,
        "held": int,
        "root": str,
        "reason": str,
    },
    "log:key-changed": {"before": str, "after": str},
    "key:created": {"key": str, "purpose": str},
    "key:rewrapped": {"before": str, "after": str, "keys": int, "people": int},
    "person:registered": {"person": str, "commitment": str, "key": str},
    "person:erased": {"person": str},
    "clock:stepped-back": {"before": int, "after": int},
}
"""The ledger's own kinds. `key` of log:opened and log:continued is the verifier key's text; elsewhere a key ID in hex.
Clocks in µs.

log:continued opens a log that goes on from another one: `known` is the newest checkpoint that was known of that (a
signed note), `former` and `held` are the origin and the size of what the database still has, `root` is its root.

`before` and `after` of log:key-changed are verifier keys' texts: the entry is the last one before the checkpoint that
both keys sign.

`before` and `after` of key:rewrapped are IDs of key-encryption keys, `keys` and `people` how many rows each table had.
"""


class _AnyPayload(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, frozen=True, gc=False):
    """The envelope of every event, around a body that this program has no schema for."""

    kind: _Kind
    actor: str | None
    via: str
    outcome: _Outcome
    body: dict[str, str | _Integer | bool | list[str] | None]
    index: _Index = []


_ANY = msgspec.json.Decoder(_AnyPayload)


class Schemas:
    """The registry of kinds. It knows the ledger's own from the start; the program registers the others once."""

    def __init__(self) -> None:
        self._payloads: dict[str, type[msgspec.Struct]] = {}
        self._fields: dict[str, _Registration] = {}
        self._decoder: msgspec.json.Decoder[Any] | None = None
        for kind, fields in OWN_KINDS.items():
            self.register(kind, fields)

    def register(
        self, kind: str, fields: Mapping[str, type | UnionType], *, optional: frozenset[str] = frozenset()
    ) -> None:
        """Field types: str, int, bool, list[str], or one of them `| None`; `optional` ones are left out when None.

        Raises `SchemaError` for a kind that is misnamed or registered already, and for a type that has no wire form.
        """
        if kind in self._payloads or re.fullmatch(_KIND, kind) is None:
            raise SchemaError(f"The kind {kind!r} is registered already, or is not of the form subject:action.")
        self._fields[kind] = (fields, optional)
        body = msgspec.defstruct(
            "Body",
            [_field(name, wire, name in optional) for name, wire in fields.items()],
            forbid_unknown_fields=True,
            kw_only=True,
            omit_defaults=True,
            frozen=True,
            gc=False,
        )
        self._payloads[kind] = msgspec.defstruct(
            "Payload",
            [("actor", str | None), ("via", str), ("outcome", _Outcome), ("body", body), ("index", _Index, [])],
            tag_field="kind",
            tag=kind,
            forbid_unknown_fields=True,
            kw_only=True,
            omit_defaults=True,
            frozen=True,
            gc=False,
        )
        self._decoder = None

    def encode(self, event: Event) -> bytes:
        """The event's canonical JSON. Raises `SchemaError`, which names the field and never repeats its value."""
        payload = self._payloads.get(event.kind)
        if payload is None:
            raise SchemaError(f"The ledger has no schema for events of the kind {event.kind}.")
        loose = {
            "kind": event.kind,
            "actor": event.actor,
            "via": event.via,
            "outcome": event.outcome,
            "body": dict(event.body),
            "index": event.index,
        }
        try:
            made = msgspec.convert(loose, payload)
            wrong, encoded = _misnamed(made), _ENCODER.encode(made)
        except (msgspec.ValidationError, UnicodeEncodeError) as error:
            reason = error.reason if isinstance(error, UnicodeEncodeError) else error
            raise SchemaError(f"The ledger refuses this {event.kind}: {reason}.") from None
        if wrong is not None:
            raise SchemaError(f"The ledger refuses this {event.kind}: {wrong}.")
        return encoded

    def decode(self, payload: bytes) -> Event:
        """The event. Raises `MalformedError` where the payload is not canonical or not what its kind's schema says."""
        return self.look(payload).event()

    def decode_any(self, payload: bytes) -> Event:
        """Like `decode`; of a kind that is not registered it checks the envelope and the canonical form."""
        return self.look_any(payload).event()

    def look(self, payload: bytes) -> "Said":
        """`decode`, for whoever reads millions and needs an event of few."""
        if self._decoder is None:
            self._decoder = msgspec.json.Decoder(_union(self._payloads.values()))
        found = _decoded(self._decoder, payload)
        return Said(found.__struct_config__.tag, found)

    def look_any(self, payload: bytes) -> "Said":
        """The same for `decode_any`."""
        found = _decoded(_ANY, payload)
        return self.look(payload) if found.kind in self._payloads else Said(found.kind, found)

    def __reduce__(self) -> tuple[Any, ...]:
        """What another process makes the same schemas of."""
        return _registered, (self._fields,)


class Said(NamedTuple):
    """A payload that was checked. `found` has the attributes of an event: actor, via, outcome, body, index."""

    kind: str
    found: Any

    def event(self) -> Event:
        """In full."""
        found = self.found
        return Event(
            kind=self.kind,
            actor=found.actor,
            via=found.via,
            outcome=found.outcome,
            body=msgspec.to_builtins(found.body),
            index=tuple(found.index),
        )


def _registered(fields: Mapping[str, _Registration]) -> Schemas:
    made = Schemas()
    for kind, (body, optional) in fields.items():
        if kind not in OWN_KINDS:
            made.register(kind, body, optional=optional)
    return made


def _field(name: str, kind: Any, optional: bool) -> tuple[str, Any] | tuple[str, Any, None]:  # noqa: FBT001 - a column of the table
    if _FIELD.fullmatch(name) is None:
        raise SchemaError(f"{name!r} cannot name a field: lower-case letters, digits and underscores.")
    bare = [part for part in get_args(kind) if part is not type(None)] if isinstance(kind, UnionType) else [kind]
    if len(bare) != 1 or bare[0] not in _WIRE:
        raise SchemaError(f"The field {name} is {kind!r}; the ledger has str, int, bool, list[str], and these or None.")
    wire = _WIRE[bare[0]]
    if optional:
        return name, wire | None, None
    return name, wire | None if isinstance(kind, UnionType) else wire


def _union(payloads: Any) -> Any:
    first, *rest = payloads
    for payload in rest:
        first |= payload
    return first


def _decoded(decoder: msgspec.json.Decoder[Any], payload: bytes) -> Any:
    try:
        found = decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedError(f"Its payload is not what the schema says: {error}.") from None
    if (wrong := _misnamed(found)) is not None:
        raise MalformedError(f"Its payload is not what the schema says: {wrong}.")
    if _ENCODER.encode(found) != payload:
        raise MalformedError("Its payload is not in canonical form.")
    return found


def _misnamed(found: Any) -> str | None:
    """What of the envelope has not its form. Few of these strings are new, so each is looked at once."""
    if found.actor is not None and not _is_person(found.actor):
        return "the actor is no person ID"
    if not _is_via(found.via):
        return "`via` is no word"
    for name, _ in found.index:
        if not _is_indexed(name):
            return "a field of the index is no word"
    return None


@lru_cache(maxsize=2**16)
def _is_person(value: str) -> bool:
    return re.fullmatch("[0-9a-f]{32}", value) is not None


@lru_cache
def _is_via(value: str) -> bool:
    return re.fullmatch("[a-z-]{1,32}", value) is not None


@lru_cache
def _is_indexed(value: str) -> bool:
    return re.fullmatch("[a-z]{1,32}", value) is not None
