"""Every entry is told to a SIEM as a valid event of the OCSF, in its order, and none is skipped, whatever fails."""

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import get_origin

import pytest

from bot.domain.events import EVENTS
from bot.ports.history import Entry
from bot.ports.siem import NotTaken, Taken
from bot.service import siem
from bot.service.siem import event
from bot.store.auditing import story_problems
from bot.store.recording import fields_of
from ledger.schema import OWN_KINDS
from tests.support import people
from tests.support.house import ORIGIN

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PERSON = "0123456789abcdef" * 2

REQUIRED = {"activity_id", "category_uid", "class_uid", "type_uid", "time", "severity_id", "metadata"}
"""Of every class: github.com/ocsf/ocsf-schema, events/base_event.json and includes/{classification,occurrence}.json."""
REQUIRED_OF = {
    3002: {"user"},  # events/iam/authentication.json, with at least one of service and dst_endpoint
    3004: {"entity"},  # events/iam/entity_management.json
    3007: {"user"},  # events/iam/user_management.json (1.9.0)
    6003: {"actor", "api", "src_endpoint"},  # events/application/api_activity.json
}
METADATA = {"product", "version"}  # objects/metadata.json; of product: name
ACTIVITIES = {3002: {1}, 3004: {1, 3, 4}, 3007: {18, 19}, 6003: {2, 3}}
AT_LEAST_ONE = {
    "user": {"account", "name", "uid"},  # objects/user.json
    "actor": {"process", "user", "session", "app_name", "app_uid"},  # objects/actor.json
    "entity": {"name", "uid"},  # objects/_entity.json
    "src_endpoint": {"ip", "uid", "name", "hostname", "svc_name"},  # objects/network_endpoint.json
}


def check(told):
    """Raises unless the published schema's required attributes and constraints hold."""
    required = REQUIRED | REQUIRED_OF[told["class_uid"]]
    assert required <= told.keys(), required - told.keys()
    assert told["metadata"].keys() >= METADATA
    assert told["metadata"]["product"]["name"]
    assert told["category_uid"] == told["class_uid"] // 1000
    assert told["type_uid"] == told["class_uid"] * 100 + told["activity_id"]
    assert told["activity_id"] in ACTIVITIES[told["class_uid"]]
    assert told["time"] == 1_772_366_400_000
    for name, choice in AT_LEAST_ONE.items():
        assert name not in told or choice & told[name].keys()
    if told["class_uid"] == 3002:
        assert told["service"]["name"]
    if told["class_uid"] == 6003:
        assert told["api"]["operation"]
    for credential in told.get("user", {}).get("programmatic_credentials", ()):
        assert credential["uid"]  # objects/programmatic_credential.json
    assert json.loads(json.dumps(told)) == told


def _entry(kind, body, **changes):
    values = {
        "log": ORIGIN,
        "index": 7,
        "at": AT,
        "kind": kind,
        "actor": PERSON,
        "via": "slack",
        "outcome": "done",
        "body": body,
    }
    return Entry(**{**values, **changes})


def _sample(name, kind):
    bare = getattr(kind, "__supertype__", kind)
    if get_origin(kind) is tuple:
        return ["one"]
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return next(iter(bare)).value
    return {datetime: 1_772_366_400_000_000, int: 7}.get(bare, f"some {name}")


_BODIES = {event.kind.value: {name: _sample(name, kind) for name, kind in fields_of(event).items()} for event in EVENTS}
_BODIES |= {kind: {name: _sample(name, of) for name, of in fields.items()} for kind, fields in OWN_KINDS.items()}


@pytest.mark.parametrize("actor", [PERSON, None])
@pytest.mark.parametrize("outcome", ["done", "refused", "failed", "unknown"])
@pytest.mark.parametrize("kind", _BODIES)
def test_every_kind_is_a_valid_event(kind, outcome, actor):
    told = event(_entry(kind, _BODIES[kind], outcome=outcome, actor=actor), "1", lambda _: "U0MAYA")
    check(told)
    assert told["metadata"]["uid"] == f"{ORIGIN}#7"


def test_credentials_given_and_taken_are_user_management():
    told = [
        event(_entry(kind, _BODIES[kind]), "1", lambda _: "U0MAYA")
        for kind in ("credential:issued", "credential:expired")
    ]
    assert [(each["class_uid"], each["activity_id"]) for each in told] == [(3007, 18), (3007, 19)]
    assert told[0]["user"]["name"] == "U0MAYA"


def test_first_use_of_a_secret_is_an_authentication():
    used = _BODIES["receipt:changed"] | {"receipt": "used"}
    told = event(_entry("receipt:changed", used, actor=None), "1", lambda _: None)
    check(told)
    assert told["class_uid"] == 3002


def test_nothing_typed_and_nothing_of_a_secret_leaves():
    untold = {"some reason", "some description", "some text", "some difference", "some fingerprint", "some record"}
    for kind, body in _BODIES.items():
        told = json.dumps(event(_entry(kind, body), "1", lambda _: None))
        assert not [word for word in untold if word in told], kind


