"""Why a credential is suspended: it stands at the credential, so that whoever finds it stopped knows whom to ask."""

from dataclasses import dataclass

from bot.domain.ids import UserId

DELETION_UNDONE = "its deletion was undone"
"""Of one that came back."""
ASKED = "its owner or an admin asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """By whom, None for the program itself; and why, in words that follow on `because`."""

    by: UserId | None
    why: str
