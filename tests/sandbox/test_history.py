"""The history of a channel, as strict as Slack's: its scope, its members, its bounds, and metadata on request."""

import pytest

METADATA = {"event_type": "notice", "event_payload": {"id": "7"}}


def post(api, text, **more):
    return api("chat.postMessage", channel="C0APPROVE", text=text, **more)["ts"]


def texts(api, **args):
    return [each["text"] for each in api("conversations.history", channel="C0APPROVE", **args)["messages"]]


def test_the_newest_comes_first_and_pages_follow(api):
    for number in range(5):
        post(api, str(number))
    first = api("conversations.history", channel="C0APPROVE", limit=2)
    assert [each["text"] for each in first["messages"]] == ["4", "3"]
    assert first["has_more"]
    rest = texts(api, limit=3, cursor=first["response_metadata"]["next_cursor"])
    assert rest == ["2", "1", "0"]


def test_an_edited_message_keeps_its_place_and_its_metadata(api):
    ts = post(api, "before", metadata=METADATA)
    post(api, "later")
    api("chat.update", channel="C0APPROVE", ts=ts, text="after")
    rows = api("conversations.history", channel="C0APPROVE", include_all_metadata=True)["messages"]
    assert [each["text"] for each in rows] == ["later", "after"]
    assert rows[1]["metadata"] == METADATA


def test_bounds_are_left_out_unless_they_are_to_be_included(api, clock):
    stamps = []
    for number in range(3):
        clock.now += 1
        stamps.append(post(api, str(number)))
    assert texts(api, oldest=stamps[0]) == ["2", "1"]
    assert texts(api, oldest=stamps[0], latest=stamps[2]) == ["1"]
    assert texts(api, oldest=stamps[0], latest=stamps[2], inclusive=True) == ["2", "1", "0"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"limit": 1000}, "invalid_limit"),
        ({"limit": -1}, "invalid_limit"),
        ({"limit": "many"}, "invalid_limit"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "1.2.3"}, "invalid_ts_latest"),
        ({"cursor": "x"}, "invalid_cursor"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": "C0GENERAL"}, "not_in_channel"),
        ({"channel": "D0MAYA000"}, "missing_scope"),
    ],
)
def test_what_slack_refuses_is_refused(api, args, code):
    assert api("conversations.history", **{"channel": "C0APPROVE", **args})["error"] == code


def test_an_archived_channel_can_be_read_and_not_be_edited(api, workspace):
    ts = post(api, "before")
    workspace.control.set_channel("C0APPROVE", "cred-approvals", ["U0CREDBOT"], is_archived=True)
    assert texts(api) == ["before"]
    assert api("chat.update", channel="C0APPROVE", ts=ts, text="after")["error"] == "is_inactive"
    assert api("chat.postMessage", channel="C0APPROVE", text="more")["error"] == "is_archived"
