"""Ordered faults: each happens as often as ordered, before or after the effect."""

import pytest

from bot.sandbox.state.faults import Fault, Faults


def said(workspace):
    return [message["text"] for message in workspace.control.messages()]


def post(api, text="x", channel="C0APPROVE"):
    answer = api.http.post("/api/chat.postMessage", json={"channel": channel, "text": text})
    return answer.status_code, answer.json()


def test_a_rate_limit_says_when_to_come_back_and_posts_nothing(api, workspace):
    workspace.control.fail("rate_limited", method="chat.postMessage", retry_after=7)
    answer = api.http.post("/api/chat.postMessage", json={"channel": "C0APPROVE", "text": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert said(workspace) == []
    assert post(api)[0] == 200


@pytest.mark.parametrize(("when", "effect"), [("before", []), ("after", ["x"])])
def test_an_error_comes_before_or_after_the_effect(api, workspace, when, effect):
    workspace.control.fail("error", when=when, status=503)
    assert post(api)[0] == 503
    assert said(workspace) == effect


@pytest.mark.parametrize(("when", "effect"), [("before", []), ("after", ["x"])])
def test_a_time_out_comes_before_or_after_the_effect(api, workspace, when, effect):
    workspace.control.fail("timeout", when=when, seconds=0.01)
    assert post(api)[0] == 504
    assert said(workspace) == effect


def test_slacks_own_refusals_can_be_ordered(api, workspace):
    workspace.control.fail("api_error", code="fatal_error", times=2)
    assert [post(api)[1].get("error") for _ in range(3)] == ["fatal_error", "fatal_error", None]


def test_a_fault_waits_for_its_method_and_its_channel(api, workspace):
    workspace.control.fail("error", method="chat.postMessage", channel="C0SECURITY")
    assert post(api)[0] == 200
    assert api("auth.test")["ok"]
    assert post(api, channel="C0SECURITY")[0] == 500


def test_faults_can_be_taken_back(api, workspace):
    workspace.control.fail("error", times=5)
    workspace.control.heal()
    assert post(api)[0] == 200


def test_the_first_fitting_fault_is_taken_once():
    faults = Faults()
    faults.order(Fault(kind="error", method="chat.update"), 1)
    faults.order(Fault(kind="timeout"), 1)
    found = [faults.take("chat.postMessage", None), faults.take("chat.update", None), faults.take("chat.update", None)]
    assert [fault.kind if fault else None for fault in found] == ["timeout", "error", None]
