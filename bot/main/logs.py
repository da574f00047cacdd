"""The log: one calm line for each thing that happened, on stderr. No secret, and no body of a request."""

import logging
import sys

_QUIET = {
    "alembic": logging.WARNING,
    "apscheduler": logging.ERROR,  # it tells of every turn of every job
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,  # it tells of every URL, and a `response_url` is a secret
    "slack_bolt": logging.WARNING,
    "slack_sdk": logging.WARNING,
    "uvicorn": logging.ERROR,  # it tells of every request that is no HTTP, and anybody can send those
}


class _Plain(logging.Formatter):
    """Time and sentence; the level only where it is bad news."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text.replace(" INFO ", " ", 1) if record.levelno == logging.INFO else text


def _no_chatter(record: logging.LogRecord) -> bool:
    """Slack's client tells of every step of a connection; what matters of it, `bot.slack` says."""
    return record.name != "bot.slack.bolt" or record.levelno >= logging.WARNING


def set_up_logging() -> None:
    """Send the log to stderr. Called once, where a process begins."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_no_chatter)
    handler.setFormatter(_Plain("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
