"""What `cred sandbox` does: Slack's side of the wire in this process, the real bot in another, both until Ctrl-C."""

import re
import secrets
import signal
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.cli.bot_process import BotProcess
from bot.cli.forgetting import CHECKPOINTS, DATABASE, ORIGIN, WORKSPACE
from bot.config import read_places
from bot.main.initialising import initialise, is_initialised
from bot.main.opening import NotReadyError
from bot.main.process import Stop
from bot.sandbox import Sandbox, SandboxSettings, Shortcut
from bot.slack.manifest import EVENTS, SCOPES, SHORTCUTS
from ledger import Ledger

_HOST = "127.0.0.1"
_LOOK_EVERY = 0.2
_TIME = re.compile(r"^\d\d:\d\d:\d\d ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One start. The tokens are made for it, and are worth nothing anywhere else."""

    folder: Path
    port: int
    http: bool
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    page_token: str = field(repr=False)
    control_token: str = field(repr=False)

    @classmethod
    def new(cls, *, folder: Path, port: int, http: bool) -> "Plan":
        """A start with new tokens."""
        return cls(
            folder=folder,
            port=port,
            http=http,
            bot_token=f"xoxb-sandbox-{secrets.token_hex(16)}",
            app_token=f"xapp-sandbox-{secrets.token_hex(16)}",
            signing_secret=secrets.token_hex(16),
            page_token=secrets.token_urlsafe(24),
            control_token=secrets.token_urlsafe(24),
        )

    @property
    def bot_url(self) -> str:
        """Where the bot listens."""
        return f"http://{_HOST}:{self.port + 1}"

    def places(self) -> dict[str, str]:
        """The settings that say where the bot's things are."""
        return {
            "CRED_CONFIG": str(files("bot.config") / "sandbox.toml"),
            "CRED_DATABASE_URL": f"sqlite:///{self.folder / DATABASE}",
            "CRED_KEY_FILE": str(self.folder / "cred.key"),
            "CRED_LOG_KEY_FILE": str(self.folder / "cred-log.key"),
            "CRED_CHECKPOINTS": str(self.folder / CHECKPOINTS),
            "CRED_BIND": _HOST,
            "PORT": str(self.port + 1),
            "CRED_PUBLIC_URL": self.bot_url,
            "CRED_TLS_CERT": "",
            "CRED_TLS_KEY": "",
        }

    def tokens(self) -> dict[str, str]:
        """The settings that make the bot take the sandbox for Slack."""
        way = {"SLACK_SIGNING_SECRET": self.signing_secret} if self.http else {"SLACK_APP_TOKEN": self.app_token}
        return {"SLACK_BOT_TOKEN": self.bot_token, "SLACK_API_URL": f"http://{_HOST}:{self.port}/api/", **way}


def play(plan: Plan) -> bool:
    """Run until Ctrl-C; whether it ended because of that. Raises `NotReadyError`, `InUseError`."""
    _refuse_taken_ports(plan.port)
    stop = _stop_asked()  # from here on Ctrl-C waits for what is being done, and leaves nothing half made
    places = read_places(plan.places())
    if not is_initialised(places):
        _refuse_a_lost_database(plan.folder)
        initialise(places, ORIGIN, now=datetime.now(UTC))
    slack = _slack(plan)
    screen = Console(highlight=False, soft_wrap=True)

    def say(line: str) -> None:
        slack.log(_TIME.sub("", line, count=1))  # the page has a column for the time
        screen.print(Text(line, style="dim"))

    bot = BotProcess({**plan.places(), **plan.tokens()}, say)
    try:
        if not bot.wait_until_ready(plan.bot_url, stop):
            return stop.asked
        screen.print(_welcome(slack))
        while bot.running and not stop.wait(_LOOK_EVERY):
            pass
        return stop.asked
    finally:
        bot.stop()
        slack.stop()


def _refuse_taken_ports(port: int) -> None:
    """Both at once, before anything is made: whoever has the bot's port must not be taken for the bot."""
    for needed in (port, port + 1):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((_HOST, needed))
            except OSError as error:
                raise NotReadyError(
                    f"Port {needed} cannot be listened on ({error.strerror}), and the sandbox needs {port} and "
                    f"{port + 1}. Say --port and another."
                ) from None


def _refuse_a_lost_database(folder: Path) -> None:
    """A sandbox is somebody's rehearsal: its history does not begin a second time unless that is asked for."""
    if Ledger.is_promised(folder / CHECKPOINTS):
        raise NotReadyError(
            f"The database that belongs to {folder / CHECKPOINTS} is gone. Put {folder / DATABASE} back, "
            "or begin anew with --fresh."
        )


def _slack(plan: Plan) -> Sandbox:
    slack = Sandbox(
        SandboxSettings(
            port=plan.port,
            page_token=plan.page_token,
            control_token=plan.control_token,
            bot_token=plan.bot_token,
            app_token=plan.app_token,
            signing_secret=plan.signing_secret,
            mode="http" if plan.http else "socket",
            request_url=f"{plan.bot_url}/slack/events" if plan.http else None,
            scopes=frozenset(SCOPES),
            events=frozenset(EVENTS),
            shortcuts=tuple(Shortcut(**each) for each in SHORTCUTS),
            state_file=plan.folder / WORKSPACE,
        )
    )
    try:
        slack.start()
    except OSError as error:
        raise NotReadyError(
            f"Port {plan.port} cannot be listened on ({error.strerror}). Say --port and another."
        ) from None
    return slack


def _stop_asked() -> Stop:
    """Asked for by Ctrl-C, by SIGTERM, and by a terminal that is closed: none of them may leave the bot behind."""
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: stop.ask())
    return stop


def _welcome(slack: Sandbox) -> Panel:
    text = Text()
    text.append("Open  ")
    text.append(slack.page_url, style="bold link " + slack.page_url)
    text.append("\n\n" + "\n".join(slack.settings.hint))
    text.append("\nCtrl-C stops it; the next start goes on with the same data.", style="dim")
    return Panel(text, title="Cred, in a workspace of its own", title_align="left", padding=(1, 2), expand=False)
