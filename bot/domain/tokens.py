"""How long access tokens may live, whatever the policy says, and so how long one that was given up is remembered."""

from datetime import timedelta

LONGEST_LIFE = timedelta(hours=1)
"""Who checks signatures offline waits for the token's end."""


def forgettable(expires_at: int) -> int:
    """Tokens that ended by then are over when one that ends at `expires_at` is given up; both in UTC microseconds.

    No token lives longer than an hour, so an hour before its end was before now, whenever now is. Table and ledger
    forget by this rule alone, and so agree on what is remembered.
    """
    return expires_at - LONGEST_LIFE // timedelta(microseconds=1)
