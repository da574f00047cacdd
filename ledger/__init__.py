"""An append-only audit ledger: sealed, so that a stolen database tells nothing; verifiable, without the key too.

The names below are the whole of it for a program. The format is open: C2SP checkpoints over an RFC 6962 tree.
"""

from ledger.checkpoint import Checkpoint
from ledger.crew import processes
from ledger.entry import Event, Json, OpenEntry
from ledger.errors import (
    BadProofError,
    BadSignatureError,
    CannotOpenError,
    KeyFileError,
    LedgerError,
    LedgerExistsError,
    MalformedError,
    NoLedgerError,
    NotKeptError,
    NotSignedError,
    OriginMismatchError,
    RollbackError,
    SchemaError,
    TooLargeError,
    TransactionError,
    UnknownKeyError,
    UnknownPersonError,
    WrongKeyError,
)
from ledger.export import checker
from ledger.export import export as export_tiles
from ledger.gathering import Gathering, WitnessAnswer
from ledger.keyring import KeyState
from ledger.keys import KeyEncryptionKey, NamedKey
from ledger.lineage import LogState
from ledger.log import Appended, Ledger
from ledger.opening import logs_in, newest_checkpoint
from ledger.postgresql import RIGHTS as LEDGER_RIGHTS
from ledger.promises import Promise
from ledger.proof import EntryProof
from ledger.report import Report, Step
from ledger.schema import Schemas
from ledger.signing import LogKey, VerifierKey
from ledger.tables import open_to_read, scrub
from ledger.trust import TrustPolicy
from ledger.verify import verify_keyless, verify_with_key
from ledger.writing import write_whole

__all__ = [
    "LEDGER_RIGHTS",
    "Appended",
    "BadProofError",
    "BadSignatureError",
    "CannotOpenError",
    "Checkpoint",
    "EntryProof",
    "Event",
    "Gathering",
    "Json",
    "KeyEncryptionKey",
    "KeyFileError",
    "KeyState",
    "Ledger",
    "LedgerError",
    "LedgerExistsError",
    "LogKey",
    "LogState",
    "MalformedError",
    "NamedKey",
    "NoLedgerError",
    "NotKeptError",
    "NotSignedError",
    "OpenEntry",
    "OriginMismatchError",
    "Promise",
    "Report",
    "RollbackError",
    "SchemaError",
    "Schemas",
    "Step",
    "TooLargeError",
    "TransactionError",
    "TrustPolicy",
    "UnknownKeyError",
    "UnknownPersonError",
    "VerifierKey",
    "WitnessAnswer",
    "WrongKeyError",
    "checker",
    "export_tiles",
    "logs_in",
    "newest_checkpoint",
    "open_to_read",
    "processes",
    "scrub",
    "verify_keyless",
    "verify_with_key",
    "write_whole",
]
