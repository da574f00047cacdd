"""The forms of the changes: each says what will happen and who must approve it, and is read back when it is sent.

Which credential a form is about stands in its metadata. That is a claim of whoever sends it: it is parsed strictly, and
the use case asks everything anew.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from bot.domain.ids import UserId
from bot.domain.kind import Kind
from bot.domain.overlap import beside
from bot.service.changing import ChangeCommand
from bot.service.reading.previewing import ChangePreview
from bot.slack.cards.pieces import Json, Known, context, entry, form, option, placeholder, section
from bot.slack.cards.wording import proof
from bot.slack.forms.add import KEY_FORMS, key, reason, who_must_approve
from bot.slack.forms.sent import date_in, values_of
from bot.slack.ids import Action, Block, Callback, ChangeMark
from bot.slack.text import day, escape, mention, span, when

_KEEP, _END = "keep", "end"
_IN_USE = timedelta(days=7)
"""Whatever was used within this time is probably used again."""
_MUST_CHANGE = "Whatever uses it must get the new {} before the old one ends."


def build(preview: ChangePreview, known: Known) -> Json:
    """The form of a change. A field keeps what was typed into it when the form is updated."""
    kind, credential = preview.command.kind, preview.credential
    title, submit, fields = _FORMS[kind]
    blocks = [
        section(f"*`{escape(credential.name)}`* · {_what(preview, known)}"),
        *fields(preview, known),
        *([reason()] if preview.needed else []),
        _approvers(preview),
    ]
    mark = ChangeMark(kind, credential.id).pack()
    return form(title, blocks, callback=Callback.CHANGE.value, submit=submit, metadata=mark)


def parse(view: Mapping[str, Any], user: UserId) -> ChangeCommand | None:
    """A form as it is filled, sent or not; None if it is none of ours. What it means is the use case's to judge."""
    mark = ChangeMark.parse(view.get("private_metadata"))
    if mark is None:
        return None
    values = values_of(view)
    owner = values.get(Block.OWNER)
    return ChangeCommand(
        submission=str(view.get("id")),
        kind=mark.kind,
        credential=mark.credential,
        requester=user,
        reason=values.get(Block.REASON, ""),
        owner=None if owner is None else UserId(owner),
        expires_on=date_in(values.get(Block.EXPIRES)),
        typed_name=values.get(Block.NAME),
        compromised=values.get(Block.OLD_SECRET) == _END,
        key=values.get(Block.KEY, ""),
    )


def _rotate(preview: ChangePreview, known: Known) -> list[Json]:
    credential = preview.credential
    overlap = span(known.policy.rotation.overlap)
    keep = option(
        f"Keep it working for {overlap}", _KEEP, f"Both {proof(credential)}s work meanwhile, so that nothing breaks."
    )
    end = option(
        "It may be compromised: end it now", _END, f"Nothing logs in until the new {proof(credential)} is in place."
    )
    element: Json = {
        "type": "radio_buttons",
        "action_id": Action.ENTRY.value,
        "options": [keep, end],
        "initial_option": keep,
    }
    what = proof(credential)
    told = (
        f"It has no secret. {mention(credential.owner)} puts its new key to use, by *Reveal*."
        if credential.by_key
        else f"A new secret is made, and shown once, to {mention(credential.owner)} alone."
    )
    blocks = [section(told)]
    blocks += [section(told) for told in (*_still_retiring(preview), *_in_use(preview, _MUST_CHANGE.format(what)))]
    if credential.by_key:
        blocks.append(key("Its next key", KEY_FORMS))
    blocks.append(entry(f"The old {what}", element, block=Block.OLD_SECRET))
    return [*blocks, *_renewal(preview, known)]


def _renewal(preview: ChangePreview, known: Known) -> list[Json]:
    if preview.longest is None:
        return []
    ends = day(known.policy.last_day(preview.credential.expires_at))
    hint = f"Leave it empty to keep {ends}. {day(preview.longest)} is the latest for this role."
    return [_day("Works until the end of", None, hint, optional=True)]


def _extend(preview: ChangePreview, known: Known) -> list[Json]:
    longest = preview.longest
    if longest is None:
        return []
    role = known.policy.roles[preview.credential.role]
    today = known.policy.today(preview.now)
    usual = today + min(role.default_life, role.max_life)
    later = usual if usual > known.policy.last_day(preview.credential.expires_at) else longest
    told = (
        f"Once approved, {mention(preview.credential.owner)} extends it in {known.place(preview.credential.authority)} "
        "and says here until when it works. Until then I warn of the day that it has."
        if preview.credential.tracked
        else "The secret stays the same. A rotation can renew both: `/cred rotate`."
    )
    return [
        section(told),
        _day("Works until the end of", later, f"{day(longest)} is the latest for this role."),
    ]


