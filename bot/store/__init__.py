"""Where everything is kept: one database, one writer at a time, an entry in the ledger with every change."""

from bot.store.engine import open_engine
from bot.store.recording import SCHEMAS
from bot.store.roster import RosterStore
from bot.store.store import SqlStore

__all__ = ["SCHEMAS", "RosterStore", "SqlStore", "open_engine"]
