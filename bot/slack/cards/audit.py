"""What the ledger says of a credential, for an auditor, and the proof of an entry."""

from bot.domain.credential import Credential
from bot.ports import Entry
from bot.service.reading.auditing import Audited, Proof
from bot.service.reading.telling import told
from bot.slack.cards.pieces import SECTION_MAX, Button, Card, Json, Known, button, context, header, section
from bot.slack.ids import Action, EntryMark
from bot.slack.text import escape, mention, typed, when

_HOW = (
    "Save it as entry-{index}.tlog-proof, and check it with no database: "
    "`python -m ledger check entry-{index}.tlog-proof --vkey {verifier}`"
)
_FENCE = "```"
_OPEN = frozenset({"failed", "unknown"})
"""Outcomes that the words alone do not tell."""
_LONGEST = 300


def audited(found: Audited, known: Known) -> Card:
    """The newest entries, each with a button for its proof."""
    credential = found.credential
    title = f"🔎 The ledger on {credential.name}"
    where = f"{known.role(credential.role)} in {known.estate(credential.estate)}, newest entries first."
    lines = [_line(found, entry) for entry in found.entries]
    signed = f"The newest checkpoint signs {found.signed} entries, 0 to {found.signed - 1}."
    note = context(f"{signed} A proof shows that an entry is among them. That you read this is an entry, too.")
    return Card(title, (header(title), section(where), *lines, note))


def proof(credential: Credential, proven: Proof) -> Card | None:
    """The proof to copy; None where a message has no room for it."""
    index = proven.place.index
    title = f"Proof of entry {index}, about {credential.name}"
    code = f"{_FENCE}\n{proven.text}{_FENCE}"
    if len(code) > SECTION_MAX:
        return None
    return Card(
        title,
        (section(f"*{escape(title)}*"), section(code), context(_HOW.format(index=index, verifier=proven.verifier))),
    )


def _said(value: object) -> object:
    return typed(" ".join(value.split()), _LONGEST) if isinstance(value, str) else value


def _line(found: Audited, entry: Entry) -> Json:
    def name(person: str) -> str:
        user = found.people.get(person)
        return f"erased person {person[:4]}" if user is None else mention(user)

    body = {key: _said(value) for key, value in entry.body.items()}
    _, words = told(entry.kind, body, name)
    who = "Cred" if entry.actor is None else name(entry.actor)
    outcome = f" ({entry.outcome})" if entry.outcome in _OPEN else ""
    text = f"*{who}* {words}{outcome}.\n{when(entry.at)} · entry {entry.index}"
    if entry.log != found.origin:
        text = f"{text} of the former log `{escape(entry.log)}`"
    mark = EntryMark(found.credential.id, entry.place)
    hint = f"Proof of entry {entry.index}"
    return section(text, accessory=button(Button(action=Action.PROOF, label="Proof", value=mark.pack(), hint=hint)))
