"""Cards about logins: what nobody expected, and why something does not work."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.credential import ReceiptState, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.refusals import UNKNOWN_CLIENT, WRONG_SECRET, Guessed, Met, Moved, Refusals
from bot.domain.suspension import Suspension
from bot.service.logins.diagnosis import Diagnosis, Finding, Question
from bot.slack.cards import guesses
from bot.slack.cards.diagnosis import diagnosed
from tests.slack import specimens
from tests.support import people

KNOWN = specimens.known()
EVIL = "<!channel> `*x*` &"


def refusals(**changes) -> Refusals:
    """Wrong secrets of a morning."""
    values = {
        "credential": specimens.SUBJECT,
        "cause": WRONG_SECRET,
        "count": 24,
        "since": specimens.NOON - timedelta(hours=1),
        "last_at": specimens.NOON,
        "addresses": ("192.0.2.7", "2001:db8::7"),
    }
    return Refusals(**{**values, **changes})


def guessed(**changes) -> Guessed:
    return Guessed(specimens.credential(), refusals(**changes))


def strangers() -> Refusals:
    return refusals(credential=None, cause=UNKNOWN_CLIENT)


def moved(agent: str = "nightly/2.1 python-requests/2.31") -> Moved:
    met = Met(
        credential=specimens.SUBJECT,
        network="198.51.100.0/24",
        address="198.51.100.9",
        agent=agent,
        at=specimens.NOON,
    )
    return Moved(specimens.credential(), met)


def _diagnosis(finding: Finding, *, credential=None, **changes):
    about = credential or specimens.credential()
    question = Question(client_id=about.client_id)
    return diagnosed(
        Diagnosis(finding=finding, question=question, now=specimens.NOON, credential=about, **changes), about
    )


def cards():
    """All of them, by the names of their snapshots."""
    several = tuple(f"192.0.2.{n}" for n in range(5))
    suspended = specimens.credential(
        state=CredentialState.SUSPENDED, suspension=Suspension(by=people.OLGA, why="its owner or an admin asked")
    )
    used = specimens.secret(
        receipt=ReceiptState.USED,
        last_used_at=specimens.NOON,
        last_used_from="192.0.2.7",
        last_used_by="python-requests/2.31.0",
    )
    retired = specimens.secret(state=SecretState.RETIRED)
    return {
        "guessed": guesses.guessed(guessed(), KNOWN),
        "guessed-mistyped": guesses.guessed(guessed(mistyped=24, addresses=several, elsewhere=True), KNOWN),
        "guessed-suspended": guesses.guessed(replace(guessed(), credential=suspended), KNOWN),
        "strangers": guesses.strangers(strangers()),
        "moved": guesses.moved(moved(), KNOWN),
        "moved-evil": guesses.moved(moved(EVIL), KNOWN),
        "diagnosis-nothing": _diagnosis(Finding.NOTHING, credential=specimens.credential(used), at=specimens.NOON),
        "diagnosis-suspended": _diagnosis(Finding.SUSPENDED, credential=suspended, at=specimens.NOON),
        "diagnosis-wrong-secret": _diagnosis(Finding.WRONG_SECRET, refusals=refusals(), at=specimens.NOON),
        "diagnosis-mistyped": _diagnosis(Finding.WRONG_SECRET, refusals=refusals(mistyped=24)),
        "diagnosis-retired": _diagnosis(Finding.RETIRED, credential=specimens.credential(retired), at=specimens.NOON),
    }
