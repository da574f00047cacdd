"""The auditor's report: one page in one file, without a script, that opens from a disk and prints well. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from bot.domain.credential import LIVING
from bot.service.pack.chart import expiries
from bot.service.pack.markup import Html, element, joined
from bot.service.pack.timeline import Chapter, Line
from bot.service.reading.telling import when

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLog:
    """One log, and where it is in the pack."""

    origin: str
    entries: int
    signed: int
    """Entries that its checkpoint in the pack covers."""
    root: str
    folder: str
    verifier: str
    """The file of its verifier key."""

    @property
    def check(self) -> str:
        """The command that checks it."""
        return f"python check.py {self.folder} {self.verifier}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was verified. `steps`: title, and what was found."""

    level: str
    logs: tuple[PackedLog, ...]
    """Each of them, the oldest first: the next goes on where it ended."""
    steps: tuple[tuple[str, str], ...]
    witnesses: str
    """Who cosigned the checkpoint, or that nobody did."""

    @property
    def origin(self) -> str:
        """Of the log that goes on."""
        return self.logs[-1].origin

    @property
    def entries(self) -> int:
        """Of all of them."""
        return sum(log.entries for log in self.logs)

    @property
    def whereabouts(self) -> dict[str, str]:
        """By origin, which log an entry's number is of; nothing where there is but one."""
        return {log.origin: f" of {log.folder}/" for log in self.logs} if len(self.logs) > 1 else {}


def page(checked: Checked, chapters: Sequence[Chapter], span: tuple[datetime, datetime], now: datetime) -> str:
    """The whole file."""
    made = [chapter for chapter in chapters if chapter.client_id]
    living = [chapter for chapter in made if chapter.state in LIVING]
    style = Html(files("bot.service.pack").joinpath("page.css").read_text(encoding="utf-8"))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"Credentials of {checked.origin}, {now:%Y-%m-%d}"),
        element("style", style),
    )
    body = element(
        "body",
        _opening(checked, span, now),
        element(
            "main",
            _figures(checked, made, living),
            _verification(checked),
            _expiries(living, now),
            _contents(chapters),
            *(_chapter(chapter, checked.whereabouts) for chapter in chapters),
        ),
        element(
            "footer", f"Made by Cred on {when(now)} from {checked.origin}. Names are those of the day it was made."
        ),
    )
    return f'<!doctype html>\n<html lang="en">{head}{body}</html>\n'


def _opening(checked: Checked, span: tuple[datetime, datetime], now: datetime) -> Html:
    return element(
        "header",
        element("p", "Audit report", class_="kicker"),
        element("h1", "Credentials and what became of them"),
        element("p", f"{checked.origin} · {span[0]:%Y-%m-%d} to {span[1]:%Y-%m-%d} · made {when(now)}", class_="lead"),
    )


def _figures(checked: Checked, made: Sequence[Chapter], living: Sequence[Chapter]) -> Html:
    told = (
        (len(living), "credentials alive"),
        (len(made) - len(living), "ended"),
        (sum(len(chapter.approvals) for chapter in made), "approvals by other people"),
        (checked.entries, "entries verified"),
    )
    cells = (element("div", element("dd", f"{count:,}"), element("dt", name)) for count, name in told)
    return element("dl", *cells, class_="figures")


def _verification(checked: Checked) -> Html:
    rows = (
        element("tr", element("th", f"✓ {title}", scope="row"), element("td", found)) for title, found in checked.steps
    )
    return element(
        "section",
        element("h2", "What was verified"),
        element(
            "p",
            f"The ledger was found sound ({checked.level}): each of its {checked.entries:,} entries was opened, and "
            f"the tables of the present were held against them. {_packed(checked.logs)} {checked.witnesses}",
        ),
        element("table", element("tbody", *rows), class_="steps"),
        element("h3", "Check it without us"),
        element(
            "p",
            f"{_folders(checked.logs)} in an open format (C2SP tlog-tiles, c2sp.org): any software that reads it will "
            "do. check.py is a page of Python that needs nothing else of ours:",
        ),
        element("pre", "\n".join(("pip install cryptography", *(log.check for log in checked.logs)))),
        element("p", _compare(checked.logs)),
        element("pre", "\n".join(log.root for log in checked.logs)),
        element(
            "p",
            "Entries are sealed, so this page is what their holder says of them: for any line below, ask for its entry "
            "to be opened before your eyes (cred verify). Its number is its place in the log.",
            class_="quiet",
        ),
    )


