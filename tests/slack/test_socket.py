"""Socket Mode over a real WebSocket on loopback."""

import json
import logging
import queue
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from slack_sdk.errors import SlackClientNotConnectedError
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from bot.slack.wire.socket import SocketConnection
from tests.slack import lounge as lounges
from tests.slack.double import refuses
from tests.support import people
from tests.support.sandbox import eventually

PATIENCE = 60.0
LIVES = 12
REFRESH = json.dumps({"type": "disconnect", "reason": "refresh_requested"})


class Line:
    """Slack's end of the connections."""

    def __init__(self) -> None:
        self.opened: queue.Queue = queue.Queue()
        self.heard: queue.Queue = queue.Queue()
        self.standing: list[ServerConnection] = []
        self.server = serve(self._serve, "127.0.0.1", 0)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}/link?ticket=made-up"

    def _serve(self, connection) -> None:
        self.standing.append(connection)
        with suppress(ConnectionClosed):
            connection.send(json.dumps({"type": "hello"}))
            self.opened.put(connection)
            for message in connection:
                self.heard.put(json.loads(message))
        self.standing.remove(connection)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join(60)


@pytest.fixture
def line():
    made = Line()
    yield made
    made.close()


@pytest.fixture
def app(house, slack, line):
    slack.always["apps.connections.open"] = lambda _args: {"url": line.url}
    lounge = lounges.furnish(house, slack)
    yield lounge.app
    lounge.face.background.stop()
    lounge.face.replies.close()


@pytest.fixture
def connection(app):
    made = SocketConnection(app, "xapp-made-up", threads=4, look=0.05)
    yield made
    made.close()


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
    line.opened.get(timeout=PATIENCE).send(typed("E1"))
    answer = line.heard.get(timeout=PATIENCE)
    assert answer["envelope_id"] == "E1"
    assert answer["payload"]["response_type"] == "ephemeral"


def test_connection_that_breaks_before_the_answer_is_one_line_in_the_log(connection, line, caplog, monkeypatch):
    def broken(*_):
        raise SlackClientNotConnectedError("gone")

    monkeypatch.setattr("bot.slack.wire.socket.send_response", broken)
    connection.open()
    line.opened.get(timeout=PATIENCE).send(typed("E0"))
    eventually(lambda: "before a request could be acknowledged" in caplog.text, "the line")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
def test_connection_that_slack_ends_is_opened_anew(connection, line, reason):
    connection.open()
    first = line.opened.get(timeout=PATIENCE)
    first.send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {}}))
    second = line.opened.get(timeout=PATIENCE)
    first.close()
    second.send(typed("E2"))
    assert line.heard.get(timeout=PATIENCE)["envelope_id"] == "E2"


def test_socket_mode_that_was_switched_off_is_told_of_once_and_taken_up_when_it_is_on_again(
    connection, line, slack, caplog
):
    caplog.set_level(logging.INFO)
    connection.open()
    first = line.opened.get(timeout=PATIENCE)
    for _ in range(8):
        slack.next("apps.connections.open", refuses("socket_mode_not_enabled"))
    first.send(json.dumps({"type": "disconnect", "reason": "link_disabled"}))
    slack.wait_for("apps.connections.open", 2)
    first.close()
    line.opened.get(timeout=PATIENCE).send(typed("E3"))
    assert line.heard.get(timeout=PATIENCE)["envelope_id"] == "E3"
    errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING and r.name.startswith("bot.")]
    assert errors == ["Slack refuses SLACK_APP_TOKEN: socket_mode_not_enabled. `cred doctor` says what to do."]
    assert "Slack takes SLACK_APP_TOKEN again." in caplog.text


