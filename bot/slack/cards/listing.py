"""Credentials in a list: a page of the inventory, or several of one name."""

from bot.domain.credential import Credential, State
from bot.service.reading.listing import Listing, Wanted
from bot.slack.cards.pieces import Button, Card, Json, Known, actions, button, context, header, section
from bot.slack.ids import Action
from bot.slack.page_mark import PageMark
from bot.slack.text import counted, escape, mention, typed, when

LIVES = {
    State.ACTIVE: "🟢 active",
    State.SUSPENDED: "⏸️ suspended",
    State.EXPIRED: "⌛ expired",
    State.DELETING: "🗑️ being deleted",
    State.DELETED: "🗑️ deleted",
}
_MOST = 20
"""Of one name that are shown."""


def listing(page: Listing, known: Known) -> Card:
    """A page of the credentials that somebody may see."""
    looked_for = described(page.wanted, known)
    if not page.items:
        return _empty(looked_for)
    blocks: list[Json] = [header("Credentials"), *(line(credential, known) for credential in page.items)]
    if looked_for:
        blocks.insert(1, context(looked_for))
    blocks += turn(page)
    blocks.append(context("`/cred show NAME` says more about one of them."))
    found = counted(len(page.items), "credential", "credentials")
    names = ", ".join(escape(credential.name) for credential in page.items)
    more = " There are more." if page.after is not None else ""
    return Card(f"{found} on this page{f' ({looked_for})' if looked_for else ''}: {names}.{more}", tuple(blocks))


def turn(page: Listing, action: Action = Action.PAGE) -> list[Json]:
    """The buttons that lead to the pages beside this one."""
    ways = (("Previous", page.before), ("Next", page.after))
    row = [
        button(
            Button(
                action=action,
                part=label.casefold(),
                label=label,
                value=PageMark(place, page.wanted).pack(),
                hint=f"{label} page of credentials",
            )
        )
        for label, place in ways
        if place is not None
    ]
    return [actions(*row)] if row else []


def described(wanted: Wanted, known: Known) -> str:
    """What is looked for, in words; nothing where that is everything."""
    told = []
    if wanted.words:
        told.append(f"names that begin with “{typed(wanted.words, 100)}”")
    if wanted.role is not None:
        told.append(f"role {known.role(wanted.role)}")
    if wanted.estate is not None:
        told.append(f"estate `{wanted.estate}`")  # not its name: whoever pressed may see nothing of it
    if wanted.owner is not None:
        told.append(f"owner {mention(wanted.owner)}")
    if wanted.expiring is not None:
        told.append(f"expiring within {counted(wanted.expiring, 'day', 'days')}, the soonest first")
    if wanted.unused is not None:
        told.append(f"not used for {counted(wanted.unused, 'day', 'days')}")
    return " · ".join(told)


def choice(found: tuple[Credential, ...], known: Known, *, command: str = "show") -> Card:
    """Several credentials go by that name."""
    first = found[0]
    say = f"`/cred {command} {first.estate}/{escape(first.name)}`"
    text = f"There are several credentials of this name. Say which: {say}"
    blocks = [section(text), *(line(credential, known, full_name=True) for credential in found[:_MOST])]
    if len(found) > _MOST:
        blocks.append(context(f"… and {len(found) - _MOST} more."))
    names = ", ".join(f"{credential.estate}/{escape(credential.name)}" for credential in found[:_MOST])
    return Card(f"{text}. They are {names}.", tuple(blocks))


def line(credential: Credential, known: Known, *, full_name: bool = False) -> Json:
    """One credential in a list."""
    name = f"{credential.estate}/{credential.name}" if full_name else credential.name
    last = "never used" if credential.last_used_at is None else f"last used {when(credential.last_used_at)}"
    return section(
        f"*`{name}`* · {LIVES[credential.state]}\n"
        f"{known.role(credential.role)} in {known.estate(credential.estate)} · owner {mention(credential.owner)}\n"
        f"created {when(credential.created_at)} · "
        + (f"lives in {known.place(credential.authority)}" if credential.tracked else last)
        + f" · works until {known.end(credential.expires_at)}"
    )


def used(credential: Credential) -> str:
    """When it was used last."""
    return "never" if credential.last_used_at is None else when(credential.last_used_at)


def _empty(looked_for: str) -> Card:
    text = (
        f"No credential that you may see is like this: {looked_for}. `/cred list` shows all of them."
        if looked_for
        else "There is no credential here that you may see. Admins ask for one with `/cred add`."
    )
    return Card(text, (section(text),))
