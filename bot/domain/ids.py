"""The names that things go by. A UUID inside, a short code for people."""

from typing import NewType
from uuid import UUID

UserId = NewType("UserId", str)
"""A person in the chat workspace, as Slack names them (`U…` or `W…`)."""
TeamId = NewType("TeamId", str)
GroupId = NewType("GroupId", str)
ChannelId = NewType("ChannelId", str)

EstateKey = NewType("EstateKey", str)
"""The short name of an estate in the policy file, `retail`."""
RoleKey = NewType("RoleKey", str)
"""The short name of a role in the policy file, `read-only`."""

ClientId = NewType("ClientId", str)
"""What a client shows together with its secret: a UUID of the built-in authority, or whatever a vendor calls it."""
AuthorityKey = NewType("AuthorityKey", str)
"""Where a credential lives: `builtin`, or the short name of a vendor in the policy file."""

BUILTIN = AuthorityKey("builtin")
"""The authority that is this program's own."""

RequestId = NewType("RequestId", UUID)
CredentialId = NewType("CredentialId", UUID)
SecretId = NewType("SecretId", UUID)
NoticeId = NewType("NoticeId", UUID)
TokenId = NewType("TokenId", UUID)
"""The `jti` of an access token."""
DelegationId = NewType("DelegationId", UUID)

Words = NewType("Words", str)
"""What a person typed: the ledger seals it under that person's own key."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
_CODE_LENGTH = 6


def short_code(identifier: UUID) -> str:
    """Six characters that a person can read out, `7K3QDM`; 30 of the identifier's random bits."""
    bits = identifier.int & ((1 << (5 * _CODE_LENGTH)) - 1)
    return "".join(_ALPHABET[(bits >> (5 * place)) & 31] for place in reversed(range(_CODE_LENGTH)))
