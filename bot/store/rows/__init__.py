"""The tables of the present. Private to this folder: what leaves it are domain objects.

Times are UTC microseconds, identifiers UUID text, sets of words JSON. Tables of the past are the ledger's own.
"""

from bot.store.rows import credentials, logins, messages, registers, requests, tokens
from bot.store.rows.base import METADATA

__all__ = ["METADATA", "credentials", "logins", "messages", "registers", "requests", "tokens"]
