"""What somebody who left still owns, in the channel of its estate: to be taken over, one by one."""

from bot.domain.credential import USABLE, Credential
from bot.domain.kind import Kind
from bot.domain.notice import Group
from bot.domain.person import Roster
from bot.slack.cards.pieces import Button, Card, Json, Known, button, context, header, section
from bot.slack.cards.tracked import gone_button
from bot.slack.ids import Action, ChangeMark
from bot.slack.text import counted, day, mention, when

_SHOWN = 10


def left(group: Group, known: Known) -> Card:
    """Each with who owns it, and a button that asks for it to become one's own; those that somebody has, without.

    Those that need somebody stand first, so that each of them comes onto the card as those before it are taken over.
    """
    items = group.items[:_SHOWN]
    waiting = [credential for credential in items if _waits(credential, known.roster)]
    more = group.needing - len(waiting)
    if waiting:
        title = f"👋 Without an owner: {counted(group.needing, 'credential', 'credentials')}"
        told = f"{mention(waiting[0].owner)} has left. What nobody owns, nobody answers for: take over what you know."
    else:
        title, told = "✅ Taken over", "What somebody who left owned has another owner by now, or has ended."
    blocks: list[Json] = [header(title), section(told), *(_row(credential, known) for credential in items)]
    if more:
        blocks.append(context(f"… and {more:,} more: they follow here as these are taken over. `/cred list` has all."))
    if any(credential.state in USABLE for credential in waiting):
        blocks.append(context("Whoever takes one over is approved by others, and then accepts it."))
    return Card(f"{title}. {told}", tuple(blocks))


def _waits(credential: Credential, roster: Roster) -> bool:
    """Whether it still needs somebody: it lives, and its owner has left."""
    owner = roster.member(credential.owner)
    alive = credential.state in USABLE or credential.waits_elsewhere
    return alive and owner is not None and not owner.active


def _row(credential: Credential, known: Known) -> Json:
    what = f"*`{credential.name}`* · {known.role(credential.role)} in {known.estate(credential.estate)}"
    if credential.waits_elsewhere:
        told = f"Its deletion was approved, and nobody has said that it is done in {known.place(credential.authority)}."
        return section(f"{what}\n{told} An admin can delete it there, and say so.", accessory=gone_button(credential))
    if credential.state not in USABLE:
        return section(f"{what}\nThis one is {credential.state.told}.")
    if not _waits(credential, known.roster):
        return section(f"{what}\n✅ {mention(credential.owner)} owns it now.")
    used = "never used" if credential.last_used_at is None else f"last used {when(credential.last_used_at)}"
    until = day(known.policy.last_day(credential.expires_at))
    return section(f"{what}\nuntil the end of {until} · {used}", accessory=_take_over(credential))


def _take_over(credential: Credential) -> Json:
    return button(
        Button(
            action=Action.CHANGE,
            label="Take over…",
            value=ChangeMark(Kind.TRANSFER, credential.id).pack(),
            hint=f"Take over {credential.name}",
        )
    )
