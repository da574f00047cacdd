"""The auditor's report: one page in one file, without a script, that opens from a disk and prints well. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from bot.domain.credential import LIVING
from bot.service.pack.chart import expiries
from bot.service.pack.markup import Html, element, joined
from bot.service.pack.timeline import Chapter, Line
from bot.service.telling import when

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was verified. `steps`: title, and what was found."""

    origin: str
    level: str
    root: str
    entries: int
    signed: int
    """Entries that the checkpoint of the pack covers."""
    steps: tuple[tuple[str, str], ...]
    witnesses: str
    """Who cosigned the checkpoint, or that nobody did."""


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
            *(_chapter(chapter) for chapter in chapters),
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
    unsigned = checked.entries - checked.signed
    tail = f" The newest {unsigned} are newer than its checkpoint." if unsigned else ""
    return element(
        "section",
        element("h2", "What was verified"),
        element(
            "p",
            f"The ledger was found sound ({checked.level}): each of its {checked.entries:,} entries was opened, and "
            f"the tables of the present were held against them. The log in this pack has the first {checked.signed:,} "
            f"entries, sealed.{tail} {checked.witnesses}",
        ),
        element("table", element("tbody", *rows), class_="steps"),
        element("h3", "Check it without us"),
        element(
            "p",
            "The folder log/ is in an open format (C2SP tlog-tiles, c2sp.org): any software that reads it will do. "
            "check.py is a page of Python that needs nothing else of ours:",
        ),
        element("pre", "pip install cryptography\npython check.py log cred-ledger.vkey"),
        element(
            "p",
            "Get cred-ledger.vkey by another way than this pack, too, and compare. The root that both must find:",
        ),
        element("pre", checked.root),
        element(
            "p",
            "Entries are sealed, so this page is what their holder says of them: for any line below, ask for its entry "
            "to be opened before your eyes (cred verify). Its number is its place in the log.",
            class_="quiet",
        ),
    )


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


def _chapter(chapter: Chapter) -> Html:
    approved = f"approved by {', '.join(chapter.approvals)}" if chapter.approvals else "approved by nobody"
    facts = [f"{chapter.role} in {chapter.estate}", f"owner {chapter.owner}", approved]
    facts += [chapter.client_id] if chapter.client_id else []
    return element(
        "section",
        element(
            "h2",
            chapter.name,
            " ",
            element("span", chapter.state, class_=f"state {_standing(chapter)}"),
        ),
        element("p", " · ".join(facts), class_="quiet facts"),
        element("ol", *map(_line, chapter.lines), class_="timeline"),
        id=f"c{chapter.number}",
        class_="chapter",
    )


def _line(line: Line) -> Html:
    words = (element("q", line.words),) if line.words else ()
    return element(
        "li",
        element("time", when(line.at), datetime=line.at.isoformat()),
        element("p", joined((element("b", line.who), f" {line.what}.")), *words),
        element("small", f"entry {line.index} · {line.via}"),
        class_=line.tone,
    )


def _standing(chapter: Chapter) -> str:
    return "living" if chapter.state in LIVING else "over"
