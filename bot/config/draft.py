"""The policy file, section by section: what is well-formed is kept, the rest becomes findings, all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.config.forms import WRONG, Some
from bot.config.mistakes import Finding, Path, did_you_mean
from bot.config.sections import (
    ApproversSection,
    BreakGlassSection,
    CentralSection,
    ChannelsSection,
    EscalationSection,
    EstateSection,
    LeaksSection,
    LoginsSection,
    OrganizationSection,
    PeopleSection,
    RoleSection,
    RotationSection,
    RouteSection,
    Section,
    TermsSection,
    TokensSection,
    UnusedSection,
    VendorSection,
    WarningsSection,
    WindowsSection,
    WithoutApprovalSection,
)

S = TypeVar("S", bound=Section)

_REQUIRED = {
    "organization": "Write a section [organization] with id, name and teams.",
    "estates": "Write a section [[estates]] with key, id, name and channel for each sub-estate.",
    "people": "Write a section [people] with admins.",
    "approvers": "Write a section [[approvers]] with who.",
    "channels": "Write a section [channels] with security.",
    "terms": "Write a section [terms] with version and text.",
}
_DEFAULTED = (
    "windows",
    "tokens",
    "warnings",
    "rotation",
    "break_glass",
    "escalation",
    "unused",
    "leaks",
    "logins",
    "central",
)
_SECTIONS = {*_REQUIRED, *_DEFAULTED, "roles", "estate_admins", "vendors", "routes", "without_approval"}
_SOME = TypeAdapter(Some)
_TYPES = {
    "string_type": "This must be text in quotes.",
    "int_type": "This must be a whole number.",
    "bool_type": "This must be true or false.",
    "list_type": "This must be a list in square brackets.",
}


@dataclass(frozen=True, slots=True)
class Placed(Generic[S]):
    """A well-formed element of an array of tables, and its number there."""

    number: int
    section: S


@dataclass(slots=True, kw_only=True)
class Draft:
    """What was well-formed. None where a section was not, or is missing."""

    findings: list[Finding] = field(default_factory=list)
    organization: OrganizationSection | None = None
    estates: list[Placed[EstateSection]] = field(default_factory=list)
    roles: list[Placed[RoleSection]] = field(default_factory=list)
    people: PeopleSection | None = None
    approvers: list[Placed[ApproversSection]] = field(default_factory=list)
    estate_admins: dict[str, list[str]] = field(default_factory=dict)
    channels: ChannelsSection | None = None
    windows: WindowsSection | None = None
    tokens: TokensSection | None = None
    warnings: WarningsSection | None = None
    rotation: RotationSection | None = None
    break_glass: BreakGlassSection | None = None
    unused: UnusedSection | None = None
    leaks: LeaksSection | None = None
    logins: LoginsSection | None = None
    central: CentralSection | None = None
    vendors: list[Placed[VendorSection]] = field(default_factory=list)
    routes: list[Placed[RouteSection]] = field(default_factory=list)
    escalation: EscalationSection | None = None
    without_approval: list[Placed[WithoutApprovalSection]] = field(default_factory=list)
    terms: TermsSection | None = None
    broken: set[str] = field(default_factory=set)
    """Sections that have findings: what is read across sections keeps silent about them."""


def draft(tables: Mapping[str, Any]) -> Draft:
    """Read every section of a parsed file."""
    made = Draft()
    made.findings.extend(_strangers(tables))
    for name, remedy in _REQUIRED.items():
        if name not in tables:
            _note(made, name, [Finding((), f"The section [{name}] is missing.", remedy)])
    made.organization = _one(made, tables, "organization", OrganizationSection)
    made.estates = _many(made, tables, "estates", EstateSection)
    made.roles = _many(made, tables, "roles", RoleSection)
    made.people = _one(made, tables, "people", PeopleSection)
    made.approvers = _many(made, tables, "approvers", ApproversSection)
    made.estate_admins = _estate_admins(made, tables)
    made.channels = _one(made, tables, "channels", ChannelsSection)
    defaulted = {**{name: {} for name in _DEFAULTED}, **tables}
    made.windows = _one(made, defaulted, "windows", WindowsSection)
    made.tokens = _one(made, defaulted, "tokens", TokensSection)
    made.warnings = _one(made, defaulted, "warnings", WarningsSection)
    made.rotation = _one(made, defaulted, "rotation", RotationSection)
    made.break_glass = _one(made, defaulted, "break_glass", BreakGlassSection)
    made.escalation = _one(made, defaulted, "escalation", EscalationSection)
    made.unused = _one(made, defaulted, "unused", UnusedSection)
    made.leaks = _one(made, defaulted, "leaks", LeaksSection)
    made.logins = _one(made, defaulted, "logins", LoginsSection)
    made.central = _one(made, defaulted, "central", CentralSection)
    made.vendors = _many(made, tables, "vendors", VendorSection)
    made.routes = _many(made, tables, "routes", RouteSection)
    made.without_approval = _many(made, tables, "without_approval", WithoutApprovalSection)
    made.terms = _one(made, tables, "terms", TermsSection)
    return made


def _strangers(tables: Mapping[str, Any]) -> Iterator[Finding]:
    for name in tables:
        if name not in _SECTIONS:
            yield Finding((name,), "There is no such section.", did_you_mean(name, _SECTIONS))


def _one(made: Draft, tables: Mapping[str, Any], name: str, model: type[S]) -> S | None:
    if name not in tables:
        return None
    if not isinstance(tables[name], dict):
        _note(made, name, [Finding((name,), "This must be a section.", f"Write it under a line [{name}].")])
        return None
    return _section(made, (name,), tables[name], model)


def _many(made: Draft, tables: Mapping[str, Any], name: str, model: type[S]) -> list[Placed[S]]:
    elements = tables.get(name, [])
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        remedy = f"Begin each of them with a line [[{name}]], in two pairs of brackets."
        _note(made, name, [Finding((name,), "There can be several of these.", remedy)])
        return []
    if name in tables and not elements:
        _note(made, name, [Finding((name,), "This list is empty.", f"Write at least one [[{name}]].")])
    read = ((number, _section(made, (name, number), element, model)) for number, element in enumerate(elements))
    return [Placed(number, section) for number, section in read if section is not None]


def _estate_admins(made: Draft, tables: Mapping[str, Any]) -> dict[str, list[str]]:
    written = tables.get("estate_admins", {})
    if not isinstance(written, dict):
        remedy = "Write it under a line [estate_admins]."
        _note(made, "estate_admins", [Finding(("estate_admins",), "This must be a section.", remedy)])
        return {}
    found = {}
    for estate, people in written.items():
        try:
            found[estate] = _SOME.validate_python(people, strict=True)
        except ValidationError as error:
            above: Path = ("estate_admins", estate)
            remedy = f'Write {estate} = ["U…"].'
            _note(made, "estate_admins", [_finding(above, each, remedy) for each in _errors(error)])
    return found


def _section(made: Draft, path: Path, table: dict[str, Any], model: type[S]) -> S | None:
    try:
        return model.model_validate(table)
    except ValidationError as error:
        _note(made, str(path[0]), [_explain(path, each, model) for each in _errors(error)])
        return None


def _explain(path: Path, error: ErrorDetails, model: type[Section]) -> Finding:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        return Finding((*path, name), "There is no such key here.", did_you_mean(name, model.model_fields))
    remedy = model.model_fields[name].description or ""
    if error["type"] == "missing":
        return Finding(path, f'"{name}" is missing.', remedy)
    return _finding(path, error, remedy)


def _finding(above: Path, error: ErrorDetails, remedy: str) -> Finding:
    path = above + error["loc"]
    if error["type"] == WRONG:
        return Finding(path, error["ctx"]["problem"], error["ctx"]["remedy"])
    return Finding(path, _TYPES[error["type"]], remedy)


def _errors(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _note(made: Draft, section: str, findings: list[Finding]) -> None:
    made.findings.extend(findings)
    made.broken.add(section)