def test_erased_people_are_told_by_their_id_alone():
    told = event(_entry("terms:accepted", _BODIES["terms:accepted"]), "1", lambda _: None)
    assert told["actor"] == {"user": {"uid": PERSON, "type_id": 1}}


class Collector:
    """A SIEM that keeps what it takes, and can fail before and after it did."""

    def __init__(self):
        self.kept, self.answers = [], []

    def send(self, events):
        answer = self.answers.pop(0) if self.answers else Taken()
        if isinstance(answer, Exception):
            self.kept.extend(events)
            raise answer
        if isinstance(answer, Taken):
            self.kept.extend(events)
        return answer

    def places(self):
        return [each["metadata"]["sequence"] for each in self.kept]


@pytest.fixture
def watched(house):
    """A house with a SIEM, in which a credential was issued."""
    collector = Collector()
    house = house.under(house.world.policy)
    object.__setattr__(house.world, "siem", collector)
    house.issued()
    return house, collector


def _size(house):
    with house.store.connect() as connection:
        return house.store.ledger.size(connection)


def test_every_entry_is_pushed_once_and_in_order(watched):
    house, collector = watched
    while siem.push(house.world, limit=3):
        pass
    assert collector.places() == list(range(_size(house)))
    house.opened(name="another")
    while siem.push(house.world, limit=3):
        pass
    assert collector.places() == list(range(_size(house)))
    assert siem.push(house.world, limit=3) == 0


def _stood(house):
    """The `metadata.uid` of every entry of every log, in their order."""
    with house.store.connect() as connection:
        return [f"{entry.origin}#{entry.index}" for entry in house.store.ledger.history(connection)]


def test_what_the_former_log_had_not_told_yet_is_told_first_and_then_the_log_that_goes_on(watched):
    house, collector = watched
    siem.push(house.world, limit=3)
    house = house.continued()
    house.opened(name="another")
    while siem.push(house.world, limit=4):
        pass
    assert [each["metadata"]["uid"] for each in collector.kept] == _stood(house)
    assert {each["metadata"]["log_name"] for each in collector.kept} == {ORIGIN, f"{ORIGIN}/2"}
    house = house.continued()
    while siem.push(house.world, limit=500):
        pass
    assert [each["metadata"]["uid"] for each in collector.kept] == _stood(house)


def test_what_a_siem_refuses_of_the_former_log_keeps_back_the_log_that_goes_on(watched):
    house, collector = watched
    house = house.continued()
    collector.answers = [NotTaken("it answered 503")]
    assert siem.push(house.world, limit=3) == 0
    assert siem.push(house.world, limit=3) == 0
    house.clock.advance(seconds=5)
    while siem.push(house.world, limit=3):
        pass
    assert [each["metadata"]["uid"] for each in collector.kept] == _stood(house)


def test_names_of_people_go_along(watched):
    house, collector = watched
    siem.push(house.world, limit=500)
    assert people.MAYA in json.dumps(collector.kept)


def test_what_is_not_taken_is_sent_again_after_a_pause_that_grows(watched):
    house, collector = watched
    collector.answers = [NotTaken("it answered 503"), NotTaken("it answered 503"), Taken()]
    assert siem.push(house.world, limit=3) == 0
    assert siem.push(house.world, limit=3) == 0
    assert len(collector.answers) == 2
    house.clock.advance(seconds=5)
    assert siem.push(house.world, limit=3) == 0
    house.clock.advance(seconds=9)
    assert siem.push(house.world, limit=3) == 0
    assert len(collector.answers) == 1
    house.clock.advance(seconds=1)
    assert siem.push(house.world, limit=3) == 3
    assert collector.places() == [0, 1, 2]


def test_what_it_asks_to_wait_is_waited_but_never_longer_than_ten_minutes(watched):
    house, collector = watched
    collector.answers = [NotTaken("it answered 429", timedelta(days=1))]
    siem.push(house.world, limit=3)
    house.clock.advance(minutes=10)
    assert siem.push(house.world, limit=3) == 3


def test_killed_after_the_siem_took_them_they_are_sent_again_with_the_same_ids(watched):
    house, collector = watched
    collector.answers = [RuntimeError("killed")]
    with pytest.raises(RuntimeError):
        siem.push(house.world, limit=3)
    assert siem.push(house.world, limit=3) == 3
    assert collector.places() == [0, 1, 2, 0, 1, 2]
    ids = [each["metadata"]["uid"] for each in collector.kept]
    assert ids[:3] == ids[3:]
    assert len(set(ids)) == 3


def test_process_that_comes_late_never_moves_the_cursor_back(watched):
    house, collector = watched
    slow, quick = collector.send, Collector()

    def send(events):
        object.__setattr__(house.world, "siem", quick)
        while siem.push(house.world, limit=500):
            pass
        return slow(events)

    collector.send = send
    assert siem.push(house.world, limit=3) == 0
    assert quick.places() == list(range(_size(house)))
    assert siem.push(house.world, limit=3) == 0


def test_pushing_is_no_part_of_the_story(watched):
    house, _ = watched
    before = _size(house)
    siem.push(house.world, limit=500)
    assert _size(house) == before
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def test_without_a_siem_nothing_is_pushed(house):
    assert siem.push(house.world, limit=500) == 0
