"""Addresses in settings: where to listen, what to call. Plain HTTP never leaves the machine."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

_PORT_MOST = 65_535
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class UnusableAddress(ValueError):  # noqa: N818 - a setting's mistake, collected and told, never an error of the program
    """An address that cannot be used; the message is a sentence that names the setting."""


def bind(text: str) -> str:
    """An IP address to listen on."""
    try:
        return str(ipaddress.ip_address("127.0.0.1" if text == "localhost" else text))
    except ValueError:
        raise UnusableAddress(
            f'CRED_BIND is "{text}", which is not an IP address: write 127.0.0.1, or 0.0.0.0 for all.'
        ) from None


def port(text: str) -> int:
    """A TCP port."""
    if text.isascii() and text.isdigit() and 0 < int(text) <= _PORT_MOST:
        return int(text)
    raise UnusableAddress(f'PORT is "{text}", which is not a port: write a number from 1 to {_PORT_MOST}.')


def database_url(text: str) -> str:
    """A database: SQLite in a file, or PostgreSQL."""
    if text.startswith(("postgresql://", "postgres://")):
        return _postgres_url("postgresql://" + text.partition("://")[2])
    scheme, _, path = text.partition("///")
    if scheme != "sqlite:":
        raise UnusableAddress(
            "CRED_DATABASE_URL must be sqlite:///path/to/cred.db, or postgresql://user@host/database."
        )
    if not path or path.startswith(":memory:") or "?" in path:
        raise UnusableAddress("CRED_DATABASE_URL must name a file, such as sqlite:///var/cred/cred.db.")
    return text


def _postgres_url(text: str) -> str:
    """Never repeated: a password may stand in it."""
    try:
        parts = urlsplit(text)
        sound = bool(parts.path.strip("/")) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or any(map(str.isspace, text)):
        raise UnusableAddress("CRED_DATABASE_URL must name a database, such as postgresql://cred@db.example.com/cred.")
    return text


def without_password(url: str) -> str:
    """A database as it may be told: where it is, and nothing of who may enter."""
    parts = urlsplit(url)
    at = parts.hostname or "localhost"
    return f"{parts.scheme}://{at}{f':{parts.port}' if parts.port else ''}{parts.path}"


def public_url(text: str | None, bound: str, at: int, *, scheme: str = "http") -> str:
    """The address under which others reach the program, without a slash at the end. Without one: where it listens."""
    if text is None or not text.strip():
        if not ipaddress.ip_address(bound).is_loopback:
            raise UnusableAddress(
                f"CRED_PUBLIC_URL is missing: CRED_BIND is {bound}, so say which https:// address others reach it by."
            )
        return f"{scheme}://[{bound}]:{at}" if ":" in bound else f"{scheme}://{bound}:{at}"
    parts = _web_address("CRED_PUBLIC_URL", text)
    if not _is_private_enough(parts):
        raise UnusableAddress(
            f'CRED_PUBLIC_URL is "{text}": client secrets pass there, so it must begin with https://.'
        )
    return text.strip().rstrip("/")


def proxies(text: str) -> tuple[Network, ...]:
    """The proxies whose word on a request counts: addresses and networks, with commas between them."""
    try:
        return tuple(ipaddress.ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError:
        raise UnusableAddress(
            f'CRED_PROXIES is "{text}": write addresses or networks with commas between them, such as 10.0.0.0/8.'
        ) from None


def slack_api_url(text: str) -> str:
    """The address of Slack's Web API, with a slash at the end."""
    parts = _web_address("SLACK_API_URL", text)
    if not _is_private_enough(parts):
        raise UnusableAddress(f'SLACK_API_URL is "{text}": the token passes there, so it must begin with https://.')
    return text.strip().rstrip("/") + "/"


def central_url(name: str, text: str) -> str:
    """Where sub-estates are read from, without a slash at the end. `name`: the setting that it stands in."""
    if not _is_private_enough(_web_address(name, text)):
        raise UnusableAddress(f'{name} is "{text}": a client secret passes there, so it must begin with https://.')
    return text.strip().rstrip("/")


def manifest_url(text: str) -> str:
    """Where Slack calls the program, without a slash at the end."""
    if _web_address("--http", text).scheme != "https":
        raise UnusableAddress(f'--http is "{text}": Slack calls https:// addresses only.')
    return text.strip().rstrip("/")


def siem_url(text: str) -> str:
    """Where events are pushed to."""
    if not _is_private_enough(_web_address("CRED_SIEM_URL", text)):
        raise UnusableAddress(
            f'CRED_SIEM_URL is "{text}": who holds what passes there, so it must begin with https://.'
        )
    return text


def _web_address(name: str, text: str) -> SplitResult:
    unusable = UnusableAddress(
        f'{name} is "{text}", which is not a plain web address such as https://cred.example.com.'
    )
    try:
        parts = urlsplit(text.strip())
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise unusable from None
    if not sound or parts.query or parts.fragment or parts.username or any(map(str.isspace, text.strip())):
        raise unusable
    return parts


def _is_private_enough(parts: SplitResult) -> bool:
    """Encrypted, or within this machine."""
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
