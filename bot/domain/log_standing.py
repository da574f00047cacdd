"""How the ledger stands: as far as it is signed, kept elsewhere, and cosigned by witnesses."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

VERIFIER_NAME: Final = "cred-ledger.vkey"
"""The usual file of a log's verifier key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """One witness: what it cosigned last, or why it did not cosign what is newest."""

    name: str
    size: int | None = None
    """Of the newest checkpoint that bears its signature."""
    at: datetime | None = None
    problem: str = ""
    contradicts: bool = False
    """It has seen another history of this log, or a longer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStanding:
    """The newest checkpoint of the log, and what stands behind it."""

    origin: str
    size: int
    """How many entries there are."""
    signed: int
    """How many of them the newest checkpoint covers."""
    root: str
    """Of those, in base64."""
    note: str
    """That checkpoint as the log signed it: whoever keeps it can hold the log against it."""
    until: datetime
    """When the newest of those was written."""
    witnesses: tuple[Cosigned, ...] = ()


def verifier_name(origin: str, first: str) -> str:
    """That of a log; `first`: the origin of the log that all others continue. `…/2` has `cred-ledger-2.vkey`."""
    return VERIFIER_NAME if origin == first else f"cred-ledger-{origin[len(first) + 1 :]}.vkey"


def due(now: datetime, last: datetime, opens: datetime) -> bool:
    """Whether a day's message is due: its hour has come, and the last was of an earlier day there."""
    return opens <= now and _day(last, opens) < _day(now, opens)


def _day(moment: datetime, there: datetime) -> date:
    return moment.astimezone(there.tzinfo or ZoneInfo("UTC")).date()
