"""Roles and permissions: what the holder of a credential may do. The four of the model are the default."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.ids import RoleKey


class Permission(StrEnum):
    """One thing a credential may do, `what:how`. Scopes of access tokens carry these words."""

    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    ENDPOINTS_READ = "endpoints:read"
    ENDPOINTS_ACT = "endpoints:act"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    ADMINS_READ = "admins:read"
    ADMINS_WRITE = "admins:write"
    ROLES_READ = "roles:read"
    ROLES_WRITE = "roles:write"
    POLICIES_READ = "policies:read"
    POLICIES_WRITE = "policies:write"
    QUERIES_READ = "queries:read"
    QUERIES_WRITE = "queries:write"
    QUERIES_RUN = "queries:run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A named set of permissions, and how carefully it is given away."""

    key: RoleKey
    name: str
    summary: str
    """One line on what it may do, shown beside the choice."""
    permissions: frozenset[Permission]
    quorum: int = 1
    """How many distinct approvers a request for it needs."""
    max_life: timedelta = timedelta(days=365)
    default_life: timedelta = timedelta(days=90)
    warning: str | None = None
    """Said to whoever asks for it and to whoever approves it."""
    warn_days: tuple[int, ...] | None = None
    """Its own thresholds of warnings, in days; None: the estate's, or the organization's."""

    @property
    def needs_people(self) -> bool:
        """Whether no rule may ever take the place of approvers: it needs several, or may do everything."""
        return self.quorum > 1 or self.permissions == frozenset(Permission)


def _role(key: str, name: str, summary: str, permissions: frozenset[Permission]) -> Role:
    return Role(key=RoleKey(key), name=name, summary=summary, permissions=permissions)


_ALL = frozenset(Permission)
_QUERIES = frozenset(p for p in Permission if p.startswith("queries:"))
_READING = frozenset(p for p in Permission if p.endswith(":read"))

READ_ONLY = _role(
    "read-only",
    "Service Principal Read-Only",
    "Views everything. Cannot add, change, remove or run queries.",
    _READING,
)
FORENSICS = _role(
    "forensics",
    "Service Principal Forensics",
    "Creates, views, runs and deletes Live Discover queries. Nothing else.",
    _QUERIES,
)
MANAGEMENT = _role(
    "management",
    "Service Principal Management",
    "Manages people, roles, endpoints, alerts, settings, policies. No queries.",
    _ALL - _QUERIES,
)
SUPER_ADMIN = Role(
    key=RoleKey("super-admin"),
    name="Service Principal Super Admin",
    summary="Everything: creates, reads, changes and deletes, and runs queries.",
    permissions=_ALL,
    quorum=2,
    max_life=timedelta(days=90),
    default_life=timedelta(days=30),
    warning="This role can do everything in the estate. A narrower role is almost always enough.",
)

DEFAULT_ROLES = (READ_ONLY, FORENSICS, MANAGEMENT, SUPER_ADMIN)
"""From the least to the most: the form preselects the first."""
