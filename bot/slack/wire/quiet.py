"""What Slack's libraries may write into the log: nothing that a person typed, and no URL that can be answered to."""

import logging

from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped

_NAME = "bot.slack.bolt"

_CLIENT_IS_MEANT = warning_client_prioritized_and_token_skipped()
"""Bolt reads `SLACK_BOT_TOKEN` by itself and wonders that the client has a token already. It is the same one."""
_HTTP_LOGGERS = ("httpx", "httpcore")


_OPENED = "Starting to receive messages from a new connection"
"""Not what it says before, that a session has been established: it says that of one that failed, too."""
_LOST = (
    "Failed to establish a connection",
    "Failed to retrieve WSS URL",
    "Failed to check the current session",
    "Failed to start or stop the current session",
    "Failed to process a message",
    "on_error invoked",
)
"""How the library begins to say, every few seconds, that there is no connection."""
_TOLD = ("SlackApiError", "URLError", "The request to the Slack API failed")
"""The client has told the operator of these by itself: see `bot.slack.wire.web_api`."""


class _Hushed(logging.Filter):
    """Bolt logs whole bodies at DEBUG, and a connection that is lost again and again, with what failed."""

    def __init__(self) -> None:
        super().__init__()
        self._lost = False

    def filter(self, record: logging.LogRecord) -> bool:
        text = str(record.msg)
        if record.levelno < logging.INFO or text == _CLIENT_IS_MEANT:
            return False
        if text.startswith(_OPENED):
            self._lost = False
        if not text.startswith(_LOST):
            return True
        cause = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
        if self._lost or any(told in text or (cause and cause.__name__ == told) for told in _TOLD):
            return False
        self._lost = True
        record.msg, record.args, record.exc_info = (
            "The connection to Slack is lost; I try again every few seconds.",
            (),
            None,
        )
        return True


def hush_http() -> None:
    """The HTTP client logs each URL, and the URL that a click is answered to lets whoever has it write to a person."""
    for name in _HTTP_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def bolt_logger() -> logging.Logger:
    """The logger that Bolt and the client derive theirs from: never below INFO, and filtered."""
    logger = logging.getLogger(_NAME)
    logger.setLevel(max(logging.INFO, logging.getLogger().level))
    if not any(isinstance(each, _Hushed) for each in logger.filters):
        logger.addFilter(_Hushed())
    return logger
