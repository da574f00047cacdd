"""The policy of a draft without findings: values of the file become values of the rules."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bot.config.draft import Draft
from bot.config.forms import WEEKDAYS
from bot.config.sections import BreakGlassSection, CentralSection, EscalationSection, RoleSection, WarningsSection
from bot.domain.central import Central, Rate
from bot.domain.clauses import BreakGlass, Escalation, Leaks, Logins, Rotation, Unused, Waiver, Windows
from bot.domain.client_key import KeyHosts
from bot.domain.estate import Estate, Organization, Vendor
from bot.domain.ids import AuthorityKey, ChannelId, EstateKey, GroupId, RoleKey, TeamId, UserId
from bot.domain.person import Circle
from bot.domain.policy import ApproverRule, Policy
from bot.domain.reminder import Hours
from bot.domain.role import DEFAULT_ROLES, Permission, Role
from bot.domain.route import Route
from bot.domain.terms import Terms

T = TypeVar("T")


def compose(made: Draft, *, text: str, digest: str) -> Policy:
    """The policy of a draft without findings."""
    organization, windows = _there(made.organization), _there(made.windows)
    return Policy(
        organization=Organization(
            id=organization.id,
            name=organization.name,
            teams=frozenset(TeamId(team) for team in organization.teams),
        ),
        estates=_estates(made),
        roles=_roles(made),
        admins=_circle(_there(made.people).admins),
        approvers=_approvers(made),
        terms=Terms(version=_there(made.terms).version, text=_there(made.terms).text),
        security_channel=ChannelId(_there(made.channels).security),
        estate_admins={EstateKey(key): _circle(who) for key, who in made.estate_admins.items()},
        auditors=_circle(_there(made.people).auditors),
        windows=Windows(**windows.model_dump()),
        warn_days=_days(_there(made.warnings).days) or (),
        hours=_hours(_there(made.warnings)),
        rotation=_rotation(made),
        break_glass=_break_glass(_there(made.break_glass)),
        unused=Unused(**_there(made.unused).model_dump()),
        leaks=Leaks(**_there(made.leaks).model_dump()),
        logins=Logins(**_there(made.logins).model_dump()),
        vendors=_vendors(made),
        waivers=_waivers(made),
        escalation=_escalation(_there(made.escalation)),
        time_zone=organization.time_zone,
        token_life=_there(made.tokens).life,
        audiences=frozenset(_there(made.tokens).audiences),
        key_hosts=KeyHosts(frozenset(_there(made.tokens).jwks_hosts), frozenset(_there(made.tokens).jwks_inside)),
        routes=_routes(made),
        central=_central(_there(made.central)),
        text=text,
        digest=digest,
    )


def _estates(made: Draft) -> dict[EstateKey, Estate]:
    return {
        EstateKey(each.section.key): Estate(
            key=EstateKey(each.section.key),
            id=each.section.id,
            name=each.section.name,
            channel=ChannelId(each.section.channel),
            time_zone=each.section.time_zone,
            warn_days=_days(each.section.warn_days),
        )
        for each in made.estates
    }


def _roles(made: Draft) -> dict[RoleKey, Role]:
    roles = [role_of(each.section) for each in made.roles] or DEFAULT_ROLES
    return {role.key: role for role in roles}


def role_of(section: RoleSection) -> Role:
    """The role of a section without findings."""
    return Role(
        key=RoleKey(section.key),
        name=section.name,
        summary=section.summary,
        permissions=frozenset(Permission(permission) for permission in section.permissions),
        quorum=section.quorum,
        max_life=section.max_life,
        default_life=section.suggested_life,
        warning=section.warning,
        warn_days=_days(section.warn_days),
    )


def _days(days: Sequence[int] | None) -> tuple[int, ...] | None:
    return None if days is None else tuple(sorted(days, reverse=True))


def _hours(section: WarningsSection) -> Hours:
    return Hours(
        opens=section.opens,
        closes=section.closes,
        days=frozenset(WEEKDAYS.index(weekday) for weekday in section.weekdays),
    )


def _rotation(made: Draft) -> Rotation:
    section = _there(made.rotation)
    if section.alone is None:
        return Rotation(overlap=section.overlap)
    return Rotation(overlap=section.overlap, alone=frozenset(map(RoleKey, section.alone)))


def _break_glass(section: BreakGlassSection) -> BreakGlass:
    return BreakGlass(
        circle=_circle(section.who),
        roles=frozenset(map(RoleKey, section.roles)),
        life=section.life,
        review=section.review,
    )


def _vendors(made: Draft) -> dict[AuthorityKey, Vendor]:
    sections = [each.section for each in made.vendors]
    return {
        AuthorityKey(section.key): Vendor(
            key=AuthorityKey(section.key),
            name=section.name,
            url=section.url,
            to_add=tuple(section.to_add),
            to_delete=tuple(section.to_delete),
            to_extend=tuple(section.to_extend),
        )
        for section in sections
    }


def _central(section: CentralSection) -> Central:
    return Central(
        global_host=section.global_host,
        region_host=section.region_host,
        region=section.region,
        geography=section.geography,
        rate=Rate(minute=section.calls_a_minute, burst=section.calls_at_once, day=section.calls_a_day),
    )


def _routes(made: Draft) -> tuple[Route, ...]:
    return tuple(
        Route(
            methods=frozenset(each.section.methods),
            path=each.section.path,
            permission=Permission(each.section.permission),
            audience=each.section.audience,
        )
        for each in made.routes
    )


def _escalation(section: EscalationSection) -> Escalation:
    return Escalation(circle=_circle(section.who), after=section.after)


def _waivers(made: Draft) -> tuple[Waiver, ...]:
    sections = [each.section for each in made.without_approval]
    return tuple(
        Waiver(
            key=section.key,
            estates=frozenset(map(EstateKey, section.estates)),
            roles=frozenset(map(RoleKey, section.roles)),
            max_life=section.max_life,
        )
        for section in sections
    )


def _approvers(made: Draft) -> tuple[ApproverRule, ...]:
    return tuple(
        ApproverRule(
            circle=_circle(each.section.who),
            estates=None
            if each.section.estates is None
            else frozenset(EstateKey(estate) for estate in each.section.estates),
        )
        for each in made.approvers
    )


def _circle(who: Iterable[str]) -> Circle:
    """People and user groups, told apart by the first letter of their IDs."""
    ids = frozenset(who)
    groups = frozenset(GroupId(each) for each in ids if each.startswith("S"))
    return Circle(frozenset(UserId(each) for each in ids if each not in groups), groups)


def _there(section: T | None) -> T:
    """A section of a draft without findings."""
    if section is None:
        raise AssertionError("A section is missing and nobody noticed.")
    return section
