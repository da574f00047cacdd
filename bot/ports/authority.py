"""The system in which credentials live, and the secret on its way through the program."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.credential import Credential
from bot.domain.ids import (
    ClientId,
    CredentialId,
    RoleKey,
)


class Concealed:
    """A client secret on its way through the program: its `repr` and `str` are masked, and it cannot be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def disclose(self) -> str:
        """The secret itself. Called where it leaves for its owner or into a keyed hash, and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Concealed(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an authority is asked to issue. `correlation` is the name by which a lost answer is looked up."""

    correlation: CredentialId
    name: str
    role: RoleKey
    permissions: tuple[str, ...]
    expires_at: datetime
    key: ClientKey = NO_KEY
    """What the client is to authenticate by, in place of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What an authority gave: the secret, once, and an opaque record that is stored with the request's completion."""

    client_id: ClientId
    secret: Concealed | None
    """None where a key takes its place."""
    record: bytes


class AuthorityRefusedError(Exception):
    """The authority said no; its message is a sentence for the person who waits."""


class AuthorityLostError(Exception):
    """The authority's answer was lost: it may or may not have done it."""


class Authority(Protocol):
    """The system in which a credential lives."""

    name: str

    def issue(self, order: Order) -> Issued:
        """Make the credential. Raises `AuthorityRefusedError` or `AuthorityLostError`."""

    def reissue(self, credential: Credential, key: ClientKey = NO_KEY) -> Issued:
        """Another secret for it, or a key. Which of the others go on working is up to who stores its record.

        Raises the same.
        """

    def remove_orphan(self, correlation: CredentialId) -> bool:
        """Look a lost order up and delete what it left behind; whether there was something. Raises the same."""
