"""Socket Mode over a real WebSocket on loopback."""

import json
import queue
import threading

import pytest
from websockets.sync.server import serve

from bot.slack.socket import SocketConnection
from tests.slack import lounge as lounges
from tests.support import people


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
    made = SocketConnection(lounge.app, "xapp-made-up", threads=4)
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


def test_connection_that_slack_renews_is_opened_anew(connection, line):
    connection.open()
    line.opened.get(timeout=10).send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))
    line.opened.get(timeout=10).send(typed("E2"))
    assert line.heard.get(timeout=10)["envelope_id"] == "E2"


def test_closed_connection_stays_closed(connection, line):
    connection.open()
    line.opened.get(timeout=10)
    connection.close()
    assert not connection.connected
    assert line.opened.empty()
