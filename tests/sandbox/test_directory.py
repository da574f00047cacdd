"""People, groups and channels as the Web API tells of them."""

ANA, OTTO = "U0ANA0000", "U0OTTO000"


def test_people_are_described_as_slack_does(api, workspace):
    workspace.control.add_person("U0GUEST", "Gia Guest", is_restricted=True)
    assert api("users.info", user="U0GUEST")["user"]["is_restricted"]
    assert api("users.info", user=OTTO)["user"]["team_id"] == "T0FJORD00"
    assert api("users.info", user="U0NOBODY")["error"] == "user_not_found"
    workspace.control.change_person(ANA, deleted=True, silent=True)
    gone = api("users.info", user=ANA)["user"]
    assert gone["deleted"]
    assert "is_restricted" not in gone
    assert ANA not in api("usergroups.users.list", usergroup="S0APPROVE")["users"]
    assert OTTO not in {each["id"] for each in api("users.list")["members"]}


def test_lists_are_turned_page_by_page(api):
    seen, cursor = [], ""
    while True:
        answer = api("users.list", limit=2, cursor=cursor)
        seen += [each["id"] for each in answer["members"]]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5


def test_a_shared_channel_says_so(api):
    assert api("conversations.info", channel="C0SHARED0")["channel"]["is_ext_shared"]
    assert not api("conversations.info", channel="C0APPROVE")["channel"]["is_ext_shared"]
    assert OTTO in api("conversations.members", channel="C0SHARED0")["members"]


def test_each_kind_of_conversation_needs_its_own_scope(api, workspace):
    workspace.control.set_channel("C0HIDDEN", "hidden", ["U0CREDBOT"], is_private=True)
    answer = api("conversations.history", channel="C0HIDDEN")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")
