"""What expires soon, and what has expired: one card of all that is due in a channel, or for an owner.

The most urgent stands first. What was decided since is said in the card itself, and offers no choices any more.
"""

from bot.domain.credential import USABLE, Credential, State
from bot.domain.kind import Kind
from bot.domain.notice import Item, Resolution, Warned
from bot.domain.reminder import can_snooze
from bot.slack.cards.pieces import (
    Button,
    Card,
    Json,
    Known,
    actions,
    button,
    context,
    divider,
    header,
    overflow,
    section,
)
from bot.slack.ids import Action, Answer, AnswerMark, ChangeMark, GroupMark
from bot.slack.text import counted, day, mention, when

PAGE = 10
"""Credentials on a card, and on a page of *See all*."""
_FEW = 3
"""Named in a notification; the rest is counted."""


def warning(group: Warned, known: Known) -> Card:
    """To a channel: what expires soon."""
    title = _title(group, known)
    blocks = [header(title), *(_row(item, group, known) for item in group.items[:PAGE]), *_rest(group)]
    if group.decided < group.total:
        blocks.append(context("Whoever owns one is asked to decide: rotate it, transfer it, or let it expire."))
    return Card(_fallback(title, group, known), tuple(blocks))


def warned(group: Warned, known: Known) -> Card:
    """To an owner: what of theirs expires soon."""
    title = _title(group, known)
    blocks = [header(title), *(_row(item, group, known) for item in group.items[:PAGE]), *_rest(group)]
    if group.decided < group.total:
        blocks.append(context("You own these. What nobody decides about simply stops working on its day."))
    return Card(_fallback(title, group, known), tuple(blocks))


def expired(group: Warned, known: Known) -> Card:
    """To a channel: what has expired."""
    names = [item.credential.name for item in group.items]
    title = f"⌛ Expired: {names[0]}" if group.total == 1 else f"⌛ {group.total:,} credentials have expired"
    blocks = [header(title), *(_ended(item, known) for item in group.items[:PAGE]), *_rest(group)]
    blocks.append(context(_after(group)))
    told = f"{title}." if group.total == 1 else f"{title}: {_named(names, group.total)}."
    return Card(told, tuple(blocks))


def everything(group: Warned, known: Known, *, skipped: int) -> Card:
    """A page of a group, to whoever asked to see all of it."""
    first, last = skipped + 1, skipped + len(group.items)
    blocks: list[Json] = [
        header("All of them"),
        context(f"{first:,} to {last:,} of {group.total:,}, the most urgent first"),
    ]
    blocks += [_row(item, group, known) for item in group.items]
    if last < group.total:
        mark = GroupMark(group.id, last).pack()
        blocks += [divider(), actions(button(Button(action=Action.SEE_ALL, label="More", value=mark)))]
    return Card(f"{first:,} to {last:,} of {group.total:,}.", tuple(blocks))


def again_button(credential: Credential) -> Json:
    """Opens the form as it was filled for this one."""
    hint, mark = f"Add a credential like {credential.name}", AnswerMark(Answer.AGAIN, credential.id)
    return button(Button(action=Action.AGAIN, label="Add again like this", value=mark.pack(), hint=hint))


def let_expire_button(credential: Credential) -> Json:
    """Asks whether its end may come."""
    hint, mark = f"Let {credential.name} expire", AnswerMark(Answer.LET_EXPIRE, credential.id)
    return button(Button(action=Action.ANSWER, part="expire", label="Let it expire…", value=mark.pack(), hint=hint))


def _title(group: Warned, known: Known) -> str:
    undecided = group.total - group.decided
    if not undecided:
        return "✅ Decided" if group.total > 1 else f"✅ Decided: {group.items[0].credential.name}"
    if group.total == 1:
        return f"⏳ {group.items[0].credential.name} {_ends(group.items[0], group, known)}"
    return f"⏳ {undecided:,} {'credential ends' if undecided == 1 else 'credentials end'} soon"


def _fallback(title: str, group: Warned, known: Known) -> str:
    if group.total in (1, group.decided):
        return f"{title}."
    soonest = [f"{item.credential.name} {_ends(item, group, known)}" for item in group.items if item.open]
    return f"{title}: {_named(soonest, group.total - group.decided)}."


def _named(words: list[str], total: int) -> str:
    more = total - len(words[:_FEW])
    return ", ".join(words[:_FEW]) + (f" and {more:,} more" if more > 0 else "")