def test_connection_that_breaks_is_told_of_once_and_opened_anew(connection, line, slack, caplog):
    caplog.set_level(logging.INFO, "bot.slack.bolt")
    connection.open()
    good, bad = slack.always["apps.connections.open"], lambda _args: {"url": "ws://127.0.0.1:1/link"}
    slack.always["apps.connections.open"] = bad
    eventually(lambda: _stood(caplog) == 1, "a connection that stands")
    line.opened.get(timeout=PATIENCE).close()
    slack.wait_for("apps.connections.open", 4)
    slack.always["apps.connections.open"] = good
    line.opened.get(timeout=PATIENCE)
    eventually(lambda: _stood(caplog) == 2 and connection.connected, "another one")
    errors = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING and r.name.startswith("bot.")]
    assert errors == ["The connection to Slack is lost; I try again every few seconds."]


def test_connection_that_was_last_heard_of_some_seconds_ago_stands(connection, line):
    connection.open()
    line.opened.get(timeout=PATIENCE)
    session = connection._client.current_session
    session.last_ping_pong_time = time.time() - 20  # so long a busy machine may stand still
    session.check_state()
    assert connection.connected
    assert line.opened.empty()


def _stood(caplog) -> int:
    return sum("Starting to receive" in record.getMessage() for record in caplog.records)


def test_closed_connection_stays_closed(connection, line):
    connection.open()
    line.opened.get(timeout=PATIENCE)
    connection.close()
    assert not connection.connected
    assert line.opened.empty()


def test_connection_that_is_being_opened_anew_while_it_is_closed_does_not_stand_afterwards(connection, line, slack):
    asked, go = threading.Event(), threading.Event()

    def slow(_args):
        asked.set()
        go.wait(PATIENCE)
        return {"url": line.url}

    connection.open()
    slack.always["apps.connections.open"] = slow
    line.opened.get(timeout=PATIENCE).send(REFRESH)
    assert asked.wait(PATIENCE)
    closing = threading.Thread(target=connection.close)
    closing.start()
    eventually(lambda: connection._client.closed, "the beginning of the end")
    go.set()
    closing.join(PATIENCE)
    assert not connection.connected
    eventually(lambda: not line.standing, "the end of every connection")


def test_an_address_that_comes_after_the_end_is_not_connected_to(app, line, slack, monkeypatch):
    monkeypatch.setattr("bot.slack.wire.socket._END_SECONDS", 0.1)
    asked, go = threading.Event(), threading.Event()

    def late(_args):
        asked.set()
        go.wait(PATIENCE)
        return {"url": line.url}

    connection = SocketConnection(app, "xapp-made-up", threads=4, look=0.05)
    connection.open()
    slack.always["apps.connections.open"] = late
    line.opened.get(timeout=PATIENCE).send(REFRESH)
    assert asked.wait(PATIENCE)
    connection.close()
    eventually(lambda: not line.standing, "the end of the connection")
    client = connection._client
    runners = (client.message_processor, client.current_app_monitor, client.current_session_runner)
    threads = [runner.thread for runner in runners]
    go.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert line.opened.empty()
    assert not connection.connected


def test_closed_at_any_instant_while_slack_cuts_and_refreshes_it_leaves_nothing_behind(app, line):
    def live_and_die(number):
        chance = random.Random(number)
        connection = SocketConnection(app, "xapp-made-up", threads=2, look=0.02)
        connection.open()
        time.sleep(chance.uniform(0, 0.3))
        connection.close()
        assert not connection.connected

    def harass():
        chance = random.Random(0)
        while not over.is_set():
            try:
                link = line.opened.get(timeout=0.02)
                time.sleep(chance.uniform(0, 0.03))
                link.send(REFRESH) if chance.random() < 0.5 else link.close()
            except (queue.Empty, ConnectionClosed):
                continue

    over = threading.Event()
    harassing = [threading.Thread(target=harass) for _ in range(3)]
    for thread in harassing:
        thread.start()
    try:
        with ThreadPoolExecutor(8) as lives:
            list(lives.map(live_and_die, range(LIVES)))
    finally:
        over.set()
        for thread in harassing:
            thread.join(PATIENCE)
    eventually(lambda: not line.standing, "the end of every connection")
