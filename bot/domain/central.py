"""What the Sophos-shaped door says of where things are, and how often it may be asked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often one credential may call."""

    minute: int = 100
    burst: int = 300
    """How many calls that were not made can be saved up."""
    day: int = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Central:
    """Hosts and places in answers. Empty hosts: the program's own public address."""

    global_host: str = ""
    region_host: str = ""
    region: str = "eu01"
    geography: str = "DE"
    rate: Rate = Rate()
