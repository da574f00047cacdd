"""The sections of the policy file. A field's description is the remedy where it is missing or of the wrong type."""

from datetime import time, timedelta

from pydantic import BaseModel, ConfigDict, Field

from bot.config.forms import (
    WEEKDAYS,
    Anyone,
    Audience,
    Audiences,
    Channel,
    Clock,
    Days,
    Duration,
    Hosts,
    Identifier,
    Key,
    Keys,
    Line,
    Link,
    Methods,
    Name,
    OnePermission,
    Origin,
    Pattern,
    Permissions,
    Quantity,
    Quorum,
    RoleKeys,
    Sentence,
    Some,
    SomeRoles,
    Steps,
    Teams,
    Text,
    Weekdays,
    Zone,
)
from bot.domain.central import Central
from bot.domain.clauses import BreakGlass, Escalation, Leaks, Logins, Rotation, Unused, Windows

_ROLE_LIFE = timedelta(days=365)
_ROLE_DEFAULT_LIFE = timedelta(days=90)
_DEFAULTS, _GLASS, _UNUSED, _CENTRAL, _LEAKS = Windows(), BreakGlass(), Unused(), Central(), Leaks()
_LOGINS = Logins()


class Section(BaseModel):
    """A table of the file: nothing is guessed from another type, and an unknown key is a mistake."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class OrganizationSection(Section):
    """`[organization]`"""

    id: Identifier = Field(description="Write id = and a UUID in quotes.")
    name: Name = Field(description='Write name = "Harbour Group".')
    teams: Teams = Field(description='Write teams = ["T…"], the IDs of your own workspaces.')
    time_zone: Zone = Field(default="UTC", description='Write time_zone = "Europe/Berlin".')


class EstateSection(Section):
    """`[[estates]]`"""

    key: Key = Field(description='Write key = "retail", a short name for commands.')
    id: Identifier = Field(description="Write id = and a UUID in quotes.")
    name: Name = Field(description='Write name = "Harbour Retail".')
    channel: Channel = Field(description='Write channel = "C…", the channel where its approval cards stand.')
    time_zone: Zone | None = Field(default=None, description='Write time_zone = "America/New_York".')
    warn_days: Days | None = Field(default=None, description="Write warn_days = [30, 14, 7, 3, 1, 0].")


class RoleSection(Section):
    """`[[roles]]`"""

    key: Key = Field(description='Write key = "read-only".')
    name: Name = Field(description='Write name = "Service Principal Read-Only".')
    summary: Line = Field(description="Write summary = and one line on what the role may do.")
    permissions: Permissions = Field(description='Write permissions = ["users:read", …].')
    quorum: Quorum = Field(default=1, description="Write quorum = 2, how many people must approve.")
    max_life: Duration = Field(default=_ROLE_LIFE, description='Write max_life = "90d".')
    default_life: Duration | None = Field(default=None, description='Write default_life = "30d".')
    warning: Sentence | None = Field(default=None, description="Write warning = and one sentence.")
    warn_days: Days | None = Field(default=None, description="Write warn_days = [30, 14, 7, 3, 1, 0].")

    @property
    def suggested_life(self) -> timedelta:
        """The life that the form proposes: 90 days, or all that the role allows if that is less."""
        return self.default_life or min(_ROLE_DEFAULT_LIFE, self.max_life)


class PeopleSection(Section):
    """`[people]`"""

    admins: Some = Field(description='Write admins = ["U…"], the people who may ask for credentials.')
    auditors: Anyone = Field(default_factory=list, description='Write auditors = ["U…"].')


class ApproversSection(Section):
    """`[[approvers]]`"""

    who: Some = Field(description='Write who = ["S…"], the people who approve.')
    estates: Keys | None = Field(default=None, description='Write estates = ["retail"], or leave it out for all.')


class ChannelsSection(Section):
    """`[channels]`"""

    security: Channel = Field(description='Write security = "C…", the channel that is told of trouble.')


class WindowsSection(Section):
    """`[windows]`"""

    request: Duration = Field(default=_DEFAULTS.request, description='Write request = "72h".')
    claim: Duration = Field(default=_DEFAULTS.claim, description='Write claim = "24h".')
    unconfirmed: Duration = Field(default=_DEFAULTS.unconfirmed, description='Write unconfirmed = "24h".')
    lease: Duration = Field(default=_DEFAULTS.lease, description='Write lease = "1m".')
    undo: Duration = Field(default=_DEFAULTS.undo, description='Write undo = "1h".')


class TokensSection(Section):
    """`[tokens]`"""

    life: Duration = Field(default=timedelta(minutes=10), description='Write life = "10m".')
    audiences: Audiences = Field(
        default_factory=list, description='Write audiences = ["https://api.example.com"], for whom tokens may be asked.'
    )
    jwks_hosts: Hosts = Field(
        default_factory=list, description='Write jwks_hosts = ["login.example.com"], whose JWKS may be read.'
    )
    jwks_inside: Hosts = Field(
        default_factory=list, description='Write jwks_inside = ["keys.internal"], which may have private addresses.'
    )


class RouteSection(Section):
    """`[[routes]]`"""

    methods: Methods = Field(description='Write methods = ["GET", "HEAD"].')
    path: Pattern = Field(description='Write path = "/v1/users/*".')
    permission: OnePermission = Field(description='Write permission = "users:read", what a token must hold.')
    audience: Audience | None = Field(
        default=None, description='Write audience = "https://api.example.com", or leave it out.'
    )


class CentralSection(Section):
    """`[central]`"""

    global_host: Origin = Field(default="", description='Write global_host = "https://api.example.com".')
    region_host: Origin = Field(default="", description='Write region_host = "https://api-eu01.example.com:8443".')
    region: Key = Field(default=_CENTRAL.region, description='Write region = "eu01".')
    geography: Line = Field(default=_CENTRAL.geography, description='Write geography = "DE".')
    calls_a_minute: Quantity = Field(default=_CENTRAL.rate.minute, description="Write calls_a_minute = 100.")
    calls_at_once: Quantity = Field(default=_CENTRAL.rate.burst, description="Write calls_at_once = 300.")
    calls_a_day: Quantity = Field(default=_CENTRAL.rate.day, description="Write calls_a_day = 200000.")


class WarningsSection(Section):
    """`[warnings]`"""

    days: Days = Field(default_factory=lambda: [30, 14, 7, 3, 1, 0], description="Write days = [30, 14, 7, 3, 1, 0].")
    opens: Clock = Field(default=time(9), description='Write opens = "09:00", when people begin to work.')
    closes: Clock = Field(default=time(17), description='Write closes = "17:00", when they stop.')
    weekdays: Weekdays = Field(
        default_factory=lambda: list(WEEKDAYS[:5]), description='Write weekdays = ["mon", "tue", "wed", "thu", "fri"].'
    )


class RotationSection(Section):
    """`[rotation]`"""

    overlap: Duration = Field(default=Rotation().overlap, description='Write overlap = "7d".')
    alone: RoleKeys | None = Field(default=None, description='Write alone = ["read-only"], or [] for none.')


class BreakGlassSection(Section):
    """`[break_glass]`"""

    who: Anyone = Field(default_factory=list, description='Write who = ["U…"], the few who may do it.')
    roles: RoleKeys = Field(default_factory=list, description='Write roles = ["read-only"], what they may take.')
    life: Duration = Field(default=_GLASS.life, description='Write life = "24h", which is the most.')
    review: Duration = Field(default=_GLASS.review, description='Write review = "7d".')


class EscalationSection(Section):
    """`[escalation]`"""

    who: Anyone = Field(default_factory=list, description='Write who = ["U…"], who is asked then.')
    after: Duration = Field(default=Escalation().after, description='Write after = "1d".')


class WithoutApprovalSection(Section):
    """`[[without_approval]]`"""

    key: Key = Field(description='Write key = "sandbox-readers": the ledger and the form call the rule so.')
    estates: Keys = Field(description='Write estates = ["sandbox"], the estates in which it holds.')
    roles: SomeRoles = Field(description='Write roles = ["read-only"].')
    max_life: Duration = Field(description='Write max_life = "7d", the longest life without approval.')


class UnusedSection(Section):
    """`[unused]`"""

    never: Duration = Field(default=_UNUSED.never, description='Write never = "30d".')
    idle: Duration = Field(default=_UNUSED.idle, description='Write idle = "90d".')
    suspend_after: Duration | None = Field(
        default=None, description='Write suspend_after = "14d", or leave it out to only report.'
    )


class LeaksSection(Section):
    """`[leaks]`"""

    retire: bool = Field(default=_LEAKS.retire, description="Write retire = true, or retire = false to only tell.")
    watch_channels: bool = Field(
        default=_LEAKS.watch_channels,
        description="Write watch_channels = true, or watch_channels = false to wait until somebody tells.",
    )


class LoginsSection(Section):
    """`[logins]`"""

    batch: Duration = Field(default=_LOGINS.batch, description='Write batch = "5m".')
    guesses: Quantity = Field(default=_LOGINS.guesses, description="Write guesses = 20.")
    window: Duration = Field(default=_LOGINS.window, description='Write window = "10m".')
    new_networks: bool = Field(
        default=_LOGINS.new_networks, description="Write new_networks = true, or new_networks = false."
    )
    ipv4: int = Field(default=_LOGINS.ipv4, description="Write ipv4 = 24, how many bits a network's addresses share.")
    ipv6: int = Field(default=_LOGINS.ipv6, description="Write ipv6 = 48, how many bits a network's addresses share.")


class VendorSection(Section):
    """`[[vendors]]`"""

    key: Key = Field(description='Write key = "sophos-central", a short name for commands.')
    name: Name = Field(description='Write name = "Sophos Central".')
    url: Link = Field(description='Write url = "https://…", the page on which credentials are made.')
    to_add: Steps = Field(description='Write to_add = ["Open …", "Press …"], what is done there, step by step.')
    to_delete: Steps = Field(description='Write to_delete = ["Open …", "Press …"].')
    to_extend: Steps = Field([], description='Write to_extend = ["Open …", "Choose …"], or leave it out.')


class TermsSection(Section):
    """`[terms]`"""

    version: Name = Field(description='Write version = "2026-1".')
    text: Text = Field(description='Write text = """…""", what people must accept before their first request.')
