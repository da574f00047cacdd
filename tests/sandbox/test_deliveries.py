"""A real Bolt app on the sandbox, over signed HTTP and over Socket Mode: what people do reaches it, and comes back."""

import asyncio
from contextlib import ExitStack
from typing import Any, cast

import pytest
from slack_bolt import App
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox import Sandbox
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.site import Site
from tests.support import demo_bot
from tests.support.sandbox import ActRefusedError, Workspace, eventually, settings, words

MAYA, ANA, OTTO = "U0MAYA000", "U0ANA0000", "U0OTTO000"


PATIENT = {"ack_seconds": 60.0, "trigger_seconds": 60.0}
"""Slack waits for three seconds, for which a busy machine may not turn to the bot at all."""


def running(stack, mode, **changes):
    """A sandbox with the demo bot on it."""
    door = demo_bot.HttpDoor()
    stack.callback(door.close)
    sandbox = Sandbox(settings(mode=mode, request_url=door.url, **{**PATIENT, **changes}))
    sandbox.start()
    stack.callback(sandbox.stop)
    if mode == "http":
        door.app = demo_bot.build(sandbox.url, sandbox.settings)
    else:
        stack.enter_context(demo_bot.over_socket(sandbox))
    workspace = stack.enter_context(Workspace(sandbox))
    eventually(workspace.connected)
    return workspace


@pytest.fixture
def workspace(request):
    """Over HTTP, or over the way that a test names with `BOTH`."""
    with ExitStack() as stack:
        yield running(stack, getattr(request, "param", "http"))


BOTH = pytest.mark.parametrize("workspace", ["socket", "http"], indirect=True)
"""Socket Mode is slow to take down, so only what may differ between the two is tried over both."""


@pytest.fixture
def maya(workspace):
    return workspace.as_person(MAYA)


def add(maya, name="billing"):
    maya.command("/cred add")
    return maya.submit({"name": {"name": name}})


@BOTH
def test_a_command_is_answered_to_the_one_who_typed_it(workspace, maya):
    maya.command("/cred hello <b> @ana #general", "C0APPROVE")
    (answer,) = maya.ephemerals("C0APPROVE")
    assert answer["text"] == "You typed: hello &lt;b&gt; <@U0ANA0000|ana> <#C0GENERAL|general>"
    assert workspace.as_person(ANA).messages("C0APPROVE") == []


def test_an_unknown_command_never_reaches_the_bot(workspace, maya):
    with pytest.raises(ActRefusedError, match="/shout is not a command here"):
        maya.command("/shout")
    assert workspace.control.deliveries() == []


@BOTH
def test_the_whole_road_through_a_modal_a_card_and_a_reveal(workspace, maya):
    assert add(maya, "x") == {"name": "Please write at least 3 characters."}
    assert maya.submit({"name": {"name": "taken"}}) == {"name": "This name is taken."}
    assert maya.submit({"name": {"name": "billing"}}) == {}
    assert maya.view() is None
    ana = workspace.as_person(ANA)
    (card,) = ana.messages("C0APPROVE")
    ana.press(card, "approve")
    assert "Approved by U0ANA0000 of T0HARBOUR" in words(ana.messages("C0APPROVE"))
    maya.press(maya.messages()[-1], "reveal")
    (secret,) = eventually(maya.ephemerals)
    assert "crd_made_up" in words(secret)
    assert len(maya.messages()) == 2
    maya.press(secret, "stored")
    eventually(lambda: not maya.ephemerals())
    assert workspace.control.violations() == []


@BOTH
def test_a_field_that_dispatches_updates_the_modal_and_keeps_what_was_typed(maya):
    maya.command("/cred add")
    maya.change("role", "Super Admin", {"name": {"name": "billing"}})
    changed = maya.view()
    assert "For Super Admin: two people" in words(changed)
    assert changed["values"]["name"] == {"name": "billing"}
    assert changed["values"]["role"] == {"role": "Super Admin"}


