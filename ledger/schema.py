"""The allow-list: what an event of each kind may say, and the one sequence of bytes that says it.

Guarantees: nothing is sealed that its kind's schema does not name, with the type named (a deny-list of field names is
how secrets reach audit logs elsewhere); and a payload has one form only: canonical JSON, sorted keys, no spaces, UTF-8,
integers of 64 bits, no floats. Reading decodes and encodes again, and refuses whatever does not come out the same.
Evolution rule: a kind and its fields are never renamed, retyped or reused; new fields are optional.
"""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, get_args

import msgspec

from ledger.entry import Event
from ledger.errors import MalformedError, SchemaError

_Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_KIND = r"^[a-z]{1,32}:[a-z-]{1,32}$"
_Kind = Annotated[str, msgspec.Meta(pattern=_KIND)]
_PersonId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
_Via = Annotated[str, msgspec.Meta(pattern="^[a-z-]{1,32}$")]
_Index = tuple[tuple[Annotated[str, msgspec.Meta(pattern="^[a-z]{1,32}$")], str], ...]
_Outcome = Literal["done", "refused", "failed", "unknown"]
_FIELD = re.compile("[a-z][a-z0-9_]*")
_WIRE: Mapping[Any, Any] = {str: str, int: _Integer, bool: bool, list[str]: list[str]}
_ENCODER = msgspec.json.Encoder(order="sorted")

OWN_KINDS: Mapping[str, Mapping[str, type | UnionType]] = {
    "log:opened": {"origin": str, "key": str},
    "key:created": {"key": str, "purpose": str},
    "key:rewrapped": {"before": str, "after": str, "keys": int, "people": int},
    "person:registered": {"person": str, "commitment": str, "key": str},
    "person:erased": {"person": str},
    "clock:stepped-back": {"before": int, "after": int},
}
"""The ledger's own kinds. `key` of log:opened is the verifier key's text; elsewhere a key ID in hex; clocks in µs.

`before` and `after` of key:rewrapped are IDs of key-encryption keys, `keys` and `people` how many rows each table had.
"""


class _AnyPayload(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, frozen=True):
    """The envelope of every event, around a body that this program has no schema for."""

    kind: _Kind
    actor: _PersonId | None
    via: _Via
    outcome: _Outcome
    body: dict[str, str | _Integer | bool | list[str] | None]
    index: _Index = ()


_ANY = msgspec.json.Decoder(_AnyPayload)


class Schemas:
    """The registry of kinds. It knows the ledger's own from the start; the program registers the others once."""

    def __init__(self) -> None:
        self._payloads: dict[str, type[msgspec.Struct]] = {}
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
        body = msgspec.defstruct(
            "Body",
            [_field(name, wire, name in optional) for name, wire in fields.items()],
            forbid_unknown_fields=True,
            kw_only=True,
            omit_defaults=True,
            frozen=True,
        )
        self._payloads[kind] = msgspec.defstruct(
            "Payload",
            [("actor", _PersonId | None), ("via", _Via), ("outcome", _Outcome), ("body", body), ("index", _Index, ())],
            tag_field="kind",
            tag=kind,
            forbid_unknown_fields=True,
            kw_only=True,
            omit_defaults=True,
            frozen=True,
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
            return _ENCODER.encode(msgspec.convert(loose, payload))
        except (msgspec.ValidationError, UnicodeEncodeError) as error:
            reason = error.reason if isinstance(error, UnicodeEncodeError) else error
            raise SchemaError(f"The ledger refuses this {event.kind}: {reason}.") from None

    def decode(self, payload: bytes) -> Event:
        """The event. Raises `MalformedError` where the payload is not canonical or not what its kind's schema says."""
        if self._decoder is None:
            self._decoder = msgspec.json.Decoder(_union(self._payloads.values()))
        found = _decoded(self._decoder, payload)
        return _event(found.__struct_config__.tag, found)

    def decode_any(self, payload: bytes) -> Event:
        """Like `decode`; of a kind that is not registered it checks the envelope and the canonical form."""
        found = _decoded(_ANY, payload)
        return self.decode(payload) if found.kind in self._payloads else _event(found.kind, found)


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
    if _ENCODER.encode(found) != payload:
        raise MalformedError("Its payload is not in canonical form.")
    return found


def _event(kind: str, found: Any) -> Event:
    return Event(
        kind=kind,
        actor=found.actor,
        via=found.via,
        outcome=found.outcome,
        body=msgspec.to_builtins(found.body),
        index=found.index,
    )