def _row(item: Item, group: Warned, known: Known) -> Json:
    credential = item.credential
    told = (
        f"*`{credential.name}`* · {mention(credential.owner)}\n{known.role(credential.role)} in "
        f"{known.estate(credential.estate)} · {_used(credential)}"
    )
    if not item.open:
        return section(f"{told}\n{_decided(item, known)}")
    schedule = known.policy.schedule(credential.role, credential.estate, item.expires_at)
    told += (
        f"\n*{_ends(item, group, known).capitalize()}*, {day(schedule.last_day)}{_stopped(credential)}{_put_off(item)}"
    )
    later = can_snooze(credential.plan, schedule, group.at)
    return section(told, accessory=_menu(credential, later=later) if _offers(item, group) else None)


def _ended(item: Item, known: Known) -> Json:
    credential = item.credential
    worked = "Was tracked until" if credential.tracked else "Worked until"
    told = (
        f"*`{credential.name}`* · {mention(credential.owner)}\n{known.role(credential.role)} in "
        f"{known.estate(credential.estate)} · {_used(credential)}\n{worked} {known.end(item.expires_at)}"
    )
    return section(told, accessory=again_button(credential))


def _after(group: Warned) -> str:
    """What an end means; many may be of both kinds."""
    destroyed = "They no longer authenticate, and what could check their secrets is destroyed."
    there = "For what lives elsewhere, look there that nothing of it is left: I cannot see whether it still works."
    elsewhere = [item.credential.tracked for item in group.items]
    if not any(elsewhere):
        return destroyed
    return there if all(elsewhere) else f"{destroyed} {there}"


def _ends(item: Item, group: Warned, known: Known) -> str:
    credential = item.credential
    left = known.policy.schedule(credential.role, credential.estate, item.expires_at).days_left(group.at)
    if group.at >= item.expires_at:
        return "has expired"
    return {0: "expires today", 1: "expires tomorrow"}.get(left, f"expires in {left} days")


def _offers(item: Item, group: Warned) -> bool:
    """Whether there is something to choose: not where the credential has moved on in the meantime."""
    credential = item.credential
    return credential.state in USABLE and credential.expires_at == item.expires_at and group.at < item.expires_at


def _menu(credential: Credential, *, later: bool) -> Json:
    """What can be done about it now. `later`: whether the next warning can be put off."""
    label, kind = _renewal(credential)
    snoozes = [
        ("Snooze a day", AnswerMark(Answer.SNOOZE_DAY, credential.id).pack()),
        ("Snooze a week", AnswerMark(Answer.SNOOZE_WEEK, credential.id).pack()),
    ]
    return overflow(
        Action.ANSWER,
        [
            (label, ChangeMark(kind, credential.id).pack()),
            *(snoozes if later else []),
            ("Transfer…", ChangeMark(Kind.TRANSFER, credential.id).pack()),
            ("Let it expire…", AnswerMark(Answer.LET_EXPIRE, credential.id).pack()),
        ],
    )


def _renewal(credential: Credential) -> tuple[str, Kind]:
    if credential.tracked:
        return "Extend…", Kind.EXTEND
    return ("Resume…", Kind.RESUME) if credential.state is State.SUSPENDED else ("Rotate…", Kind.ROTATE)


def _stopped(credential: Credential) -> str:
    return "\n⏸️ Suspended: nothing authenticates with it" if credential.state is State.SUSPENDED else ""


def _decided(item: Item, known: Known) -> str:
    """What became of it, and by whom."""
    by = "" if item.decided_by is None else f" by {mention(item.decided_by)}"
    asked = f", asked for{by}" if by else ""
    until = f"it works until the end of {day(known.policy.last_day(item.credential.expires_at))}"
    told = {
        Resolution.ROTATED: f"🔁 Rotated{asked}: {until}.",
        Resolution.EXTENDED: f"📅 Extended{asked}: {until}.",
        Resolution.TRANSFERRED: f"🤝 Taken over{by}.",
        Resolution.LET_EXPIRE: f"🍂 Left to expire{by}.",
        Resolution.DELETED: f"🗑️ Deleted{asked}.",
        Resolution.EXPIRED: "⌛ It has expired.",
    }
    return "" if item.resolution is None else told.get(item.resolution, "")


def _put_off(item: Item) -> str:
    until = item.credential.plan.snoozed_until
    if item.resolution is not Resolution.SNOOZED or until is None or item.decided_by is None:
        return ""
    return f"\n😴 Put off by {mention(item.decided_by)} until {when(until)}"


def _rest(group: Warned) -> list[Json]:
    more = group.total - len(group.items[:PAGE])
    if more <= 0:
        return []
    said = f"and {more:,} more" + (f" · {counted(group.decided, 'is', 'are')} decided" if group.decided else "")
    all_of_them = Button(action=Action.SEE_ALL, label="See all", value=GroupMark(group.id).pack())
    return [context(said), actions(button(all_of_them))]


def _used(credential: Credential) -> str:
    if credential.tracked:
        return "lives elsewhere"
    return "never used" if credential.last_used_at is None else f"last used {when(credential.last_used_at)}"