def _packed(logs: Sequence[PackedLog]) -> str:
    """What of each log is in the pack."""
    if len(logs) == 1:
        return (
            f"The log in this pack has the first {logs[0].signed:,} entries, sealed.{_tail(logs[0], 'are newer than')}"
        )
    told = [
        f"Of {log.origin} ({log.folder}/) it has the first {log.signed:,} entries.{_tail(log, 'are not under')}"
        for log in logs
    ]
    return (
        f"There are {len(logs)} logs: each goes on where the one before it ended, because a backup was restored, and "
        f"its entry 0 says so and why. All of them are in this pack, sealed. {' '.join(told)}"
    )


def _tail(log: PackedLog, how: str) -> str:
    unsigned = log.entries - log.signed
    return f" The newest {unsigned} {how} its checkpoint." if unsigned else ""


def _folders(logs: Sequence[PackedLog]) -> str:
    if len(logs) == 1:
        return f"The folder {logs[0].folder}/ is"
    return f"The folders {', '.join(f'{log.folder}/' for log in logs)} are"


def _compare(logs: Sequence[PackedLog]) -> str:
    found = "The root that both must find:" if len(logs) == 1 else "The roots that both must find, in the same order:"
    return f"Get {' and '.join(log.verifier for log in logs)} by another way than this pack, too, and compare. {found}"


def _expiries(living: Sequence[Chapter], now: datetime) -> Html:
    ends = [chapter.expires_at for chapter in living if chapter.expires_at is not None]
    return element("section", element("h2", "When they expire"), expiries(ends, now), class_="whole")


def _contents(chapters: Sequence[Chapter]) -> Html:
    names = ("Credential", "Estate", "Role", "Owner", "State", "Expires")
    return element(
        "section",
        element("h2", "All of them"),
        element(
            "table",
            element("thead", element("tr", *(element("th", name, scope="col") for name in names))),
            element("tbody", *map(_row, chapters)),
            class_="contents",
        )
        if chapters
        else element("p", "No credential was ever asked for.", class_="quiet"),
    )


def _row(chapter: Chapter) -> Html:
    ends = "not made" if chapter.expires_at is None else f"{chapter.expires_at:%Y-%m-%d}"
    link = element("a", chapter.name, href=f"#c{chapter.number}")
    cells = (
        ("Estate", chapter.estate),
        ("Role", chapter.role),
        ("Owner", chapter.owner),
        ("State", element("span", chapter.state, class_=f"state {_standing(chapter)}")),
        ("Expires", ends),
    )
    first = element("th", link, scope="row")
    return element("tr", first, *(element("td", value, data_name=name) for name, value in cells))


def _chapter(chapter: Chapter, whereabouts: Mapping[str, str]) -> Html:
    approved = f"approved by {', '.join(chapter.approvals)}" if chapter.approvals else "approved by nobody"
    facts = [f"{chapter.role} in {chapter.estate}", f"owner {chapter.owner}", approved]
    facts += [chapter.client_id] if chapter.client_id else []
    facts += [f"{chapter.logins:,} logins on record"] if chapter.logins else []
    facts += [f"{chapter.refused:,} refused"] if chapter.refused else []
    return element(
        "section",
        element(
            "h2",
            chapter.name,
            " ",
            element("span", chapter.state, class_=f"state {_standing(chapter)}"),
        ),
        element("p", " · ".join(facts), class_="quiet facts"),
        element("ol", *(_line(line, whereabouts) for line in chapter.lines), class_="timeline"),
        id=f"c{chapter.number}",
        class_="chapter",
    )


def _line(line: Line, whereabouts: Mapping[str, str]) -> Html:
    place = f"entry {line.index}{whereabouts.get(line.log, '')}"
    words = (element("q", line.words),) if line.words else ()
    return element(
        "li",
        element("time", when(line.at), datetime=line.at.isoformat()),
        element("p", joined((element("b", line.who), f" {line.what}.")), *words),
        element("small", f"{place} · {line.via}"),
        class_=line.tone,
    )


def _standing(chapter: Chapter) -> str:
    return "living" if chapter.state in LIVING else "over"
