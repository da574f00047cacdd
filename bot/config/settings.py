"""The environment, parsed: secrets and places. Every mistake at once, each in a sentence that names the setting.

Secrets are dropped from `os.environ` once read, so that no child process and no later dump of it has them. (What the
kernel kept of the environment at the start of the process is beyond a program's reach.)
"""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.config import addresses
from bot.config.masked import Masked
from bot.config.tls import TlsFiles, tls_files
from bot.domain.errors import CredError
from bot.domain.log_standing import VERIFIER_NAME, verifier_name

SLACK_API_URL = "https://slack.com/api/"
FOLDER = Path("var/cred")
"""Where everything lies that is not said otherwise: database, keys, checkpoints."""
DATABASE_URL = f"sqlite:///{FOLDER / 'cred.db'}"
_NO_MODE = (
    "SLACK_APP_TOKEN (xapp-…, for Socket Mode) and SLACK_SIGNING_SECRET (for HTTP mode) are both missing: "
    "set one of them, from the app's page Basic Information."
)

_FOR_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""With both in the environment Bolt would take itself for an app that others install, and ignore the bot token."""

Environment = MutableMapping[str, str]
T = TypeVar("T")


class SettingsError(CredError):
    """The environment cannot be used; `problems` has a sentence for each mistake."""

    code = "settings"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class KeySource:
    """A key of the ledger: in a file, in the environment itself, or what a command prints."""

    file: Path
    text: Masked | None = None
    command: str | None = None

    @property
    def in_file(self) -> bool:
        """Whether nothing takes the file's place."""
        return self.text is None and self.command is None


@dataclass(frozen=True, slots=True)
class SocketMode:
    """Slack's requests come over a connection that the bot opens."""

    app_token: Masked


@dataclass(frozen=True, slots=True)
class HttpMode:
    """Slack's requests come to `/slack/events`, signed."""

    signing_secret: Masked


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """How the bot speaks with Slack."""

    bot_token: Masked
    mode: SocketMode | HttpMode
    api_url: str = SLACK_API_URL
    """Ends with a slash. Another than Slack's own only for a sandbox."""


