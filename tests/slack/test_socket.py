"""Socket Mode over a real WebSocket on loopback."""

import json
import logging
import queue
import threading

import pytest
from slack_sdk.errors import SlackClientNotConnectedError
from websockets.sync.server import serve

from bot.slack.socket import SocketConnection
from tests.slack import lounge as lounges
from tests.slack.double import refuses
from tests.support import people
from tests.support.sandbox import eventually


class Line:
    """Slack's end of the connections."""

    def __init__(self) -> None:
        self.opened: queue.Queue = queue.Queue()
        self.heard: queue.Queue = queue.Queue()
        self.server = serve(self._serve, "127.0.0.1", 0)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/link?ticket=made-up"

    def _serve(self, connection) -> None:
        connection.send(json.dumps({"type": "hello"}))
        self.opened.put(connection)
        for message in connection:
            self.heard.put(json.loads(message))

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join(10)


@pytest.fixture
def line():
    made = Line()
    yield made
    made.close()


@pytest.fixture
def connection(house, slack, line):
    slack.always["apps.connections.open"] = lambda _args: {"url": line.url}
    lounge = lounges.furnish(house, slack)
    made = SocketConnection(lounge.app, "xapp-made-up", threads=4, look=0.05)
    yield made
    made.close()
    lounge.face.background.stop()
    lounge.face.replies.close()


def typed(envelope: str) -> str:
    payload = {
        "command": "/cred",
        "text": "help",
        "user_id": people.MAYA,
        "team_id": people.HOME,
        "response_url": "https://hooks.slack.com/x",
    }
    message = {"type": "slash_commands", "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
    return json.dumps(message)


def test_command_over_the_socket_is_answered_with_its_envelope(connection, line):
    connection.open()
    assert connection.connected
    line.opened.get(timeout=10).send(typed("E1"))
    answer = line.heard.get(timeout=10)
    assert answer["envelope_id"] == "E1"
    assert answer["payload"]["response_type"] == "ephemeral"


def test_connection_that_breaks_before_the_answer_is_one_line_in_the_log(connection, line, caplog, monkeypatch):
    def broken(*_):
        raise SlackClientNotConnectedError("gone")

    monkeypatch.setattr("bot.slack.socket.send_response", broken)
    connection.open()
    line.opened.get(timeout=10).send(typed("E0"))
    eventually(lambda: "before a request could be acknowledged" in caplog.text, "the line")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
def test_connection_that_slack_ends_is_opened_anew(connection, line, reason):
    connection.open()
    line.opened.get(timeout=10).send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {}}))
    line.opened.get(timeout=10).send(typed("E2"))
    assert line.heard.get(timeout=10)["envelope_id"] == "E2"


def test_socket_mode_that_was_switched_off_is_told_of_once_and_taken_up_when_it_is_on_again(
    connection, line, slack, caplog
):
    caplog.set_level(logging.INFO)
    connection.open()
    first = line.opened.get(timeout=10)
    for _ in range(8):
        slack.next("apps.connections.open", refuses("socket_mode_not_enabled"))
    first.send(json.dumps({"type": "disconnect", "reason": "link_disabled"}))
    slack.wait_for("apps.connections.open", 2)
    first.close()
    line.opened.get(timeout=20).send(typed("E3"))
    assert line.heard.get(timeout=10)["envelope_id"] == "E3"
    errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING and r.name.startswith("bot.")]
    assert errors == ["Slack refuses SLACK_APP_TOKEN: socket_mode_not_enabled. `cred doctor` says what to do."]
    assert "Slack takes SLACK_APP_TOKEN again." in caplog.text


def test_connection_that_breaks_is_told_of_once_and_opened_anew(connection, line, slack, caplog):
    caplog.set_level(logging.INFO, "bot.slack.bolt")
    connection.open()
    good, bad = slack.always["apps.connections.open"], lambda _args: {"url": "ws://127.0.0.1:1/link"}
    slack.always["apps.connections.open"] = bad
    eventually(lambda: _stood(caplog) == 1, "a connection that stands")
    line.opened.get(timeout=10).close()
    slack.wait_for("apps.connections.open", 4)
    slack.always["apps.connections.open"] = good
    line.opened.get(timeout=20)
    eventually(lambda: _stood(caplog) == 2 and connection.connected, "another one")
    errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING and r.name.startswith("bot.")]
    assert errors == ["The connection to Slack is lost; I try again every few seconds."]


def _stood(caplog) -> int:
    return sum("Starting to receive" in record.getMessage() for record in caplog.records)


def test_closed_connection_stays_closed(connection, line):
    connection.open()
    line.opened.get(timeout=10)
    connection.close()
    assert not connection.connected
    assert line.opened.empty()
