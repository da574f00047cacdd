"""The allow-list, and canonical JSON: one event, one sequence of bytes."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import Event, MalformedError, SchemaError, Schemas
from tests.support.ledger_room import schemas

SCHEMAS = schemas()
OPENED = Event(
    kind="request:opened",
    actor="0" * 32,
    via="slack",
    body={"request": "r1", "reason": "crd", "quorum": 2, "roles": ["a", "b"]},
    index=(("request", "r1"), ("person", "0" * 32)),
)
PAYLOAD = SCHEMAS.encode(OPENED)


def test_payload_is_the_canonical_json_of_the_event():
    said = {
        "actor": "0" * 32,
        "body": {"quorum": 2, "reason": "crd", "request": "r1", "roles": ["a", "b"]},
        "index": [["request", "r1"], ["person", "0" * 32]],
        "kind": "request:opened",
        "outcome": "done",
        "via": "slack",
    }
    assert json.dumps(said, sort_keys=True, separators=(",", ":")).encode() == PAYLOAD


@given(
    some.text(some.characters(exclude_categories=("Cs",))),
    some.integers(-(2**63), 2**63 - 1),
    some.lists(some.text(some.characters(exclude_categories=("Cs",)))),
    some.sampled_from(["done", "refused", "failed", "unknown"]),
)
def test_event_survives_its_payload(reason, quorum, roles, outcome):
    body = {"request": "r1", "reason": reason, "quorum": quorum, "roles": roles}
    event = replace(OPENED, body=body, outcome=outcome)
    payload = SCHEMAS.encode(event)
    assert SCHEMAS.decode(payload) == event
    assert SCHEMAS.decode_any(payload) == event
    assert Schemas().decode_any(payload) == event
    assert json.loads(payload)["body"] == body


def _body(**changed):
    return replace(OPENED, body={**OPENED.body, **changed})


@pytest.mark.parametrize(
    "event",
    [
        _body(secret="hunter2"),
        _body(quorum="2"),
        _body(quorum=2.0),
        _body(quorum=True),
        _body(quorum=2**63),
        _body(quorum=None),
        _body(roles=["a", 1]),
        _body(roles="ab"),
        _body(reason=b"bytes"),
        _body(reason="\ud800"),
        replace(OPENED, body={"request": "r1"}),
        replace(OPENED, kind="request:unheard-of"),
        replace(OPENED, actor="U0MAYA"),
        replace(OPENED, actor="0" * 31),
        replace(OPENED, outcome="maybe"),
        replace(OPENED, via="Slack!"),
        replace(OPENED, index=(("Person", "x"),)),
    ],
)
def test_what_the_schema_does_not_know_is_refused(event):
    with pytest.raises(SchemaError):
        SCHEMAS.encode(event)


def test_refusal_does_not_repeat_what_was_refused():
    for event in (_body(secret="hunter2"), _body(quorum="hunter2"), replace(OPENED, actor="hunter2")):
        with pytest.raises(SchemaError) as refused:
            SCHEMAS.encode(event)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b'"quorum":2', b'"quorum": 2'),
        (b'"quorum":2', b'"quorum":2.0'),
        (b'"quorum":2', b'"quorum":2e0'),
        (b'"quorum":2', b'"quorum":-0'),
        (b'"quorum":2', b'"quorum":2,"quorum":2'),
        (b'"quorum":2', b'"quorum":"2"'),
        (b'"quorum":2,"reason":"crd"', b'"reason":"crd","quorum":2'),
        (b'"crd"', b'"\\u0063rd"'),
        (b'"crd"', b'"cr\\/d"'),
        (b'"crd"', b'"\xff"'),
        (b'"crd"', b'"crd","secret":"x"'),
        (b'"via"', b'"extra":1,"via"'),
        (b"request:opened", b"request:unheard-of"),
        (b'"index":[["request","r1"],["person","00000000000000000000000000000000"]]', b'"index":[]'),
        (b'"slack"}', b'"slack"} '),
        (b'"slack"}', b'"slack"'),
        (b'{"actor"', b'\xef\xbb\xbf{"actor"'),
    ],
)
def test_payload_has_one_form_only(part, other):
    changed = PAYLOAD.replace(part, other)
    assert changed != PAYLOAD
    with pytest.raises(MalformedError):
        SCHEMAS.decode(changed)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (b'"quorum":2', b'"quorum": 2'),
        (b'"quorum":2', b'"quorum":2.5'),
        (b'"quorum":2', b'"quorum":{}'),
        (b'"via":"slack"', b'"via":"slack","x":1'),
        (b'"outcome":"done"', b'"outcome":"good"'),
        (b'"request:opened"', b'"opened"'),
    ],
)
def test_envelope_of_an_unknown_kind_is_checked(part, other):
    changed = PAYLOAD.replace(part, other)
    assert changed != PAYLOAD
    with pytest.raises(MalformedError):
        Schemas().decode_any(changed)


def test_own_kinds_are_checked_fully_where_strangers_are_let_by():
    with pytest.raises(MalformedError):
        Schemas().decode_any(
            b'{"actor":null,"body":{"key":"k","more":1,"purpose":"p"},"kind":"key:created","outcome":"done","via":"ledger"}'
        )


def test_optional_field_is_left_out_when_none():
    event = Event(kind="note:made", actor=None, via="cli", body={"text": "t", "more": None})
    assert b"more" not in SCHEMAS.encode(event)
    assert SCHEMAS.decode(SCHEMAS.encode(event)).body == {"text": "t"}
    with pytest.raises(MalformedError):
        SCHEMAS.decode(SCHEMAS.encode(event).replace(b'{"text"', b'{"more":null,"text"'))


def test_field_that_may_be_none_is_written_as_null():
    known = Schemas()
    known.register("a:b", {"x": str | None})
    assert b'"x":null' in known.encode(Event(kind="a:b", actor=None, via="cli", body={"x": None}))
    with pytest.raises(SchemaError):
        known.encode(Event(kind="a:b", actor=None, via="cli", body={}))


def test_field_added_later_leaves_old_entries_readable():
    known = Schemas()
    known.register("a:b", {"x": str})
    old = known.encode(Event(kind="a:b", actor=None, via="cli", body={"x": "1"}))
    grown = Schemas()
    grown.register("a:b", {"x": str, "y": int}, optional=frozenset({"y"}))
    assert grown.decode(old).body == {"x": "1"}


@pytest.mark.parametrize("kind", [float, bytes, list[int], dict[str, str], str | int, list])
def test_types_without_a_wire_form_are_refused(kind):
    with pytest.raises(SchemaError):
        Schemas().register("a:b", {"x": kind})


@pytest.mark.parametrize("kind", ["log:opened", "AB", "a:b:c", "a b:c"])
def test_kinds_registered_twice_or_misnamed_are_refused(kind):
    with pytest.raises(SchemaError):
        Schemas().register(kind, {})
