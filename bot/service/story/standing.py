"""What the tables say, in the form in which the entries tell it."""

from typing import Any

from bot.domain.break_glass import Glass
from bot.domain.credential import Secret, SecretState
from bot.domain.request import Request

NEVER = "never"
"""What is not there; None is what cannot be told, since somebody was erased."""


def of_request(request: Request) -> dict[str, Any]:
    """A request, what an entry of its opening and its votes tell."""
    asked = request.asked
    return {
        "credential": str(request.credential),
        "asks": str(asked.kind),
        "authority": asked.authority,
        "requester": asked.requester,
        "owner": asked.owner,
        "estate": asked.estate,
        "role": asked.role,
        "name": asked.name,
        "description": asked.description,
        "reason": asked.reason,
        "permissions": sorted(request.permissions),
        "quorum": request.quorum,
        "policy": request.policy,
        "digest": request.digest,
        "expires_at": asked.expires_at,
        "lapses_at": request.lapses_at,
        "state": str(request.state),
        "rule": request.rule,
        "escalated": request.escalated_at is not None,
        "votes": sorted(
            (str(vote.voter), str(vote.verdict), str(vote.reason), str(vote.stands_in_for or ""))
            for vote in request.votes
        ),
    }


def of_secret(secret: Secret) -> tuple[object, ...]:
    """A secret, without what its authority keeps of it."""
    return (
        secret.fingerprint,
        str(secret.request),
        str(secret.state),
        str(secret.receipt),
        str(secret.delivery),
        NEVER if secret.state is SecretState.RETIRED else secret.retire_at or NEVER,
        secret.kept_longer,
    )


def of_glass(glass: Glass) -> tuple[object, ...]:
    """The review of what was taken without approval."""
    said = sorted((str(review.voter), str(review.verdict), str(review.reason)) for review in glass.reviews)
    return (str(glass.state), glass.missed, glass.review_by, said)
