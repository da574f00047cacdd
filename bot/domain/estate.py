"""Estates: the organization's parts that credentials are given for."""

from dataclasses import dataclass
from uuid import UUID

from bot.domain.ids import ChannelId, EstateKey, TeamId


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The one this bot works for. People of another team are strangers."""

    id: UUID
    name: str
    teams: frozenset[TeamId]
    """The chat workspaces whose people are ours; more than one on Enterprise Grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """A sub-estate of the organization."""

    key: EstateKey
    id: UUID
    name: str
    channel: ChannelId
    """Where its approval cards stand."""
