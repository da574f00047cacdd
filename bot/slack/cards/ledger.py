"""The ledger in Slack: its checkpoint once a day in the security channel, and what `/cred about` says of it."""

from bot.domain.log_standing import Cosigned, LogStanding
from bot.domain.policy import Policy
from bot.slack.cards.pieces import Card, Json, context, fields, header, section
from bot.slack.text import counted, escape, when

_TITLE = "🔏 The ledger today"
_FRONT = 12
"""Characters of a root or a digest: enough to compare by eye; the whole root stands in the checkpoint's own message."""


def checkpoint(found: LogStanding) -> Card:
    """To the security channel: what was signed, to be held against the ledger by anybody, at any time."""
    text = f"{_TITLE}: {counted(found.signed, 'entry', 'entries')} signed."
    blocks: list[Json] = [
        header(_TITLE),
        section(_signed(found)),
        section(f"```{escape(found.note)}```"),
        *_witnesses(found),
        context(
            "Copy these lines into a file of your own, as they are. `cred verify --checkpoint FILE` then shows at any "
            "time whether anything before them was changed, or taken back."
        ),
    ]
    return Card(text, tuple(blocks))


def about(policy: Policy, *, version: str, ledger: LogStanding | None) -> Card:
    """Which program, under which policy, and how its ledger stands."""
    text = f"Cred {version}, for {escape(policy.organization.name)}."
    of_policy = f"Policy `{policy.digest[:_FRONT] or 'none'}`"
    blocks: list[Json] = [section(text)]
    if ledger is not None:
        blocks.append(
            fields(
                ("Ledger", f"`{escape(ledger.origin)}`"),
                ("Entries", f"{ledger.size:,}"),
                ("Signed", f"{ledger.signed:,}, up to {when(ledger.until)}"),
                ("Root", f"`{ledger.root[:_FRONT]}…`"),
            )
        )
        blocks += _witnesses(ledger)
    blocks.append(context(of_policy, counted(len(policy.estates), "estate", "estates")))
    return Card(text, tuple(blocks))


def _signed(found: LogStanding) -> str:
    newer = found.size - found.signed
    rest = f" {counted(newer, 'newer one is', 'newer ones are')} signed within a minute." if newer else ""
    return f"*{counted(found.signed, 'entry', 'entries')}* signed, up to {when(found.until)}.{rest}"


def _witnesses(found: LogStanding) -> list[Json]:
    return [section("\n".join(["*Witnesses*", *map(_witness, found.witnesses)]))] if found.witnesses else []


def _witness(one: Cosigned) -> str:
    name = escape(one.name)
    if one.contradicts:
        return f"🚨 *{name}* has seen another history of this ledger. Keep a copy of everything, and find out why."
    cosigned = "" if one.size is None else f"cosigned {one.size:,} entries"
    if one.at is not None:
        cosigned += f", {when(one.at)}"
    if one.problem:
        return f"⚠️ {name}: {cosigned or 'cosigned nothing yet'}. It {escape(one.problem)}."
    return f"✓ {name}: {cosigned}." if cosigned else f"… {name}: not asked yet."
