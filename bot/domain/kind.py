"""What can be asked for. One machine serves every kind of request; they differ in what takes effect, at whose press."""

from enum import StrEnum


class Kind(StrEnum):
    """What a request asks for. Only added to, never renamed: entries of the ledger carry it."""

    ADD = "add"
    """A new credential."""
    ROTATE = "rotate"
    """Another secret, beside the old one for a while; perhaps a later expiry with it."""
    RESUME = "resume"
    """A suspended credential authenticates again."""
    TRANSFER = "transfer"
    """Another owner, who must accept."""
    EXTEND = "extend"
    """A later expiry."""
    DELETE = "delete"
    """The end of a credential."""
    BREAK_GLASS = "break-glass"
    """A new credential at once, without approval, loudly: reviewed afterwards."""


NEW = frozenset({Kind.ADD, Kind.BREAK_GLASS})
"""Of these the credential does not exist yet: the request holds its name."""
CLAIMED = frozenset({Kind.ADD, Kind.ROTATE, Kind.TRANSFER, Kind.BREAK_GLASS})
"""These take effect when their owner presses the button; the others as soon as they are approved.

But for an extension of what lives at a vendor: `Asked.claimed`.
"""
REVEALED = frozenset({Kind.ADD, Kind.ROTATE, Kind.BREAK_GLASS})
"""These hand a secret over."""
