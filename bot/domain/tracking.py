"""What is written down of a credential that lives elsewhere: its client ID, and never its secret."""

import re

from bot.domain.secrecy import looks_secret

CLIENT_ID_MAX = 255
_CLIENT_ID = re.compile(r"[!-~]+")
_NEVER = frozenset("`<>&\"'")
"""Characters of no client ID that anybody gives out, and of much that is pasted by mistake."""

_REFUSED = (
    "This looks like a secret, and I must never see one. Write the client ID; if this is it, write its first and "
    "last characters with dots between them, such as 4f2c...91ab."
)


def client_id_problem(client_id: str) -> str | None:
    """What is wrong with a client ID, in a sentence that does not repeat it, or None."""
    if not client_id:
        return "Write the client ID that the vendor's page shows."
    if looks_secret(client_id):
        return _REFUSED
    if len(client_id) > CLIENT_ID_MAX:
        return f"This has {len(client_id)} characters; a client ID has {CLIENT_ID_MAX} at most."
    if not _CLIENT_ID.fullmatch(client_id) or not _NEVER.isdisjoint(client_id):
        return "A client ID has no spaces, quotes or angle brackets in it. Copy it as the vendor's page shows it."
    return None
