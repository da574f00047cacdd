"""Who stands in for whom: the message to whoever does."""

from bot.domain.delegation import Delegation
from bot.slack.cards.pieces import Card, Known, header, section
from bot.slack.text import mention


def stands_in(delegation: Delegation, known: Known) -> Card:
    """What is asked of them, and until when; edited once it has ended."""
    absent = mention(delegation.approver)
    if delegation.ended_at is not None:
        why = "that time is over" if delegation.ran_out else "they have ended it"
        text = f"You no longer stand in for {absent}: {why}. What you decided so far stands."
        return Card(text, (header("🤝 You no longer stand in"), section(text)))
    text = (
        f"{absent} is away {span(delegation, known)}, and asks you to decide requests for API credentials in their "
        "stead. I write to you about each of them. You never decide what you have asked for or would own."
    )
    return Card(text, (header("🤝 You stand in for somebody"), section(text)))


def span(delegation: Delegation, known: Known) -> str:
    """`from … until the end of Dec 3, 2026`."""
    return f"from {known.start(delegation.since)} until {known.end(delegation.until)}"
