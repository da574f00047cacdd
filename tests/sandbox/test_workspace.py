"""Who sees what, what stays, and what a click is good for."""

import errno
import json
import stat

import pytest

from bot.sandbox.state import state_file, tickets
from bot.sandbox.state.seed import BOT_USER, harbour
from bot.sandbox.state.tickets import ResponseUrl, Tickets, Trigger
from bot.sandbox.state.workspace import Message
from tests.support.sandbox import Workspace, a_sandbox, eventually

MAYA, ANA, OTTO = "U0MAYA000", "U0ANA0000", "U0OTTO000"


def message(ts, channel="C0APPROVE", **more):
    return Message(ts=ts, channel=channel, user=BOT_USER, text="hello", **more)


def test_an_outsider_sees_only_the_shared_channel_and_the_dm():
    workspace = harbour()
    assert {each for each in workspace.channels if workspace.may_see(OTTO, each)} == {"C0SHARED0", "D0OTTO000"}


def test_nobody_sees_the_dm_of_another():
    workspace = harbour()
    workspace.put(message("1.0", "D0MAYA000"))
    assert workspace.seen_by(ANA, "D0MAYA000") == []
    assert len(workspace.seen_by(MAYA, "D0MAYA000")) == 1


def test_an_ephemeral_is_seen_by_one_person_and_is_in_no_history():
    workspace = harbour()
    workspace.put(message("1.0", only_for=MAYA))
    assert len(workspace.seen_by(MAYA, "C0APPROVE")) == 1
    assert workspace.seen_by(ANA, "C0APPROVE") == []
    assert workspace.find("C0APPROVE", "1.0") is None


def test_a_reload_forgets_only_ones_own_ephemerals():
    workspace = harbour()
    workspace.put(message("1.0", only_for=MAYA))
    workspace.put(message("2.0", only_for=ANA))
    workspace.forget_ephemerals(MAYA)
    assert workspace.seen_by(MAYA, "C0APPROVE") == []
    assert len(workspace.seen_by(ANA, "C0APPROVE")) == 1


def test_unread_counts_what_others_said_since():
    workspace = harbour()
    workspace.put(message("1.0"))
    workspace.put(Message(ts="2.0", channel="C0APPROVE", user=MAYA, text="mine"))
    assert workspace.unread(MAYA, "C0APPROVE") == 1
    assert workspace.mark_read(MAYA, "C0APPROVE")
    assert workspace.unread(MAYA, "C0APPROVE") == 0
    assert not workspace.mark_read(MAYA, "C0APPROVE")


def test_timestamps_never_repeat_even_if_the_clock_stands_still_or_goes_back():
    workspace = harbour()
    stamps = [workspace.next_ts(now) for now in (100.0, 100.0, 99.0, 101.0)]
    assert stamps == sorted(set(stamps))
    assert stamps[0] == "100.000000"


def test_the_state_file_keeps_messages_and_no_ephemeral(tmp_path):
    workspace, path = harbour(), tmp_path / "deep" / "state.json"
    workspace.put(message("1.000001", metadata={"event_type": "notice", "event_payload": {"id": "7"}}))
    workspace.put(Message(ts="2.000001", channel="C0APPROVE", user=BOT_USER, text="a secret", only_for=MAYA))
    workspace.mark_read(MAYA, "C0APPROVE")
    state_file.save(workspace, path)
    assert "a secret" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = state_file.load(path)
    workspace.ephemerals.clear()
    assert kept == workspace


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 0}', '{"version": 1}'])
def test_a_state_file_that_is_none_starts_afresh(tmp_path, content):
    path = tmp_path / "state.json"
    path.write_text(content)
    assert state_file.load(path) is None


def test_a_state_that_cannot_be_saved_is_said_and_saved_after_the_next_change(tmp_path, caplog):
    path, full = tmp_path / "state.json", tmp_path / "state.new"
    full.mkdir()  # what stands in the way of every save
    with a_sandbox(state_file=path) as sandbox, Workspace(sandbox) as person:
        maya = person.as_person(MAYA)
        maya.say("Hello")
        eventually(lambda: sandbox._tried == sandbox.site.feed.lasting, "an attempt at all that there is")
        assert person.connected() is False, "whoever answers is done with that attempt: it is one thread"
        said = caplog.text.count("could not be saved")
        assert said
        full.rmdir()
        maya.say("Hello")
        eventually(lambda: sandbox._saved == sandbox.site.feed.lasting, "a save of all that there is")
        assert caplog.text.count("could not be saved") == said
        assert "could not be saved" in sandbox.site.record.lines[0].text
        full.mkdir()
    assert state_file.load(path) is not None


def test_a_state_that_cannot_be_saved_keeps_no_sandbox_from_stopping(tmp_path, caplog):
    (tmp_path / "state.new").mkdir()
    with a_sandbox(state_file=tmp_path / "state.json") as sandbox:
        eventually(lambda: "could not be saved" in caplog.text, "the word of it")
        assert sandbox.page_url
    assert caplog.text.count("could not be saved") == 2  # at the first change, and at the end


def test_what_a_full_disk_cut_off_is_not_left_behind(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state_file, "to_json", full)
    with pytest.raises(OSError, match="No space left"):
        state_file.save(harbour(), tmp_path / "state.json")
    assert list(tmp_path.iterdir()) == []


def test_a_state_file_of_another_version_starts_afresh(tmp_path):
    path = tmp_path / "state.json"
    path.write_text(json.dumps(json.loads(state_file.to_json(harbour())) | {"version": state_file.VERSION + 1}))
    assert state_file.load(path) is None


def test_a_trigger_opens_once():
    given = Tickets()
    name = given.trigger(MAYA, 100.0)
    assert isinstance(given.exchange(name, 101.0, 3.0), Trigger)
    assert given.exchange(name, 101.0, 3.0) == "exchanged_trigger_id"


def test_a_trigger_lives_three_seconds():
    given = Tickets()
    early, late = given.trigger(MAYA, 100.0), given.trigger(MAYA, 100.0)
    assert isinstance(given.exchange(early, 103.0, 3.0), Trigger)
    assert given.exchange(late, 103.001, 3.0) == "expired_trigger_id"
    assert given.exchange("made up", 100.0, 3.0) == "invalid_trigger_id"


def test_a_response_url_is_good_for_five_uses():
    given = Tickets()
    name = given.response(ResponseUrl(person=MAYA, channel="C0APPROVE", ts=None, made=100.0))
    for _ in range(5):
        ticket = given.look_up(name, 100.0)
        assert isinstance(ticket, ResponseUrl)
        ticket.uses += 1
    assert given.look_up(name, 100.0) == "used_url"


def test_a_response_url_lives_thirty_minutes():
    given = Tickets()
    name = given.response(ResponseUrl(person=MAYA, channel="C0APPROVE", ts=None, made=100.0))
    assert isinstance(given.look_up(name, 1900.0), ResponseUrl)
    assert given.look_up(name, 1900.001) == "expired_url"
    assert given.look_up("made up", 100.0) == "no_such_url"


def test_old_tickets_are_forgotten():
    given = Tickets()
    given.trigger(MAYA, 0.0)
    given.response(ResponseUrl(person=MAYA, channel="C0APPROVE", ts=None, made=0.0))
    given.trigger(MAYA, tickets.KEPT_SECONDS + 1)
    assert (len(given.triggers), len(given.responses)) == (1, 0)
