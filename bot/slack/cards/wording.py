"""How each kind of request is put into words: a table, so that no card forgets a kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.client_key import ClientKey, has_address, thumbprint
from bot.domain.credential import Credential
from bot.domain.kind import Kind
from bot.domain.request import Request
from bot.slack.text import escape


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one kind. `noun` is empty where the credential itself is what is asked for."""

    sign: str
    verb: str
    """In a question and on a button: `Rotate payroll-sync?`."""
    noun: str
    asks: str
    """`@maya asks …`."""
    happens: str
    """What an approval leads to, for whoever is about to give it."""
    done: str
    """The beginning of the title once it has happened."""
    gone: str
    """What did not happen where an authority or the credential's state refused it: `Could not be …`."""
    again: str
    """The command that asks for it."""


_NEW = Wording(
    sign="🔐",
    verb="Issue",
    noun="",
    asks="asks for a credential",
    happens="Its owner can reveal a secret that does what its role allows.",
    done="🔑 Issued",
    gone="issued",
    again="add",
)
WORDINGS: Mapping[Kind, Wording] = {
    Kind.ADD: _NEW,
    Kind.BREAK_GLASS: _NEW,
    Kind.ROTATE: Wording(
        sign="🔁",
        verb="Rotate",
        noun="Rotation",
        asks="asks to rotate a credential",
        happens="Its owner can reveal a new secret.",
        done="🔁 Rotated",
        gone="rotated",
        again="rotate",
    ),
    Kind.RESUME: Wording(
        sign="▶️",
        verb="Resume",
        noun="Resumption",
        asks="asks to resume a suspended credential",
        happens="It authenticates again at once, with the secrets that it has.",
        done="▶️ Resumed",
        gone="resumed",
        again="resume",
    ),
    Kind.TRANSFER: Wording(
        sign="🤝",
        verb="Transfer",
        noun="Transfer",
        asks="asks to transfer a credential",
        happens="It is transferred as soon as the new owner accepts it.",
        done="🤝 Transferred",
        gone="transferred",
        again="transfer",
    ),
    Kind.EXTEND: Wording(
        sign="📅",
        verb="Extend",
        noun="Extension",
        asks="asks for more time for a credential",
        happens="It works longer, with the secret that it has.",
        done="📅 Extended",
        gone="extended",
        again="extend",
    ),
    Kind.DELETE: Wording(
        sign="🗑️",
        verb="Delete",
        noun="Deletion",
        asks="asks to delete a credential",
        happens="It stops authenticating at once.",
        done="🗑️ Deleted",
        gone="deleted",
        again="delete",
    ),
}


def of(request: Request) -> Wording:
    """The words for a request."""
    return WORDINGS[request.asked.kind]


def proof(credential: Credential) -> str:
    """What it authenticates by: the word for whatever is rotated, retired and kept of it."""
    return "key" if credential.by_key else "secret"


def by_key(key: ClientKey) -> str:
    """By which key it authenticates, for those who approve it and for whoever looks it up."""
    if has_address(key):
        return f"the keys that stand at `{escape(key)}`"
    return f"its own key, thumbprint `{thumbprint(key)}`"


def command(request: Request) -> str:
    """What to type to ask for it again: `/cred rotate payroll-sync`."""
    words = of(request)
    return f"`/cred {words.again}`" if not words.noun else f"`/cred {words.again} {request.asked.name}`"
