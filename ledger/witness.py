"""Asking witnesses to cosign a checkpoint, over HTTP: the client's side of c2sp.org/tlog-witness.

Guarantees: only cosignatures by the keys of the policy are taken, and only good ones; a witness that has seen another
history or a longer one is told apart from one that cannot be reached, for it is proof that this log was rolled back or
forked. Nothing is asked inside a transaction: the proof is made first, then the witness is called.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic

import httpx

from ledger.checkpoint import Checkpoint, Signature, signatures_from
from ledger.cosigning import time_of
from ledger.errors import BadSignatureError, LedgerError, MalformedError
from ledger.submission import Submission, size_from
from ledger.trust import TrustPolicy, WitnessPlace

Prove = Callable[[int], tuple[bytes, ...]]
"""The consistency proof from an older size to the checkpoint. Called by several threads."""
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_PATIENCE = 15.0
"""Seconds for the whole of an answer."""
_LONGEST_ANSWER = 16 * 1024
_TRIES = 3
"""Once with what was known, once with the size that the witness told, once more where another asked in between."""
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of asking one witness: its line, or why there is none."""

    witness: str
    line: Signature | None = None
    problem: str = ""
    contradicts: bool = False
    """The witness has seen another history of this log: whatever it was, somebody has to look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The checkpoint with every good cosignature, and how each witness answered."""

    checkpoint: Checkpoint
    outcomes: tuple[Outcome, ...]

    @property
    def contradictions(self) -> tuple[Outcome, ...]:
        """Answers that a log which only grows never gets."""
        return tuple(outcome for outcome in self.outcomes if outcome.contradicts)


def ask_witnesses(
    policy: TrustPolicy, checkpoint: Checkpoint, before: Checkpoint | None, prove: Prove, client: httpx.Client
) -> Round:
    """All witnesses of the policy that have an address, at once. `before`: the last that they cosigned, if known."""
    known = {} if before is None else dict.fromkeys(policy.signed_by(before), before.size)
    asked = [witness for witness in policy.witnesses if witness.url is not None]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="witness") as threads:
        answers = threads.map(lambda w: _ask(client, w, known.get(w.name, 0), checkpoint, prove), asked)
        outcomes = tuple(answers)
    lines = [outcome.line for outcome in outcomes if outcome.line is not None]
    return Round(checkpoint=checkpoint.with_signatures(lines), outcomes=outcomes)


def new_client() -> httpx.Client:
    """With bounded waits; a redirect is not followed, for a witness answers itself."""
    return httpx.Client(timeout=_TIMEOUT, follow_redirects=False)


def _ask(client: httpx.Client, witness: WitnessPlace, old: int, checkpoint: Checkpoint, prove: Prove) -> Outcome:
    try:
        for _ in range(_TRIES):
            answer = _post(client, witness, Submission(old=old, path=prove(old), checkpoint=checkpoint))
            if answer.status != HTTPStatus.CONFLICT:
                return _understood(witness, checkpoint, answer)
            seen = size_from(answer.body)
            if seen > checkpoint.size or seen == old == checkpoint.size:
                return _contradicted(witness, checkpoint, seen)
            old = seen
    except httpx.HTTPError as error:
        return Outcome(witness=witness.name, problem=f"could not be reached: {type(error).__name__}: {error}")
    except LedgerError as error:
        return Outcome(witness=witness.name, problem=str(error))
    return Outcome(witness=witness.name, problem="kept answering with other sizes: others submit this log, too")


@dataclass(frozen=True, slots=True)
class _Answered:
    status: int
    body: str


def _post(client: httpx.Client, witness: WitnessPlace, submission: Submission) -> _Answered:
    url = f"{str(witness.url).rstrip('/')}/add-checkpoint"
    headers = {"content-type": "text/plain; charset=utf-8"}
    until = monotonic() + _PATIENCE
    with client.stream("POST", url, content=submission.to_text().encode(), headers=headers) as response:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if monotonic() > until:  # a byte now and then keeps every other wait from running out
                raise httpx.ReadTimeout("the answer does not come to an end")
            if len(body) > _LONGEST_ANSWER:
                raise MalformedError("answered with more than any cosignature needs")
    return _Answered(response.status_code, body.decode(errors="replace"))


def _understood(witness: WitnessPlace, checkpoint: Checkpoint, answer: _Answered) -> Outcome:
    match answer.status:
        case HTTPStatus.OK:
            return Outcome(witness=witness.name, line=_good_line(witness, checkpoint, answer.body))
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            problem = "says that this log does not continue the one that it cosigned: history was rewritten"
            return Outcome(witness=witness.name, problem=problem, contradicts=True)
        case HTTPStatus.NOT_FOUND:
            problem = "does not watch this log: give it the log's verifier key"
        case HTTPStatus.FORBIDDEN:
            problem = "knows this log by another verifier key"
        case _:
            problem = f"answered {answer.status}: {answer.body[:200]!r}"
    return Outcome(witness=witness.name, problem=problem)


def _good_line(witness: WitnessPlace, checkpoint: Checkpoint, body: str) -> Signature:
    """The newest good one by the witness's key. Raises `BadSignatureError`, `MalformedError`."""
    mine = [s for s in signatures_from(body) if (s.name, s.key_id) == (witness.key.name, witness.key.id)]
    for line in mine:
        witness.key.check(checkpoint.note.text.encode(), line.value)
    if not mine:
        raise BadSignatureError("answered without a cosignature by the key that the policy names")
    return max(mine, key=lambda line: time_of(line.value))


def _contradicted(witness: WitnessPlace, checkpoint: Checkpoint, seen: int) -> Outcome:
    problem = (
        f"has cosigned {seen} entries of this log, which has {checkpoint.size} signed ones: the database was rolled "
        "back, or another program writes this log"
        if seen > checkpoint.size
        else f"has cosigned another history of {seen} entries of this log"
    )
    return Outcome(witness=witness.name, problem=problem, contradicts=True)
