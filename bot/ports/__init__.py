"""What the use cases need from outside, as Protocols. `bot.main` puts in the real ones, tests fakes that can fail."""

from bot.ports.authority import Authority, AuthorityLostError, AuthorityRefusedError, Concealed, Issued, Order
from bot.ports.errands import Errands
from bot.ports.figures import Figures
from bot.ports.history import Entry, History, LogPlace
from bot.ports.logins import Logins
from bot.ports.records import Credentials, Requests, Unreadable
from bot.ports.search import Place, Search
from bot.ports.siem import NotTaken, Siem, Taken
from bot.ports.store import (
    Acceptances,
    Chore,
    Chores,
    Conflict,
    Delegations,
    Glasses,
    Leavers,
    Names,
    Notices,
    Policies,
    Reader,
    Store,
    StoreBusyError,
    UnitOfWork,
)
from bot.ports.tokens import Assertions, Revocations
from bot.ports.warnings import Groups, Told, Warnings
from bot.ports.workspace import (
    Directory,
    DirectoryUnavailableError,
    Gone,
    Lost,
    Notifier,
    Rejected,
    SendResult,
    Sent,
    Undeliverable,
    Unsent,
    Wait,
)
from bot.ports.world import Clock, Entropy, Uses, World

__all__ = [
    "Acceptances",
    "Assertions",
    "Authority",
    "AuthorityLostError",
    "AuthorityRefusedError",
    "Chore",
    "Chores",
    "Clock",
    "Concealed",
    "Conflict",
    "Credentials",
    "Delegations",
    "Directory",
    "DirectoryUnavailableError",
    "Entropy",
    "Entry",
    "Errands",
    "Figures",
    "Glasses",
    "Gone",
    "Groups",
    "History",
    "Issued",
    "Leavers",
    "LogPlace",
    "Logins",
    "Lost",
    "Names",
    "NotTaken",
    "Notices",
    "Notifier",
    "Order",
    "Place",
    "Policies",
    "Reader",
    "Rejected",
    "Requests",
    "Revocations",
    "Search",
    "SendResult",
    "Sent",
    "Siem",
    "Store",
    "StoreBusyError",
    "Taken",
    "Told",
    "Undeliverable",
    "UnitOfWork",
    "Unreadable",
    "Unsent",
    "Uses",
    "Wait",
    "Warnings",
    "World",
]
