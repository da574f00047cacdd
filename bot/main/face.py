"""The face in Slack, put together and connected: over a socket, or behind `/slack/events`."""

import logging
from typing import Final

from slack_bolt import App
from slack_bolt.error import BoltError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.config import HttpMode, Settings, SocketMode
from bot.main.opening import NotReadyError
from bot.ports import World
from bot.slack.app import build_app
from bot.slack.background import Background
from bot.slack.face import Face
from bot.slack.listeners import home
from bot.slack.manifest import WATCH_SCOPES
from bot.slack.notifier import SlackNotifier
from bot.slack.reply import Replies
from bot.slack.wire.directory import SlackDirectory
from bot.slack.wire.http import SlackEvents
from bot.slack.wire.scopes import granted
from bot.slack.wire.socket import SocketConnection
from bot.slack.wire.web_api import API_URL, UNANSWERED

_log = logging.getLogger(__name__)


class SlackFace:
    """Everything that speaks with Slack."""

    def __init__(self, face: Face, app: App, directory: SlackDirectory, mode: SocketMode | HttpMode) -> None:
        self.directory: Final = directory
        self.notifier: Final = SlackNotifier(face.client, face.world.policy, directory)
        self._face: Final = face
        self._connected = False
        self.requests: Final = SlackEvents(app, mode.signing_secret.disclose()) if isinstance(mode, HttpMode) else None
        self._socket: Final = SocketConnection(app, mode.app_token.disclose()) if isinstance(mode, SocketMode) else None

    @property
    def way(self) -> str:
        """How Slack's requests come, for the log."""
        return "Socket Mode" if self.requests is None else "HTTP at /slack/events"

    def connect(self) -> None:
        """Open the socket, if there is one and it never opened yet; after that it opens itself anew.

        Raises `NotReadyError` where Slack refuses the token. Where Slack cannot be reached, the next call tries again.
        """
        if self._socket is None or self._connected:
            return
        try:
            self._socket.open()
            self._connected = True
        except SlackApiError as refused:
            word = refused.response.get("error")
            raise NotReadyError(f"Slack refuses SLACK_APP_TOKEN ({word}). Run `cred doctor`.") from None
        except UNANSWERED as reason:
            _log.warning("Slack could not be reached (%s); I try again every few seconds.", type(reason).__name__)

    def refresh_homes(self) -> None:
        """Draw the Home tabs anew of those who may be looking at them, where something has changed."""
        home.refresh(self._face)

    def close(self) -> None:
        """Take nothing more from Slack, and finish what is being answered."""
        if self._socket is not None:
            self._socket.close()
        if self.requests is not None:
            self.requests.close()
        self._face.background.stop()
        self._face.replies.close()


def face_of(
    settings: Settings, world: World, client: WebClient, directory: SlackDirectory, *, version: str
) -> SlackFace:
    """The face, not yet connected.

    Raises `NotReadyError` where Slack refuses the bot token, or has not granted what the policy needs.
    """
    api_url = settings.slack.api_url
    face = Face(
        world=world,
        client=client,
        replies=Replies(None if api_url == API_URL else api_url),
        background=Background(),
        public_url=settings.places.public_url,
        version=version,
    )
    app = _app(face, directory)
    if world.policy.leaks.watch_channels:
        _check_that_it_hears(client)
    return SlackFace(face, app, directory, settings.slack.mode)


def _app(face: Face, directory: SlackDirectory) -> App:
    try:
        return build_app(face, directory)
    except BoltError as error:
        raise NotReadyError(f"Slack refuses SLACK_BOT_TOKEN ({_word(error)}). Run `cred doctor`.") from None
    except UNANSWERED as reason:
        _log.warning("Slack could not be asked about the bot token (%s); I go on without.", type(reason).__name__)
        return build_app(face, directory, check_token=False)


def _check_that_it_hears(client: WebClient) -> None:
    """An operator who believes that channels are watched must not be wrong about it."""
    try:
        has = granted(client.auth_test())
    except (SlackApiError, *UNANSWERED) as reason:
        _log.warning("Slack could not be asked whether channels may be watched (%s).", type(reason).__name__)
        return
    missing = set() if has is None else WATCH_SCOPES.keys() - has
    if missing:
        raise NotReadyError(
            f"The policy says leaks.watch_channels, and Slack has not granted {' and '.join(sorted(missing))}. "
            "Update the app with `cred manifest --watch-channels` and reinstall it, or say watch_channels = false."
        )


def _word(error: BoltError) -> str:
    """Slack's own word for what is wrong, out of the library's sentence."""
    cause = error.__context__
    return str(cause.response.get("error")) if isinstance(cause, SlackApiError) else "for a reason it does not say"
