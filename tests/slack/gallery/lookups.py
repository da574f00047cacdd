"""What is only looked up: lists, one credential, what waits, help, the ledger."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.request import State
from bot.ports import Entry, LogPlace
from bot.service.reading.auditing import Audited, Proof
from bot.service.reading.inventory import Pending
from bot.service.reading.listing import Listing, Wanted
from bot.service.reading.looking import CredentialView
from bot.slack.cards import audit as audit_cards
from bot.slack.cards import credential as credential_cards
from bot.slack.cards import help as help_cards
from bot.slack.cards import ledger, plain
from bot.slack.cards import listing as list_cards
from tests.slack import specimens
from tests.slack.gallery.known import EVIL, KNOWN, NARROW, PLACES
from tests.support import people


def cards():
    used = specimens.secret(
        receipt=ReceiptState.USED, last_used_at=specimens.NOON + timedelta(days=1), last_used_from="192.0.2.7"
    )
    used = replace(used, last_used_by="python-requests/2.31.0")
    retired = specimens.secret(state=SecretState.RETIRED, receipt=ReceiptState.NONE, delivery=Delivery.UNKNOWN)
    some = tuple(specimens.credential(name=f"job-{number}") for number in range(10))
    waiting = Pending(
        to_review=(specimens.glass(), specimens.glass(missed=True)),
        on_me=(specimens.request(),),
        mine=(specimens.request(votes=(specimens.yes(people.ANA),)),),
        to_reveal=(specimens.in_state(State.APPROVED),),
    )
    return {
        "list": list_cards.listing(Listing(items=some[:2]), KNOWN),
        "list-full": list_cards.listing(Listing(items=some, wanted=NARROW, before=PLACES[0], after=PLACES[1]), KNOWN),
        "list-empty": list_cards.listing(Listing(items=()), KNOWN),
        "list-nothing-like-it": list_cards.listing(Listing(items=(), wanted=Wanted(words="<x>", expiring=1)), KNOWN),
        "show": credential_cards.show(CredentialView(credential=specimens.credential(retired, used)), KNOWN),
        "show-choice": list_cards.choice(
            (specimens.credential(), specimens.credential(estate=people.LOGISTICS)), KNOWN
        ),
        **_audit_cards(),
        "pending": plain.pending(waiting, KNOWN),
        "pending-nothing": plain.pending(Pending(), KNOWN),
        "help": help_cards.help_card(),
        "help-of-the-few": help_cards.help_card(few=True),
        "help-rotate": help_cards.page("rotate"),
        "help-delete": help_cards.page("delete"),
        "unknown": help_cards.unknown_command("lsit"),
        "unknown-far": help_cards.unknown_command("<!channel>"),
        "terms-open": plain.terms(KNOWN.policy.terms, accepted=False),
        "terms-accepted": plain.terms(KNOWN.policy.terms, accepted=True),
        "about": ledger.about(KNOWN.policy, version="0.1.0", ledger=None),
        "about-ledger": ledger.about(KNOWN.policy, version="0.1.0", ledger=specimens.log_standing()),
        "about-witnesses": ledger.about(
            KNOWN.policy, version="0.1.0", ledger=specimens.log_standing(*specimens.WITNESSES)
        ),
        "checkpoint": ledger.checkpoint(specimens.log_standing(size=1_203)),
        "checkpoint-witnesses": ledger.checkpoint(specimens.log_standing(*specimens.WITNESSES)),
        "refusal": plain.refusal("Only an admin may ask. Try `/cred list`."),
    }


def _audit_cards():
    people_of = {"a" * 32: people.MAYA, "b" * 32: None}
    voted = {"verdict": "deny", "credential": "x", "request": "y"}
    said = (
        ("vote:cast", "b" * 32, "done", voted),
        ("vote:refused", "a" * 32, "refused", {**voted, "why": EVIL}),
        ("credential:expired", None, "done", {"credential": "x", "expires_at": 1_772_366_400_000_000}),
        ("ledger:read", "a" * 32, "done", {"credential": "x", "first": 3, "last": 9, "log": ""}),
    )
    log = "ledger.example.com/cred"
    entries = tuple(
        Entry(log=log, index=9 - n, at=specimens.NOON, kind=kind, actor=actor, via="slack", outcome=outcome, body=body)
        for n, (kind, actor, outcome, body) in enumerate(said)
    )
    found = Audited(credential=specimens.credential(), entries=entries, people=people_of, signed=9, origin=log)
    proof = "c2sp.org/tlog-proof@v1\nindex 7\n" + "A" * 43 + "=\n\nledger.example.com/cred\n9\n"
    proven = Proof(place=LogPlace(log, 7), text=proof, verifier="cred-ledger.vkey")
    assert audit_cards.proof(specimens.credential(), replace(proven, text="A" * 3000)) is None
    return {
        "audit": audit_cards.audited(found, KNOWN),
        "audit-former-log": audit_cards.audited(replace(found, entries=entries[:2], origin=f"{log}/2"), KNOWN),
        "audit-proof": audit_cards.proof(specimens.credential(), proven),
    }
