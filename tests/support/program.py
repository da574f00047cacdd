"""The whole program in a folder of its own: its environment, its first start."""

from datetime import UTC, datetime
from pathlib import Path

from bot.config import Places, read_places
from bot.main.initialising import initialise
from tests.support.ports import free_ports

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "bot/config/sandbox.toml"
ORIGIN = "test.invalid/ledger"


def environment(folder: Path, **changes: str) -> dict[str, str]:
    """Settings of a program whose Slack is not there."""
    port = str(free_ports())
    return {
        "CRED_CONFIG": str(POLICY),
        "CRED_DATABASE_URL": f"sqlite:///{folder / 'cred.db'}",
        "CRED_KEY_FILE": str(folder / "cred.key"),
        "CRED_LOG_KEY_FILE": str(folder / "cred-log.key"),
        "CRED_CHECKPOINTS": str(folder / "checkpoints"),
        "PORT": port,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "signing",
        "SLACK_API_URL": "http://127.0.0.1:1/api/",
        **changes,
    }


def initialised(folder: Path, **changes: str) -> tuple[dict[str, str], Places]:
    """The same after `cred init`."""
    environ = environment(folder, **changes)
    places = read_places(dict(environ))
    initialise(places, ORIGIN, now=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    return environ, places