def _transfer(preview: ChangePreview, _known: Known) -> list[Json]:
    element: Json = {"type": "users_select", "action_id": Action.CHOSEN.value, "placeholder": placeholder("Somebody")}
    chosen = preview.command.owner or preview.command.requester  # whoever is not its owner wants to take it over
    if chosen != preview.credential.owner:
        element["initial_user"] = chosen
    told = (
        f"It stays with {mention(preview.credential.owner)} until somebody else accepts it. Its secret stays the same: "
        "whoever knows it can still use it, so the new owner may want to rotate it."
    )
    owner = entry("New owner", element, block=Block.OWNER, hint="This person must accept it, and answers for it then.")
    return [section(told), {**owner, "dispatch_action": True}]


def _resume(_preview: ChangePreview, _known: Known) -> list[Json]:
    return [section("It authenticates again as soon as this is approved, with the secrets that it has.")]


def _delete(preview: ChangePreview, known: Known) -> list[Json]:
    credential = preview.credential
    told = (
        f"Once this is approved, {mention(credential.owner)} deletes it in {known.place(credential.authority)}."
        if credential.tracked
        else "It stops authenticating as soon as this is approved. "
        f"For {span(known.policy.windows.undo)} that can be undone; then it is gone for good."
    )
    element = {"type": "plain_text_input", "action_id": Action.ENTRY.value, "placeholder": placeholder(credential.name)}
    name = entry(
        "Its name", element, block=Block.NAME, hint=f"Type “{credential.name}” to confirm that this is the one."
    )
    return [*map(section, _in_use(preview, "Whatever uses it will fail.")), section(told), name]


_FORMS: dict[Kind, tuple[str, str, Callable[[ChangePreview, Known], list[Json]]]] = {
    Kind.ROTATE: ("Rotate a credential", "Rotate", _rotate),
    Kind.EXTEND: ("Extend a credential", "Ask for it", _extend),
    Kind.TRANSFER: ("Transfer a credential", "Ask for it", _transfer),
    Kind.RESUME: ("Resume a credential", "Ask for it", _resume),
    Kind.DELETE: ("Delete a credential", "Ask for it", _delete),
}
"""Title, the button that sends it, and its fields."""


def _what(preview: ChangePreview, known: Known) -> str:
    credential = preview.credential
    used = "never used" if credential.last_used_at is None else f"last used {when(credential.last_used_at)}"
    known_of = f"lives in {known.place(credential.authority)}" if credential.tracked else used
    return (
        f"{known.role(credential.role)} in {known.estate(credential.estate)}\n"
        f"owner {mention(credential.owner)} · {known_of} · until {known.end(credential.expires_at)}"
    )


def _in_use(preview: ChangePreview, danger: str) -> list[str]:
    """A warning where something will miss the secrets that work now."""
    used = [s for s in preview.credential.secrets if s.last_used_at and s.last_used_at > preview.now - _IN_USE]
    working = [s for s in used if s.works_at(preview.now)]
    if not working:
        return []
    last = max(working, key=lambda secret: secret.last_used_at or secret.minted_at)
    source = f" from {escape(last.last_used_from)}" if last.last_used_from else ""
    moment = when(last.last_used_at or last.minted_at)
    return [f"⚠️ *It is in use:* last {moment}{source}. {danger}"]


def _still_retiring(preview: ChangePreview) -> list[str]:
    """A warning where this is a rotation during another one's overlap."""
    old = preview.credential.retiring
    if old is None or old.retire_at is None or not old.works_at(preview.now):
        return []
    told = (
        f"⚠️ *It is being rotated already:* the {proof(preview.credential)} of before works until {when(old.retire_at)}."
    )
    ends = (
        "that one" if old in beside(preview.credential, preview.now).ended else "the newer one, which nobody confirmed,"
    )
    return [f"{told} Two work at most, so {ends} ends as soon as the new one is shown."]


def _day(label: str, initial: date | None, hint: str, *, optional: bool = False) -> Json:
    element: Json = {"type": "datepicker", "action_id": Action.CHOSEN.value}
    if initial is not None:
        element["initial_date"] = initial.isoformat()
    made = entry(label, element, block=Block.EXPIRES, hint=hint, optional=optional)
    return {**made, "dispatch_action": True}


def _approvers(preview: ChangePreview) -> Json:
    if preview.needed or preview.problem is not None:
        return who_must_approve(preview.needed, preview.approvers, preview.problem)
    told = "*Who must approve:* nobody. This is the owner's own rotation, and a later day would need an approval."
    return {**context(told), "block_id": Block.APPROVERS.value}
