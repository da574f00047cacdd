"""What an operator decides: `cred.toml` (who may do what) and the environment (secrets and places)."""

from bot.config.addresses import UnusableAddress, central_url, manifest_url
from bot.config.masked import Masked
from bot.config.mistakes import Mistake, PolicyError
from bot.config.policy import load_policy, parse_policy
from bot.config.settings import (
    HttpMode,
    KeySource,
    Places,
    Settings,
    SettingsError,
    SiemSettings,
    SlackSettings,
    SocketMode,
    read_places,
    read_settings,
    read_slack,
)
from bot.config.tls import TlsFiles

__all__ = [
    "HttpMode",
    "KeySource",
    "Masked",
    "Mistake",
    "Places",
    "PolicyError",
    "Settings",
    "SettingsError",
    "SiemSettings",
    "SlackSettings",
    "SocketMode",
    "TlsFiles",
    "UnusableAddress",
    "central_url",
    "load_policy",
    "manifest_url",
    "parse_policy",
    "read_places",
    "read_settings",
    "read_slack",
]