@dataclass(frozen=True, slots=True)
class SiemSettings:
    """Where entries of the ledger are pushed to, as JSON lines."""

    url: str
    token: Masked | None
    """The whole value of the header `Authorization`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things lie and where the program listens."""

    policy: Path
    database_url: str = field(repr=False)
    """A password may stand in it: to be told is `shown`."""
    key: KeySource
    log_key: KeySource
    checkpoints: Path
    witnesses: Path | None = None
    """The policy of who cosigns checkpoints; None: nobody is asked."""
    bind: str
    port: int
    public_url: str
    """Without a slash at the end: the issuer of tokens, and what people are told to call."""
    proxies: tuple[addresses.Network, ...] = ()
    """Whose word counts on where a request came from, and what call it is about."""
    tls: TlsFiles | None = None
    """None: what is served is plain HTTP."""

    @property
    def database(self) -> Path:
        """The database's file, on SQLite."""
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def on_postgres(self) -> bool:
        """Whether the database is a PostgreSQL server's."""
        return self.database_url.startswith("postgresql:")

    @property
    def shown(self) -> str:
        """The database, as messages call it."""
        return addresses.without_password(self.database_url) if self.on_postgres else str(self.database)

    @property
    def verifier_file(self) -> Path:
        """The verifier key of the ledger, for whoever checks it: beside the log key."""
        return self.log_key.file.with_name(VERIFIER_NAME)

    def verifier_of(self, origin: str, *, first: str) -> Path:
        """That of the log that goes on under another origin than its first: `…/2` has `cred-ledger-2.vkey`."""
        return self.log_key.file.with_name(verifier_name(origin, first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of it."""

    places: Places
    slack: SlackSettings
    siem: SiemSettings | None = None


def read_settings(environ: Environment) -> Settings:
    """What `cred serve` needs. Raises `SettingsError` with everything that is missing or wrong."""
    problems: list[str] = []
    places = _try(problems, lambda: read_places(environ))
    slack = _try(problems, lambda: read_slack(environ))
    siem = _try(problems, lambda: read_siem(environ))
    if problems or places is None or slack is None:
        raise SettingsError(problems)
    return Settings(places=places, slack=slack, siem=siem)


def read_siem(environ: Environment) -> SiemSettings | None:
    """`CRED_SIEM_URL` and `CRED_SIEM_TOKEN`; None where there is no SIEM. Raises `UnusableAddress`."""
    url, token = environ.get("CRED_SIEM_URL", "").strip(), _secret(environ, "CRED_SIEM_TOKEN")
    if not url:
        return None
    if token is not None and " " not in token.disclose():
        token = Masked(f"Bearer {token.disclose()}")
    return SiemSettings(addresses.siem_url(url), token)


def read_places(environ: Environment) -> Places:
    """The settings that say where things are, and the ledger's keys. Raises `SettingsError`."""
    problems: list[str] = []
    bind = _try(problems, lambda: addresses.bind(environ.get("CRED_BIND") or "127.0.0.1"))
    port = _try(problems, lambda: addresses.port(environ.get("PORT") or "7341"))
    database_url = _try(problems, lambda: addresses.database_url(_database(environ)))
    where = bind or "127.0.0.1", port or 7341  # as good as any, where these are a mistake themselves
    tls = _try(problems, lambda: tls_files(environ))
    scheme = "http" if tls is None else "https"
    public_url = _try(problems, lambda: addresses.public_url(environ.get("CRED_PUBLIC_URL"), *where, scheme=scheme))
    key = _try(problems, lambda: _key(environ, "CRED_KEY", "cred.key"))
    log_key = _try(problems, lambda: _key(environ, "CRED_LOG_KEY", "cred-log.key"))
    proxies = _try(problems, lambda: addresses.proxies(environ.get("CRED_PROXIES", "")))
    if bind is None or port is None or database_url is None or public_url is None or key is None or log_key is None:
        raise SettingsError(problems)
    if problems or proxies is None:
        raise SettingsError(problems)
    return Places(
        policy=Path(environ.get("CRED_CONFIG") or "cred.toml"),
        database_url=database_url,
        key=key,
        log_key=log_key,
        checkpoints=Path(environ.get("CRED_CHECKPOINTS") or FOLDER / "checkpoints"),
        witnesses=Path(environ["CRED_WITNESSES"]) if environ.get("CRED_WITNESSES") else None,
        bind=bind,
        port=port,
        public_url=public_url,
        proxies=proxies,
        tls=tls,
    )


def read_slack(environ: Environment) -> SlackSettings:
    """Tokens and mode: `SLACK_APP_TOKEN` means Socket Mode, else `SLACK_SIGNING_SECRET` HTTP mode.

    Raises `SettingsError`.
    """
    problems: list[str] = []
    for name in _FOR_OAUTH:
        environ.pop(name, None)
    api_url = _try(problems, lambda: addresses.slack_api_url(environ.get("SLACK_API_URL") or SLACK_API_URL))
    bot_token = _secret(environ, "SLACK_BOT_TOKEN")
    if bot_token is None:
        problems.append("SLACK_BOT_TOKEN is missing: the bot token (xoxb-…), from the app's page OAuth & Permissions.")
    elif not bot_token.disclose().startswith("xoxb-"):
        problems.append("SLACK_BOT_TOKEN is not a bot token: one begins with xoxb-.")
    mode = _try(problems, lambda: _mode(_secret(environ, "SLACK_APP_TOKEN"), _secret(environ, "SLACK_SIGNING_SECRET")))
    if problems or bot_token is None or mode is None or api_url is None:
        raise SettingsError(problems)
    return SlackSettings(bot_token=bot_token, mode=mode, api_url=api_url)


def _database(environ: Environment) -> str:
    """Dropped from the environment where a password may stand in it."""
    given = environ.get("CRED_DATABASE_URL") or DATABASE_URL
    if given.startswith("postgres"):
        del environ["CRED_DATABASE_URL"]
    return given


def _mode(app_token: Masked | None, signing_secret: Masked | None) -> SocketMode | HttpMode:
    if app_token is not None:
        if not app_token.disclose().startswith("xapp-"):
            raise SettingsError(["SLACK_APP_TOKEN is not an app-level token: one begins with xapp-."])
        return SocketMode(app_token)
    if signing_secret is None:
        raise SettingsError([_NO_MODE])
    return HttpMode(signing_secret)


def _key(environ: Environment, name: str, file: str) -> KeySource:
    text, command = _secret(environ, name), environ.get(f"{name}_COMMAND", "").strip() or None
    if text is not None and command is not None:
        raise SettingsError([f"{name} and {name}_COMMAND each say where one key comes from: set one of them."])
    return KeySource(Path(environ.get(f"{name}_FILE") or FOLDER / file), text, command)


def _secret(environ: Environment, name: str) -> Masked | None:
    """The secret, which the environment then no longer has; a line end behind it is nobody's intention."""
    value = environ.pop(name, "").strip()
    return Masked(value) if value else None


def _try(problems: list[str], read: Callable[[], T]) -> T | None:
    try:
        return read()
    except SettingsError as error:
        problems.extend(error.problems)
    except addresses.UnusableAddress as error:
        problems.append(str(error))
    return None
