"""What can go wrong with a ledger: one root, a machine's word, and a sentence that a person can act on."""

from typing import ClassVar


class LedgerError(Exception):
    """The root of all errors of this package. `code` is only ever added to, never renamed."""

    code: ClassVar[str] = "ledger"


class NoLedgerError(LedgerError):
    """There is no ledger here, or not all of one, or one of a version that this program does not know."""

    code = "no-ledger"


class LedgerExistsError(LedgerError):
    """A ledger of this origin exists already: nothing was changed."""

    code = "ledger-exists"


class OriginMismatchError(LedgerError):
    """The log key's name is the origin, and this is another log's."""

    code = "origin-mismatch"


class WrongKeyError(LedgerError):
    """The key at hand is not the one that this ledger was made with."""

    code = "wrong-key"


class KeyFileError(LedgerError):
    """A key's file is missing, readable by others, or does not hold a key."""

    code = "key-file"


class UnknownKeyError(LedgerError):
    """No such key is in the ledger's tables: it never was, or it was destroyed."""

    code = "unknown-key"


class UnknownPersonError(LedgerError):
    """No such person is in the ledger's tables: they never were, or they were erased."""

    code = "unknown-person"


class RollbackError(LedgerError):
    """The database is older than a checkpoint that is known: a backup was restored, or rows were removed."""

    code = "rollback"


class SchemaError(LedgerError):
    """The event is not what the ledger's allow-list says of its kind. Nothing was written."""

    code = "schema"


class TooLargeError(LedgerError):
    """The event does not fit into one entry. Nothing was written."""

    code = "too-large"


class MalformedError(LedgerError):
    """These bytes or this text do not have the form that they claim."""

    code = "malformed"


class CannotOpenError(LedgerError):
    """Authenticated decryption failed: another key, or changed bytes. Which of them cannot be told."""

    code = "cannot-open"


class BadSignatureError(LedgerError):
    """No valid signature by the expected key stands under the text."""

    code = "bad-signature"


class BadProofError(LedgerError):
    """The hashes of a proof do not lead to the root that was promised."""

    code = "bad-proof"


class TooFewWitnessesError(LedgerError):
    """Fewer witnesses than the policy asks for have cosigned the checkpoint."""

    code = "too-few-witnesses"


class WitnessError(LedgerError):
    """A witness cannot be sure of what it signed before, so it signs nothing."""

    code = "witness"


class NotSignedError(LedgerError):
    """No checkpoint covers the entry yet: there is nothing that it could be proven under."""

    code = "not-signed"


class TransactionError(LedgerError):
    """A checkpoint signs what is durable: it needs a transaction of its own."""

    code = "transaction"


class NotKeptError(LedgerError):
    """The checkpoint is in the database but could not be kept outside of it: a rollback would not show."""

    code = "not-kept"
