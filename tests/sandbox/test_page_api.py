"""What the page is shown and told, person by person."""

import json

import httpx
import pytest

from bot.sandbox import Sandbox
from tests.support.sandbox import ActRefusedError, Workspace, eventually, settings

MAYA, ANA, OTTO = "U0MAYA000", "U0ANA0000", "U0OTTO000"


def test_the_workspace_names_its_five_people_and_no_bot(workspace):
    shown = workspace.http.get("/page/api/workspace").json()
    assert [person["id"] for person in shown["people"]] == [MAYA, ANA, "U0BEN0000", "U0SAM0000", OTTO]
    assert [person["id"] for person in shown["people"] if person["outsider"]] == [OTTO]
    assert len(shown["hint"]) == 2


def test_each_person_sees_their_own_conversations(workspace):
    def shown(person):
        rows = workspace.http.get("/page/api/conversations", params={"as": person}).json()
        return {row["id"]: row["kind"] for row in rows}

    assert shown(OTTO) == {"C0SHARED0": "channel", "D0OTTO000": "dm", "home": "app_home"}
    assert "C0SECURITY" not in shown(MAYA)
    assert shown("U0NOBODY") == {"home": "app_home"}


def test_what_waits_for_somebody_shows_until_they_look(api, workspace):
    def waiting():
        people = workspace.http.get("/page/api/workspace").json()["people"]
        return {person["id"]: person["unread"] for person in people if person["unread"]}

    api("chat.postMessage", channel=ANA, text="please approve")
    assert waiting() == {ANA: 1}
    workspace.as_person(ANA).messages()
    assert waiting() == {}


def test_a_plain_message_is_escaped_and_stays_where_it_was_said(workspace):
    workspace.as_person(MAYA).say("<!channel> & co", "C0APPROVE")
    assert workspace.as_person(ANA).messages("C0APPROVE")[0]["text"] == "&lt;!channel&gt; &amp; co"
    assert workspace.as_person(OTTO).messages("C0APPROVE") == []
    assert workspace.control.deliveries() == []


def test_nobody_speaks_where_they_are_not(workspace):
    with pytest.raises(ActRefusedError, match="not in that conversation"):
        workspace.as_person(OTTO).say("hello", "C0APPROVE")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"as": 1}', b'{"as": "U0MAYA000", "surprise": 1}'])
def test_a_malformed_act_is_a_400_with_a_sentence(workspace, body):
    answer = workspace.http.post("/page/api/command", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("The request is malformed")


def test_a_modal_that_is_not_open_cannot_be_sent(workspace):
    answer = workspace.http.post("/page/api/submit", json={"as": MAYA, "view_id": "V0"})
    assert answer.status_code == 409
    assert not answer.json()["ok"]


def test_what_was_typed_can_be_kept_without_the_bot(api, workspace):
    field = {"type": "plain_text_input", "action_id": "a"}
    block = {"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "x"}, "element": field}
    title = {"type": "plain_text", "text": "x"}
    view = {"type": "modal", "title": title, "submit": title, "blocks": [block]}
    opened = api("views.open", trigger_id=api.trigger(), view=view)["view"]
    kept = {"as": MAYA, "view_id": opened["id"], "state": {"b": {"a": "half a wo"}}}
    assert workspace.http.post("/page/api/state", json=kept).json() == {"ok": True}
    assert workspace.as_person(MAYA).view()["values"] == {"b": {"a": "half a wo"}}
    assert workspace.control.deliveries() == []


def test_the_feed_tells_of_what_one_may_know(sandbox, api):
    headers = {"X-Control-Token": sandbox.settings.control_token}
    url = f"{sandbox.url}/page/api/events"
    with httpx.stream("GET", url, params={"as": OTTO}, headers=headers, trust_env=False, timeout=60) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "retry: 1000"
        eventually(lambda: sandbox.site.feed.listeners)
        api("chat.postMessage", channel="C0APPROVE", text="not for Otto")
        api("chat.postMessage", channel="C0SHARED0", text="for Otto too")
        told = []
        while not any(each.get("channel") for each in told):
            line = next(lines)
            told += [json.loads(line.removeprefix("data: "))] if line.startswith("data: ") else []
    assert {"type": "changed", "what": "workspace"} in told
    assert {each.get("channel") for each in told} == {None, "C0SHARED0"}


def test_stopping_ends_the_feeds(clock):
    sandbox = Sandbox(settings(), clock)
    sandbox.start()
    headers = {"X-Control-Token": sandbox.settings.control_token}
    url = f"{sandbox.url}/page/api/events"
    with httpx.stream("GET", url, params={"as": MAYA}, headers=headers, trust_env=False, timeout=60) as stream:
        lines = stream.iter_lines()
        next(lines)
        sandbox.stop()
        assert list(lines) == [""]


def test_the_bots_log_is_shown(sandbox, workspace):
    sandbox.log("The bot is up.")
    lines = eventually(lambda: workspace.http.get("/page/api/log").json()["lines"])
    assert lines[0]["text"] == "The bot is up."


def test_a_second_start_goes_on_with_the_same_messages(tmp_path, clock):
    changes = settings(state_file=tmp_path / "state.json")
    for expected in ([], ["hello"]):
        sandbox = Sandbox(changes, clock)
        sandbox.start()
        with Workspace(sandbox) as workspace:
            maya = workspace.as_person(MAYA)
            assert [message["text"] for message in maya.messages("C0APPROVE")] == expected
            maya.say("hello", "C0APPROVE")
        sandbox.stop()


def test_tests_can_bring_in_a_guest_and_change_a_group(api, workspace):
    workspace.control.add_person("U0GUEST00", "Gia Guest", is_restricted=True, channels=["C0APPROVE"])
    workspace.control.set_group("S0APPROVE", ["U0BEN0000", "U0GUEST00"])
    assert api("usergroups.users.list", usergroup="S0APPROVE")["users"] == ["U0BEN0000", "U0GUEST00"]
    kinds = [each["payload"]["event"]["type"] for each in workspace.control.deliveries("events_api")]
    assert kinds == ["team_join", "subteam_updated", "subteam_members_changed"]
