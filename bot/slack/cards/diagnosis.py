"""Why a credential does not work, to whoever asked."""

from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.ids import UserId
from bot.service.logins.diagnosis import Diagnosis, Finding
from bot.service.logins.diagnosis_words import cause, remedy
from bot.slack.cards.pieces import Button, Card, Json, button, context, header, section
from bot.slack.ids import Action
from bot.slack.text import escape, mention, typed, when

_LONGEST = 300


class _Mrkdwn:
    """`bot.service.logins.diagnosis_words.Speech`, as Slack reads it."""

    def person(self, user: UserId) -> str:
        return mention(user)

    def when(self, moment: datetime) -> str:
        return when(moment)

    def code(self, text: str) -> str:
        return f"`{typed(text.replace('`', chr(39)), _LONGEST)}`"


def diagnosed(found: Diagnosis, credential: Credential) -> Card:
    """What is in the way and what to do, or that nothing is."""
    speech = _Mrkdwn()
    title = f"{'✅' if found.finding is Finding.NOTHING else '🔎'} Diagnosis of {credential.name}"
    text = f"*{cause(found, speech)}*\n{remedy(found, speech)}"
    note = f"Client ID `{escape(credential.client_id)}`. A login stands here after a minute at most."
    return Card(f"{title}\n{text}", (header(title), section(text), context(note)))


def diagnose_button(credential: Credential) -> Json:
    """Says why it does not work."""
    hint = f"Why {credential.name} does not work, or that it does"
    return button(Button(action=Action.DIAGNOSE, label="Diagnose", value=str(credential.id), hint=hint))
