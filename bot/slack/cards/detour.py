"""What is said where a message could not go where it should: why, in one line, and never more than those who read it
there may see."""

from bot.domain.credential import Credential
from bot.domain.delegation import Delegation
from bot.domain.notice import About, Case, Notice
from bot.domain.refusals import Guessed, Moved, Refusals
from bot.domain.request import Request
from bot.slack.cards.pieces import MESSAGE_BLOCKS_MAX, Card, context, section
from bot.slack.text import in_channel, mention, typed

SHARED = "shared_outside"
"""Our own word, among Slack's: people of another organization read that channel."""

_CHANNEL = {
    SHARED: "it is shared with another organization",
    "channel_is_limited_access": "only a few may post there",
    "channel_not_found": "it is gone, or private and I am no member",
    "is_archived": "it is archived",
    "is_inactive": "it is archived or frozen",
    "not_in_channel": "I am no member of it; `/invite` me there",
    "posting_to_general_channel_denied": "the workspace lets only a few post there",
    "restricted_action": "the workspace lets only a few post there",
    "restricted_action_read_only_channel": "it is read-only",
}
_PERSON = {
    "cannot_dm_bot": "that account is a bot",
    "channel_not_found": "Slack does not know the conversation any more",
    "is_inactive": "the account is deactivated",
    "messages_tab_disabled": "the app's Messages tab is turned off",
    "user_disabled": "the account is deactivated",
    "user_not_found": "Slack does not know the account",
    "user_not_visible": "Slack does not show me the account",
}


def astray(card: Card, notice: Notice) -> Card:
    """A card in the security channel that belongs in another one."""
    if notice.belongs is None:
        return card
    why = _CHANNEL.get(notice.detour) or _word(notice)
    line = context(f"↪️ This belongs in {in_channel(notice.belongs)}, which I cannot write to: {why}.")
    return Card(card.text, (*card.blocks[: MESSAGE_BLOCKS_MAX - 1], line))


def line(notice: Notice, about: About) -> Card:
    """In place of a card: whom it could not reach, or that Slack refused it, and what it was about."""
    subject, look = _about(about)
    if notice.person is not None and notice.channel is not None:
        why = _PERSON.get(notice.detour) or _word(notice)
        said = f"📭 I cannot reach {mention(notice.person)} about {subject}: {why}.{look}"
    else:
        said = f"⚠️ I have something to tell about {subject}, and Slack does not take my message: {_word(notice)}.{look}"
    return Card(said, (section(said),))


def _word(notice: Notice) -> str:
    return f"Slack says `{typed(notice.detour, 100)}`"


def _about(about: About) -> tuple[str, str]:
    """What it is about, and where to look."""
    match about.credential if isinstance(about, Guessed | Moved) else about:
        case Refusals():
            return "clients that do not exist", ""
        case (Request() as request) | Case(request=request):
            return f"request {request.code} (`{request.asked.name}`)", ""
        case Credential(name=name):
            return f"the credential `{name}`", f" `/cred show {name}` says how it stands."
        case Delegation(approver=approver):
            return f"standing in for {mention(approver)}", ""
        case _:
            return "some credentials", " `/cred list` shows them."
