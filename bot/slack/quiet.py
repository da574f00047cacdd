"""What Slack's libraries may write into the log: nothing that a person typed, and no URL that can be answered to."""

import logging

from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped

_NAME = "bot.slack.bolt"

_CLIENT_IS_MEANT = warning_client_prioritized_and_token_skipped()
"""Bolt reads `SLACK_BOT_TOKEN` by itself and wonders that the client has a token already. It is the same one."""
_HTTP_LOGGERS = ("httpx", "httpcore")


class _NoBodies(logging.Filter):
    """Bolt logs whole bodies at DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.INFO and record.msg != _CLIENT_IS_MEANT


def hush_http() -> None:
    """The HTTP client logs each URL, and the URL that a click is answered to lets whoever has it write to a person."""
    for name in _HTTP_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def bolt_logger() -> logging.Logger:
    """The logger that Bolt and the client derive theirs from: never below INFO, and filtered."""
    logger = logging.getLogger(_NAME)
    logger.setLevel(max(logging.INFO, logging.getLogger().level))
    if not any(isinstance(each, _NoBodies) for each in logger.filters):
        logger.addFilter(_NoBodies())
    return logger
