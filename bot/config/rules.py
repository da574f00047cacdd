"""What must hold between the sections of a policy file. Each rule is a function from the draft to its findings."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from bot.config.composing import role_of
from bot.config.draft import Draft
from bot.config.mistakes import Finding, Path, did_you_mean
from bot.domain.ids import BUILTIN
from bot.domain.role import DEFAULT_ROLES

TOKEN_LIFE_MOST = timedelta(hours=1)
GLASS_LIFE_MOST = timedelta(hours=24)
BATCH_MOST = timedelta(hours=1)
ROLES_MOST = 10
"""Radio buttons in a Slack form."""
ESTATES_MOST = 100
"""Options of a Slack menu."""
VENDORS_MOST = ESTATES_MOST - 1
"""The same; the first option is the program itself."""


def crossed(draft: Draft) -> Iterator[Finding]:
    """Every finding of every rule."""
    for rule in _RULES:
        yield from rule(draft)


def _estates_are_distinct(draft: Draft) -> Iterator[Finding]:
    for field in ("key", "id", "name"):
        yield from _repeated(
            (("estates", each.number, field), str(getattr(each.section, field))) for each in draft.estates
        )


def _roles_are_distinct(draft: Draft) -> Iterator[Finding]:
    for field in ("key", "name"):
        yield from _repeated((("roles", each.number, field), getattr(each.section, field)) for each in draft.roles)


def _forms_can_hold_them(draft: Draft) -> Iterator[Finding]:
    if len(draft.roles) > ROLES_MOST:
        yield Finding(("roles", ROLES_MOST), f"There are {len(draft.roles)} roles.", f"Keep {ROLES_MOST} at most.")
    if len(draft.estates) > ESTATES_MOST:
        remedy = f"Keep {ESTATES_MOST} at most."
        yield Finding(("estates", ESTATES_MOST), f"There are {len(draft.estates)} estates.", remedy)


def _estates_named_exist(draft: Draft) -> Iterator[Finding]:
    if "estates" in draft.broken:
        return  # a key that is broken there would be told twice
    known = {each.section.key for each in draft.estates}
    named: list[tuple[Path, str]] = [
        (("approvers", each.number, "estates", place), estate)
        for each in draft.approvers
        for place, estate in enumerate(each.section.estates or ())
    ]
    named += [(("estate_admins", estate), estate) for estate in draft.estate_admins]
    named += [
        (("without_approval", each.number, "estates", place), estate)
        for each in draft.without_approval
        for place, estate in enumerate(each.section.estates)
    ]
    for path, estate in named:
        if estate not in known:
            yield Finding(path, f'There is no estate "{estate}".', did_you_mean(estate, known))


def _every_estate_can_approve(draft: Draft) -> Iterator[Finding]:
    """Somebody approves for each estate; enough of them, as far as that can be told without asking Slack."""
    if "approvers" in draft.broken:
        return
    highest = max((each.section.quorum for each in draft.roles), default=0)
    if "roles" not in draft.broken and not draft.roles:
        highest = max(role.quorum for role in DEFAULT_ROLES)
    for each in draft.estates:
        key = each.section.key
        who = {user for rule in draft.approvers if _covers(rule.section.estates, key) for user in rule.section.who}
        path: Path = ("estates", each.number)
        if not who:
            remedy = f'Name "{key}" under estates of an [[approvers]], or leave estates out there for all.'
            yield Finding(path, f'Nobody approves for "{key}".', remedy)
        elif len(who) < highest and not any(someone.startswith("S") for someone in who):
            problem = f'A role needs {highest} approvers, and "{key}" has {len(who)}.'
            yield Finding(path, problem, "Name more people, or a user group, under an [[approvers]].")


def _covers(estates: list[str] | None, key: str) -> bool:
    return estates is None or key in estates


def _lives_fit(draft: Draft) -> Iterator[Finding]:
    for each in draft.roles:
        if each.section.suggested_life > each.section.max_life:
            problem = "The default life is longer than the longest."
            yield Finding(("roles", each.number, "default_life"), problem, "Make default_life max_life at most.")


def _tokens_are_short(draft: Draft) -> Iterator[Finding]:
    if draft.tokens is not None and draft.tokens.life > TOKEN_LIFE_MOST:
        remedy = 'Write "1h" at most: who checks tokens offline honours one until its end.'
        yield Finding(("tokens", "life"), "Access tokens would live longer than an hour.", remedy)


def _repeated(values: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for path, value in values:
        if value.casefold() in seen:
            yield Finding(path, f'"{value}" is taken by an earlier one.', "Give each its own.")
        seen.add(value.casefold())


def _roles_named_exist(draft: Draft) -> Iterator[Finding]:
    """Roles that other sections name: without [[roles]] those are the default ones."""
    if "roles" in draft.broken:
        return
    known = {each.section.key for each in draft.roles} or {str(role.key) for role in DEFAULT_ROLES}
    named: list[tuple[Path, str]] = []
    if draft.rotation is not None:
        named += [(("rotation", "alone", place), role) for place, role in enumerate(draft.rotation.alone or ())]
    if draft.break_glass is not None:
        named += [(("break_glass", "roles", place), role) for place, role in enumerate(draft.break_glass.roles)]
    named += [
        (("without_approval", each.number, "roles", place), role)
        for each in draft.without_approval
        for place, role in enumerate(each.section.roles)
    ]
    for path, role in named:
        if role not in known:
            yield Finding(path, f'There is no role "{role}".', did_you_mean(role, known))


def _without_approval_is_for_little(draft: Draft) -> Iterator[Finding]:
    """No rule stands in for people where a role needs several of them, or may do everything."""
    yield from _repeated(
        (("without_approval", each.number, "key"), each.section.key) for each in draft.without_approval
    )
    if "roles" in draft.broken:
        return
    roles = [role_of(each.section) for each in draft.roles] or DEFAULT_ROLES
    mighty = {str(role.key) for role in roles if role.needs_people}
    for each in draft.without_approval:
        for place, role in enumerate(each.section.roles):
            if role in mighty:
                problem = f'"{role}" needs several approvers or may do everything: people must approve it.'
                yield Finding(("without_approval", each.number, "roles", place), problem, "Leave it out here.")


def _glass_is_short_lived(draft: Draft) -> Iterator[Finding]:
    section = draft.break_glass
    if section is None:
        return
    if section.life > GLASS_LIFE_MOST:
        yield Finding(("break_glass", "life"), "This is longer than a day.", 'Write "24h" at most.')
    if section.who and not section.roles:
        yield Finding(("break_glass",), "Nobody could take anything.", 'Write roles = ["read-only"].')


def _escalation_comes_in_time(draft: Draft) -> Iterator[Finding]:
    section, windows = draft.escalation, draft.windows
    if section is None or windows is None or not section.who or section.after < windows.request:
        return
    remedy = "Write less than request under [windows], so that there is time left to decide."
    yield Finding(("escalation", "after"), "A request lapses before anybody else is asked.", remedy)


def _hours_are_hours(draft: Draft) -> Iterator[Finding]:
    if draft.warnings is not None and draft.warnings.opens >= draft.warnings.closes:
        yield Finding(("warnings", "closes"), "Work stops before it begins.", "Write a later time than opens.")


def _vendors_are_distinct(draft: Draft) -> Iterator[Finding]:
    places = [(each.number, each.section) for each in draft.vendors]
    for field in ("key", "name"):
        yield from _repeated((("vendors", number, field), getattr(section, field)) for number, section in places)
    if len(places) > VENDORS_MOST:
        remedy = f"Keep {VENDORS_MOST} at most."
        yield Finding(("vendors", VENDORS_MOST), f"There are {len(places)} vendors.", remedy)
    for number, section in places:
        if section.key == BUILTIN:
            taken = f'"{BUILTIN}" is the authority of this program itself.'
            yield Finding(("vendors", number, "key"), taken, "Choose another key.")


def _routes_can_be_met(draft: Draft) -> Iterator[Finding]:
    """Each decides something that none before it does, for tokens that there can be."""
    seen: set[tuple[str, str]] = set()
    audiences = set() if draft.tokens is None else set(draft.tokens.audiences)
    for each in draft.routes:
        route, path = each.section, ("routes", each.number)
        calls = {(method, route.path) for method in route.methods}
        if calls <= seen:
            yield Finding((*path, "path"), "An earlier route decides these calls.", "Leave one of them out.")
        seen |= calls
        if route.audience is not None and route.audience not in audiences and "tokens" not in draft.broken:
            remedy = f'Write audiences = ["{route.audience}"] under [tokens].'
            yield Finding((*path, "audience"), "No token can be asked for this audience.", remedy)


def _logins_can_be_told(draft: Draft) -> Iterator[Finding]:
    """An entry tells of a bounded time, and a network is part of the address space."""
    section = draft.logins
    if section is None:
        return
    if section.batch > BATCH_MOST:
        remedy = 'Write "1h" at most: what a killed process had gathered is lost.'
        yield Finding(("logins", "batch"), "Logins would be gathered for more than an hour.", remedy)
    for key, bits, most in (("ipv4", section.ipv4, 32), ("ipv6", section.ipv6, 128)):
        if not 1 <= bits <= most:
            yield Finding(("logins", key), f"No network has {bits} bits.", f"Write a number from 1 to {most}.")


_RULES: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    _estates_are_distinct,
    _roles_are_distinct,
    _forms_can_hold_them,
    _estates_named_exist,
    _every_estate_can_approve,
    _lives_fit,
    _tokens_are_short,
    _roles_named_exist,
    _without_approval_is_for_little,
    _glass_is_short_lived,
    _escalation_comes_in_time,
    _hours_are_hours,
    _vendors_are_distinct,
    _routes_can_be_met,
    _logins_can_be_told,
)
