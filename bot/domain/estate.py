"""Estates: the organization's parts that credentials are given for."""

from dataclasses import dataclass
from uuid import UUID

from bot.domain.ids import AuthorityKey, ChannelId, EstateKey, TeamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The one this bot works for. People of another team are strangers."""

    id: UUID
    name: str
    teams: frozenset[TeamId]
    """The chat workspaces whose people are ours; more than one on Enterprise Grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Another place where credentials live, that nothing but people can make or end them in: they are tracked here."""

    key: AuthorityKey
    name: str
    url: str
    """The page on which it is done."""
    to_add: tuple[str, ...]
    """What the owner does there, step by step, to make a credential."""
    to_delete: tuple[str, ...]
    to_extend: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """A sub-estate of the organization."""

    key: EstateKey
    id: UUID
    name: str
    channel: ChannelId
    """Where its approval cards and warnings stand."""
    time_zone: str | None = None
    """Of the people in that channel; None: the organization's."""
    warn_days: tuple[int, ...] | None = None
    """Its own thresholds of warnings, in days; None: the organization's."""
