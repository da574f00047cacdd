"""The Home tab in the real program: what somebody looks at is drawn anew when another person changes it."""

import pytest

from tests.support import road
from tests.support.keeping import NINA
from tests.support.sandbox import words

pytestmark = pytest.mark.scenario


def test_an_open_home_is_drawn_anew_by_somebody_elses_act(over_http, name):
    over_http.person(NINA).home()
    road.wait(over_http, lambda: _tabs(over_http), "the tab")
    looks = _looks(over_http)
    road.ask(over_http, name, owner=NINA)
    assert name not in words(_tabs(over_http)[-1])
    road.approve(over_http, name)
    road.wait(over_http, lambda: name in words(_tabs(over_http)[-1]), "what Nina can reveal, in her tab")
    assert _looks(over_http) == looks, "she has not opened it again"


def _tabs(program):
    """What Nina was shown, the newest last."""
    calls = program.control.requests("views.publish")
    return [call["args"]["view"] for call in calls if call["args"]["user_id"] == NINA]


def _looks(program):
    events = [each["payload"]["event"] for each in program.control.deliveries("events_api")]
    return sum(event["type"] == "app_home_opened" and event["user"] == NINA for event in events)