def test_closing_a_modal_tells_the_bot_that_asked_for_it(workspace, maya):
    maya.command("/cred add")
    maya.close()
    assert maya.view() is None
    assert workspace.control.deliveries("interactive")[-1]["payload"]["type"] == "view_closed"


def test_the_home_tab_is_published_when_it_is_opened(maya):
    assert maya.home() is None
    assert "Needs you" in words(eventually(maya.home))


def test_looking_at_the_news_of_a_home_tab_makes_no_loop(workspace, maya):
    maya.home()
    eventually(lambda: maya.http.get("/control/requests").json()["requests"])
    assert eventually(lambda: workspace.sandbox.site.modals.homes)
    before = len(workspace.control.deliveries("events_api"))
    maya.home()
    assert len(workspace.control.deliveries("events_api")) == before
    maya.home()
    eventually(lambda: len(workspace.control.deliveries("events_api")) == before + 1)


def test_an_outsiders_click_carries_their_own_team(workspace):
    workspace.control.set_channel("C0BOTH", "both", [MAYA, OTTO, "U0CREDBOT"], is_ext_shared=True)
    api = workspace.sandbox.settings
    blocks = [{"type": "actions", "elements": [demo_bot.button("approve", "Approve")]}]
    workspace.http.post(
        "/api/chat.postMessage",
        json={"channel": "C0BOTH", "text": "x", "blocks": blocks},
        headers={"Authorization": f"Bearer {api.bot_token}"},
    )
    otto = workspace.as_person(OTTO)
    otto.press(otto.messages("C0BOTH")[0], "approve")
    payload = workspace.control.deliveries("interactive")[-1]["payload"]
    assert (payload["user"]["team_id"], payload["team"]["id"]) == ("T0FJORD00", "T0HARBOUR")


def test_nobody_presses_what_they_do_not_see(workspace, maya):
    add(maya)
    card = workspace.as_person(ANA).messages("C0APPROVE")[0]
    with pytest.raises(ActRefusedError, match="not there any more"):
        workspace.as_person(OTTO).press(card, "approve")


def test_a_choice_that_is_not_offered_is_refused(workspace, maya):
    add(maya)
    ana = workspace.as_person(ANA)
    with pytest.raises(ActRefusedError):
        ana.press(ana.messages("C0APPROVE")[0], "more", "burn")


def test_a_deactivated_person_can_do_nothing(workspace, maya):
    workspace.control.change_person(MAYA, deleted=True)
    with pytest.raises(ActRefusedError, match="deactivated"):
        maya.command("/cred add")
    event = workspace.control.deliveries("events_api")[-1]["payload"]["event"]
    assert (event["type"], event["user"]["deleted"]) == ("user_change", True)


@BOTH
def test_a_replayed_delivery_reaches_the_bot_again(workspace, maya):
    maya.command("/cred hello")
    (delivery,) = workspace.control.deliveries("slash_commands")
    answer = workspace.control.replay(delivery["id"])
    assert answer["ok"]
    assert len(workspace.control.deliveries("slash_commands")[0]["attempts"]) == 2
    assert len(maya.ephemerals()) == 1


@BOTH
def test_a_bent_delivery_comes_twice(workspace, maya):
    workspace.control.bend(twice=True)
    maya.command("/cred hello")
    assert len(workspace.control.deliveries("slash_commands")[0]["attempts"]) == 2
    assert len(maya.ephemerals()) == 1


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_a_late_delivery_finds_its_trigger_expired(mode):
    with ExitStack() as stack:
        workspace = running(stack, mode, trigger_seconds=0.1)
        workspace.control.bend(late_seconds=0.2)
        workspace.as_person(MAYA).command("/cred add", wait=False)
        eventually(workspace.control.violations)
        assert workspace.control.violations()[0]["message"] == "expired_trigger_id"


