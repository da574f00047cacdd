"""Shortcuts of the manifest: only those, and only on what somebody sees. That they arrive is the scenarios' to show."""

import pytest

from bot.sandbox import Shortcut
from tests.support.sandbox import ActRefusedError, Workspace, a_sandbox

MAYA, OTTO = "U0MAYA000", "U0OTTO000"
SHORTCUTS = (
    Shortcut(name="Add", type="global", callback_id="add", description="Adds something"),
    Shortcut(name="Revoke", type="message", callback_id="revoke", description="Revokes something"),
)


@pytest.fixture
def workspace():
    with a_sandbox(shortcuts=SHORTCUTS) as sandbox, Workspace(sandbox) as workspace:
        yield workspace


def test_the_page_offers_what_the_manifest_names(workspace):
    offered = workspace.http.get("/page/api/workspace").json()["shortcuts"]
    assert [(each["name"], each["type"]) for each in offered] == [("Add", "global"), ("Revoke", "message")]


def test_what_the_manifest_does_not_name_is_refused(workspace):
    maya = workspace.as_person(MAYA)
    maya.say("hello")
    (message,) = maya.messages()
    for callback, on in (("revoke", None), ("add", message), ("other", None), ("other", message)):
        with pytest.raises(ActRefusedError, match="no such shortcut"):
            maya.start(callback, on)


def test_nothing_is_started_on_a_message_that_somebody_does_not_see(workspace):
    maya = workspace.as_person(MAYA)
    maya.say("hello")
    (message,) = maya.messages()
    with pytest.raises(ActRefusedError, match="not in that conversation"):
        workspace.as_person(OTTO).start("revoke", message)
    with pytest.raises(ActRefusedError, match="not there any more"):
        maya.start("revoke", {**message, "ts": "1.000001"})
