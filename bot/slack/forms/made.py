"""The form *It is done there*: what the vendor's page shows of a credential that was just made, or extended.

Never its secret. `build` and `parse` are each other's inverse, as those of the add form are.
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.ids import UserId
from bot.domain.request import Request
from bot.domain.tracking import CLIENT_ID_MAX
from bot.service.asking import Field, Problem
from bot.service.vendors.tracking import MadeCommand
from bot.slack.cards.pieces import Json, Known, entry, form, placeholder, section
from bot.slack.forms.sent import date_in, values_of
from bot.slack.ids import Action, Block, Callback, RequestMark


def build(request: Request, known: Known) -> Json:
    """The form; the day is the one that was asked for, until the owner says another."""
    asked = request.asked
    client: Json = {
        "type": "plain_text_input",
        "action_id": Action.ENTRY.value,
        "max_length": CLIENT_ID_MAX,
        "placeholder": placeholder("0d4a7c1e-9b1f-4c55-8c7e-3f1f5a2b6c7d"),
    }
    expires: Json = {
        "type": "datepicker",
        "action_id": Action.ENTRY.value,
        "initial_date": known.policy.last_day(asked.expires_at).isoformat(),
    }
    blocks = [
        section(f"What does {known.place(asked.authority)} show for `{asked.name}`?"),
        entry("Works until the end of", expires, block=Block.EXPIRES, hint="The expiry that is shown there."),
    ]
    if asked.made_elsewhere:
        hint = "Only the ID. Keep the secret where it will be used."
        blocks.insert(1, entry("Client ID", client, block=Block.CLIENT, hint=hint))
    mark, submit = RequestMark.of(request).pack(), "Save" if asked.extended_elsewhere else "Track it"
    return form("It is done there", blocks, callback=Callback.MADE.value, submit=submit, metadata=mark)


def parse(view: Mapping[str, Any], actor: UserId) -> MadeCommand | tuple[Problem, ...] | None:
    """The form as it was sent, or what is missing in it; None if it is none of ours."""
    mark, values = RequestMark.parse(view.get("private_metadata")), values_of(view)
    if mark is None:
        return None
    expires_on = date_in(values.get(Block.EXPIRES))
    if expires_on is None:
        return (Problem(Field.EXPIRES, "Choose the last day on which it works."),)
    return MadeCommand(
        request=mark.request,
        digest=mark.digest,
        actor=actor,
        client_id=values.get(Block.CLIENT, ""),
        expires_on=expires_on,
    )
