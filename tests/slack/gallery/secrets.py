"""Cards of secrets: shown, lost, replaced, leaked, and a public key in the place of one."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from bot.domain.credential import Delivery, Leak, ReceiptState, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.ids import RequestId, SecretId
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.domain.request import State
from bot.domain.role import READ_ONLY
from bot.ports import Concealed
from bot.service.leaks import Findings
from bot.service.reading.looking import CredentialView
from bot.slack.cards import credential as credential_cards
from bot.slack.cards import leak, life, overlap
from bot.slack.cards import offer as offer_cards
from bot.slack.cards import request as request_cards
from bot.slack.cards import secret as secret_cards
from tests.slack import specimens
from tests.slack.gallery.known import KNOWN
from tests.support import people


def cards():
    return _secret_cards() | _overlap_cards() | _unused_cards() | _key_cards() | _leak_cards()


def _secret_cards():
    lost = specimens.secret(delivery=Delivery.UNKNOWN)
    refused = specimens.secret(delivery=Delivery.REFUSED)
    spent = [specimens.secret(state=SecretState.RETIRED, receipt=ReceiptState.NONE) for _ in range(3)]
    missed = specimens.secret(receipt=ReceiptState.NONE)
    kept = specimens.secret(receipt=ReceiptState.STORED)
    used = specimens.secret(receipt=ReceiptState.USED)
    return {
        "secret-shown": secret_cards.shown(
            specimens.credential(), Concealed(specimens.SECRET), reissues_left=3, public_url="https://cred.example"
        ),
        "secret-shown-last": secret_cards.shown(
            specimens.credential(), Concealed(specimens.SECRET), reissues_left=0, public_url="https://cred.example"
        ),
        "not-shown-unknown": secret_cards.not_shown(specimens.credential(lost), KNOWN),
        "not-shown-refused": secret_cards.not_shown(specimens.credential(refused), KNOWN),
        "not-shown-spent": secret_cards.not_shown(specimens.credential(*spent, lost), KNOWN),
        "not-shown-stored": secret_cards.not_shown(specimens.credential(kept), KNOWN),
        "not-shown-reissued": secret_cards.not_shown(specimens.credential(), KNOWN),
        "unconfirmed": secret_cards.unconfirmed(specimens.credential(missed)),
        "unconfirmed-used": secret_cards.unconfirmed(specimens.credential(used)),
        "unconfirmed-suspended": secret_cards.unconfirmed(
            specimens.credential(missed, state=CredentialState.SUSPENDED)
        ),
        "expired": secret_cards.expired(specimens.credential(state=CredentialState.EXPIRED), KNOWN),
    }


def _overlap_cards():
    used = specimens.NOON + timedelta(hours=3)
    day = timedelta(days=1)
    old = specimens.secret(
        id=SecretId(UUID(int=7)),
        request=RequestId(UUID(int=8)),
        state=SecretState.RETIRING,
        receipt=ReceiptState.USED,
        retire_at=specimens.NOON + 7 * day,
        last_used_at=used,
    )
    fresh = specimens.secret()
    silent = replace(old, receipt=ReceiptState.STORED, last_used_at=None)
    kept = replace(old, kept_longer=True, retire_at=specimens.NOON + 14 * day)
    spent = specimens.secret(state=SecretState.RETIRED, receipt=ReceiptState.NONE)
    gone = replace(old, state=SecretState.RETIRED)
    again = specimens.secret(request=RequestId(UUID(int=9)))
    notice = specimens.notice(NoticeKind.OWNER_ROTATED)
    both = {
        "": specimens.credential(old, fresh),
        "-unused": specimens.credential(silent, fresh),
        "-kept": specimens.credential(kept, fresh),
        "-alone": specimens.credential(old, spent),
        "-over": specimens.credential(gone, fresh),
        "-over-suspended": specimens.credential(gone, fresh, state=CredentialState.SUSPENDED),
        "-over-deleting": specimens.credential(gone, fresh, state=CredentialState.DELETING),
        "-none": specimens.credential(gone, spent),
        "-again": specimens.credential(gone, replace(fresh, state=SecretState.RETIRING), again),
        "-theirs": specimens.credential(old, fresh, owner=people.SAM),
        "-expired": specimens.credential(gone, fresh, state=CredentialState.EXPIRED),
    }
    cards = {f"rotated{name}": overlap.rotated(made, KNOWN, notice) for name, made in both.items()}
    cards |= {
        f"retiring{name}": overlap.retiring(made, KNOWN, notice) for name, made in both.items() if name != "-unused"
    }
    missed = replace(fresh, receipt=ReceiptState.NONE)
    cards["unconfirmed-beside"] = secret_cards.unconfirmed(specimens.credential(old, missed))
    cards["unconfirmed-ended"] = secret_cards.unconfirmed(specimens.credential(old, spent))
    cards["unconfirmed-rotated"] = secret_cards.unconfirmed(both["-again"], fresh.request)
    three = [replace(spent, request=again.request) for _ in range(3)]
    lost = replace(again, delivery=Delivery.UNKNOWN)
    cards["not-shown-rotated-spent"] = secret_cards.not_shown(specimens.credential(old, *three, lost), KNOWN)
    return cards


def _unused_cards():
    policy = replace(KNOWN.policy, unused=replace(KNOWN.policy.unused, suspend_after=timedelta(days=14)))
    known, told = replace(KNOWN, policy=policy), specimens.NOON + timedelta(days=31)
    used = specimens.secret(receipt=ReceiptState.USED, last_used_at=specimens.NOON + timedelta(days=1))
    stopped = specimens.credential(used, unused_told_at=told, state=CredentialState.SUSPENDED)
    return {
        "unused-never": life.unused(specimens.credential(unused_told_at=told), known),
        "unused-idle": life.unused(specimens.credential(used, unused_told_at=told), known),
        "unused-suspended": life.unused(stopped, known),
        "unused-settled": life.unused(specimens.credential(used), known),
    }


def _key_cards():
    """Of credentials that authenticate by a key."""
    lost = specimens.secret(key=specimens.KEY, delivery=Delivery.UNKNOWN)
    kept = specimens.secret(key=specimens.KEY, receipt=ReceiptState.STORED)
    old = replace(kept, state=SecretState.RETIRING, retire_at=specimens.NOON + timedelta(days=7))
    newer = specimens.secret(id=SecretId(UUID(int=7)), request=RequestId(UUID(int=8)), key=specimens.JWKS)
    asked, at_page = (specimens.request(key=key, role=READ_ONLY) for key in (specimens.KEY, specimens.JWKS))
    told = specimens.notice(NoticeKind.OWNER_ROTATED)
    rotation = specimens.change(Kind.ROTATE, State.APPROVED, key=specimens.KEY)
    public = {"reissues_left": 3, "public_url": "https://cred.example"}
    return {
        "approval-key": request_cards.approval(asked, KNOWN),
        "approval-jwks": request_cards.approval(at_page, KNOWN),
        "reveal-key": offer_cards.offer(replace(asked, state=State.APPROVED), KNOWN),
        "reveal-key-fulfilled": offer_cards.offer(replace(asked, state=State.FULFILLED), KNOWN),
        "rotate-key": offer_cards.offer(rotation, KNOWN, specimens.credential(kept)),
        "key-shown": secret_cards.without_secret(specimens.credential(lost), **public),
        "key-not-shown": secret_cards.not_shown(specimens.credential(lost), KNOWN),
        "key-unconfirmed": secret_cards.unconfirmed(specimens.credential(lost)),
        "key-rotated": overlap.rotated(specimens.credential(old, newer), KNOWN, replace(told, request=newer.request)),
        "show-key": credential_cards.show(CredentialView(credential=specimens.credential(old, newer)), KNOWN),
    }


def _leak_cards():
    found = Leak(at=specimens.NOON, by=people.SAM, channel="C0GENERAL")
    secret = specimens.secret(leak=found)
    private = specimens.secret(leak=replace(found, channel="D0SOMEBODY"))
    seen = specimens.secret(leak=replace(found, by=None))
    gone = specimens.secret(leak=found, state=SecretState.RETIRED)
    cards = {
        "leaked": specimens.credential(secret),
        "leaked-seen": specimens.credential(seen),
        "leaked-privately": specimens.credential(private),
        "leaked-suspended": specimens.credential(secret, state=CredentialState.SUSPENDED),
        "leaked-ended": specimens.credential(gone, specimens.secret(id=SecretId(UUID(int=7)))),
        "leaked-expired": specimens.credential(gone, state=CredentialState.EXPIRED),
    }
    one = Findings(working=1)
    thanked = {
        "leak-thanks": one,
        "leak-thanks-ended": replace(one, ended=True),
        "leak-thanks-many": Findings(working=3, ended=True),
        "leak-none-that-works": Findings(other=1),
        "leak-client": Findings(named=(specimens.credential(),)),
        "leak-nothing": Findings(),
    }
    return {name: leak.leaked(made, KNOWN) for name, made in cards.items()} | {
        name: leak.thanks(made) for name, made in thanked.items()
    }