def test_a_forged_payload_can_be_sent(workspace):
    payload = {
        "type": "block_actions",
        "user": {"id": "U0FORGED", "team_id": "T0X"},
        "actions": [{"action_id": "none"}],
    }
    assert workspace.control.payload("interactive", payload)["status"] in {404, None}


def broken(sandbox):
    """A bot that fails at everything."""
    return App(
        client=demo_bot.build(sandbox.url, sandbox.settings).client,
        signing_secret=sandbox.settings.signing_secret,
        process_before_response=True,
        logger=demo_bot.quiet(),
    )


def test_a_bot_that_does_not_acknowledge_is_shown_as_trouble():
    with ExitStack() as stack:
        door = demo_bot.HttpDoor()
        stack.callback(door.close)
        sandbox = Sandbox(settings(mode="http", request_url=door.url, **PATIENT))
        sandbox.start()
        stack.callback(sandbox.stop)
        door.app = broken(sandbox)
        workspace = stack.enter_context(Workspace(sandbox))
        with pytest.raises(ActRefusedError, match="dispatch_failed"):
            workspace.as_person(MAYA).command("/cred add")
        assert len(workspace.control.deliveries()[0]["attempts"]) == 1
        workspace.control.change_person(ANA, title="Chief")
        attempts = workspace.control.deliveries("events_api")[0]["attempts"]
        assert [attempt["problem"] for attempt in attempts] == ["http_error"] * 4


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_nobody_at_the_other_end_is_shown_as_trouble(mode):
    with ExitStack() as stack:
        sandbox = Sandbox(settings(mode=mode, request_url="http://127.0.0.1:9/slack/events"))
        sandbox.start()
        stack.callback(sandbox.stop)
        workspace = stack.enter_context(Workspace(sandbox))
        with pytest.raises(ActRefusedError, match="dispatch_failed"):
            workspace.as_person(MAYA).command("/cred add")


def test_the_request_url_is_verified_by_a_challenge():
    with ExitStack() as stack:
        workspace = running(stack, "http")
        assert workspace.http.post("/control/verify").json() == {"ok": True}


def answered(person):
    try:
        person.command("/cred hello")
    except ActRefusedError:
        return False
    return True


@pytest.mark.parametrize("how", ["close", "disconnect_frame"])
def test_a_bot_comes_back_after_a_lost_socket(how):
    with ExitStack() as stack:
        workspace = running(stack, "socket", ack_seconds=3.0)  # what goes to the old connection is asked for again
        workspace.control.drop_socket(how)
        # Slack's client serves a new connection only after it has waited out the old one.
        eventually(lambda: answered(workspace.as_person(MAYA)), "an answer over a new connection", seconds=60)


def test_payloads_take_turns_over_several_sockets():
    with ExitStack() as stack:
        workspace = running(stack, "socket")
        stack.enter_context(demo_bot.over_socket(workspace.sandbox))
        eventually(lambda: len(workspace.sandbox.courier.carrier.links) == 2)
        maya = workspace.as_person(MAYA)
        for _ in range(4):
            maya.command("/cred hello")
        assert len(maya.ephemerals()) == 4


class _Link:
    """One end of a WebSocket. With an error: its other end has left, and nobody here was told yet."""

    application_state = WebSocketState.CONNECTED

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.heard = error, list[Any]()

    async def close(self, code):
        await self.send_json(code)

    async def send_json(self, message):
        self.heard.append(message)
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("how", ["close", "disconnect_frame"])
@pytest.mark.parametrize("error", [WebSocketDisconnect(1006), RuntimeError("Unexpected ASGI message")])
def test_a_socket_that_went_by_itself_keeps_no_other_open(how, error):
    links = [_Link(error), _Link()]
    carrier = SocketMode(site=Site(settings=settings()), links=cast("list[WebSocket]", list(links)))
    asyncio.run(carrier.drop(how))
    assert [len(each.heard) for each in links] == [1, 1]
    assert not carrier.connected()
