"""The weekly digest: a chart of what ends, and the lists that somebody should look at."""

from bot.domain.digest import Digest, Named, Tally, Week
from bot.domain.kind import Kind
from bot.slack.cards.pieces import Button, Card, Json, Known, button, context, divider, header, section
from bot.slack.ids import Action, ChangeMark
from bot.slack.text import counted, day, mention, when

_BAR = 16
"""Characters of the longest bar."""
_TITLE = "📊 Credentials, this week"


def digest(found: Digest, known: Known) -> Card:
    """How things stand, to the security channel."""
    unused = known.policy.unused
    blocks: list[Json] = [
        header(_TITLE),
        section(f"*Expiring, by week*\n{_chart(found.weeks)}"),
        section(f"{_roles(found, known)}\n{_waiting(found)}"),
        divider(),
    ]
    lists = [
        *_list("Never used", f"issued {unused.never.days} days ago or more", found.never_used, known, since="issued"),
        *_list("Unused", f"for {unused.idle.days} days or more", found.idle, known, since="last used"),
        *_list("Owned by people who left", "somebody should take them over", found.ownerless, known, since=""),
    ]
    blocks += lists or [section("✨ Every credential is used, and has an owner who is here.")]
    blocks.append(context("Counted when this was sent. `/cred list` shows what there is now."))
    ending = sum(week.ending for week in found.weeks)
    expire = f"{counted(ending, 'expires', 'expire')} in {len(found.weeks)} weeks"
    waits = f"{counted(found.waiting, 'waits', 'wait')} for approval"
    return Card(f"{_TITLE}: {expire}, {waits}.", tuple(blocks))


def _chart(weeks: tuple[Week, ...]) -> str:
    most = max((week.ending for week in weeks), default=0)
    return f"```{chr(10).join(_line(week, most) for week in weeks)}```"


def _line(week: Week, most: int) -> str:
    length = 0 if not week.ending else max(1, round(week.ending * _BAR / most))
    return f"{week.begins:%b} {week.begins.day:>2}  {'█' * length}{' ' if length else ''}{week.ending:,}"


def _roles(found: Digest, known: Known) -> str:
    if not found.by_role:
        return "*No credential lives at the moment*"
    (most, of_most), *others = found.by_role
    rest = " · ".join(f"{known.role(role)} {count:,}" for role, count in others)
    return f"*{known.role(most)}: {of_most:,}*{f' · {rest}' if rest else ''}"


def _waiting(found: Digest) -> str:
    if not found.waiting or found.oldest is None:
        return "No request waits for approval."
    asks = "request waits" if found.waiting == 1 else "requests wait"
    return f"*{found.waiting:,} {asks} for approval*, the oldest since {when(found.oldest)}."


def _list(title: str, what: str, tally: Tally, known: Known, *, since: str) -> list[Json]:
    if not tally.count:
        return []
    rows = [_row(named, known, since) for named in tally.first]
    more = tally.count - len(rows)
    return [
        section(f"*{title}: {tally.count:,}* ({what})"),
        *rows,
        *([context(f"and {more:,} more")] if more > 0 else []),
    ]


def _row(named: Named, known: Known, since: str) -> Json:
    told = f"`{named.name}` in {known.estate(named.estate)} · {mention(named.owner)}"
    if not since:
        return section(f"{told} · expires {day(known.policy.last_day(named.since))}")
    delete = Button(
        action=Action.CHANGE,
        label="Delete…",
        value=ChangeMark(Kind.DELETE, named.credential).pack(),
        style="danger",
        hint=f"Delete {named.name}",
    )
    return section(f"{told} · {since} {when(named.since)}", accessory=button(delete))
