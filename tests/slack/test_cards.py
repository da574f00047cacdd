"""Every card in every state: as it was when somebody looked at it, and within Slack's limits."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bot.domain.break_glass import State as ReviewState
from bot.domain.clauses import Escalation
from bot.domain.credential import Delivery, Leak, ReceiptState, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.digest import Tally, weeks
from bot.domain.errors import ALLOWED, Denied, Reason
from bot.domain.ids import ChannelId, NoticeId, RequestId, SecretId
from bot.domain.kind import Kind
from bot.domain.naming import name_key
from bot.domain.notice import Group, Notice, NoticeKind, Resolution
from bot.domain.person import Circle
from bot.domain.reminder import Plan
from bot.domain.request import Request, State
from bot.domain.role import READ_ONLY
from bot.ports import Concealed, Entry, LogPlace, Place
from bot.service.leaks import Findings
from bot.service.reading.auditing import Audited, Proof
from bot.service.reading.home import HomeView
from bot.service.reading.inventory import Pending
from bot.service.reading.listing import Listing, Wanted
from bot.service.reading.looking import CredentialView
from bot.slack.cards import absence, digest, home, leak, leaving, ledger, life, overlap, plain, warning
from bot.slack.cards import audit as audit_cards
from bot.slack.cards import credential as credential_cards
from bot.slack.cards import glass as glass_cards
from bot.slack.cards import help as help_cards
from bot.slack.cards import listing as list_cards
from bot.slack.cards import offer as offer_cards
from bot.slack.cards import request as request_cards
from bot.slack.cards import secret as secret_cards
from bot.slack.cards import tracked as tracked_cards
from bot.slack.cards.detour import SHARED
from bot.slack.cards.pieces import Known
from bot.slack.forms import glass as glass_forms
from bot.slack.forms import made as made_form
from bot.slack.forms import small as small_forms
from bot.slack.ids import RequestMark, SecretMark
from bot.slack.rendering import render
from tests.slack import login_cards, specimens
from tests.slack.snapshots import same_as_before, slack_takes
from tests.support import people
from tests.support.vendors import SOPHOS

KNOWN = specimens.known()
ELSEWHERE = specimens.known_with_vendor()
NARROW = Wanted(words="job", role=READ_ONLY.key, estate=people.RETAIL, owner=people.OLGA, unused=90)
PLACES = (Place(key="job-0", id=UUID(int=0), backwards=True), Place(key="job-9", id=UUID(int=9)))
EVIL = "<!channel> <https://evil.example|click> & \u202etxt.exe\u202c *bold*\n\n> quoted\n@here"


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


def _leaving_cards():
    gone = replace(KNOWN, roster=replace(KNOWN.roster, members={**KNOWN.roster.members, people.OLGA: people.GONER}))
    theirs = specimens.credential()
    taken = specimens.credential(name="billing", owner=people.SAM)
    ended = specimens.credential(name="old-export", state=CredentialState.EXPIRED)
    many = tuple(specimens.credential(name=f"job-{number}") for number in range(10))
    group = NoticeId(UUID(int=5))
    return {
        "left": leaving.left(Group(id=group, items=(theirs, taken, ended), needing=1), gone),
        "left-one": leaving.left(Group(id=group, items=(theirs,), needing=1), gone),
        "left-to-delete": leaving.left(
            Group(id=group, items=(specimens.tracked(state=CredentialState.DELETING), taken), needing=1),
            replace(gone, policy=ELSEWHERE.policy),
        ),
        "left-many": leaving.left(Group(id=group, items=many, needing=1234), gone),
        "left-settled": leaving.left(Group(id=group, items=(taken, ended), needing=0), gone),
        "told-left": request_cards.told(
            specimens.request(State.WITHDRAWN, closing="the person whose press it needed has left the workspace"), KNOWN
        ),
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


def _request_cards():
    cards = {}
    for state in State:
        request = specimens.in_state(state)
        cards[f"approval-{state}"] = request_cards.approval(request, KNOWN)
        cards[f"asked-{state}"] = request_cards.asked(request, KNOWN, people.BEN)
        cards[f"told-{state}"] = request_cards.told(request, KNOWN)
        cards[f"reveal-{state}"] = offer_cards.offer(request, KNOWN)
    cards["asked-voted"] = request_cards.asked(specimens.in_state(State.PENDING), KNOWN, people.ANA)
    rule = {"role": READ_ONLY, "quorum": 0, "rule": "lab-readers", "owner": people.MAYA}
    for state in (State.APPROVED, State.FULFILLED):
        cards[f"rule-{state}"] = request_cards.approval(specimens.request(state, **rule), KNOWN)
        cards[f"rule-reveal-{state}"] = offer_cards.offer(specimens.request(state, **rule), KNOWN)
    escalated = specimens.request(escalated_at=specimens.NOON)
    higher = replace(KNOWN, policy=people.make_policy(escalation=Escalation(circle=Circle(frozenset({people.SAM})))))
    cards["approval-escalated"] = request_cards.approval(escalated, higher)
    cards["asked-escalated"] = request_cards.asked(escalated, higher, people.SAM)
    away = specimens.request(delegations=(specimens.delegation(),))
    by_deputy = replace(specimens.yes(people.SAM), stands_in_for=people.ANA)
    cards["approval-deputy"] = request_cards.approval(replace(away, votes=(by_deputy,)), KNOWN)
    cards["asked-deputy"] = request_cards.asked(away, KNOWN, people.SAM)
    cards["asked-absent"] = request_cards.asked(replace(away, votes=(by_deputy,)), KNOWN, people.ANA)
    cards["stands-in"] = absence.stands_in(specimens.delegation(), KNOWN)
    cards["stands-in-later"] = absence.stands_in(
        specimens.delegation(since=datetime(2026, 3, 2, 23, 0, tzinfo=UTC)), KNOWN
    )
    cards["stands-in-ended"] = absence.stands_in(specimens.delegation(ended_at=specimens.NOON), KNOWN)
    over = specimens.delegation().until
    cards["stands-in-over"] = absence.stands_in(specimens.delegation(ended_at=over), KNOWN)
    cards["asked-named"] = request_cards.asked(specimens.request(), KNOWN, people.CAI)
    cards["approval-fresh"] = request_cards.approval(specimens.request(role=READ_ONLY, description=""), KNOWN)
    cards["approval-revoked"] = request_cards.approval(
        specimens.request(State.DENIED, votes=specimens.BOTH, closing="The approval no longer stands."), KNOWN
    )
    return cards


def _detour_cards():
    def card(about, **changes):
        kind = NoticeKind.APPROVAL_CARD if isinstance(about, Request) else NoticeKind.OWNER_EXPIRED
        known = {"id": NoticeId(UUID(int=7)), "kind": kind, "due_at": specimens.NOON, "channel": ChannelId("C0RETAIL")}
        return render(Notice(**{**known, **changes}), about, KNOWN)

    astray = {"channel": ChannelId("C0SECURITY"), "belongs": ChannelId("C0RETAIL")}
    group = Group(id=NoticeId(UUID(int=8)), items=(specimens.credential(),), needing=1)
    return {
        "detour-archived": card(specimens.request(), detour="is_archived", **astray),
        "detour-shared": card(specimens.in_state(State.APPROVED), detour=SHARED, **astray),
        "detour-word": card(specimens.in_state(State.APPROVED), detour="a_new_word", **astray),
        "unreachable-request": card(specimens.request(), detour="user_disabled", person=people.OLGA),
        "unreachable-credential": card(specimens.credential(), detour="a_new_word", person=people.OLGA),
        "unreachable-group": card(group, detour="cannot_dm_bot", person=people.OLGA),
        "not-taken": card(specimens.request(), detour="invalid_blocks"),
        "not-taken-by-person": card(specimens.credential(), detour="invalid_blocks", person=people.OLGA, channel=None),
    }


def _lookup_cards():
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


def _glass_cards():
    by_ana = specimens.yes(people.ANA)
    states = {
        "open": specimens.glass(credential=specimens.taken_credential()),
        "unrevealed": specimens.glass(request=specimens.taken(State.APPROVED)),
        "once": specimens.glass(by_ana, credential=specimens.taken_credential()),
        "ended": specimens.glass(by_ana, credential=specimens.taken_credential(CredentialState.EXPIRED)),
        "lapsed": specimens.glass(request=specimens.taken(State.LAPSED)),
        "missed": specimens.glass(missed=True, credential=specimens.taken_credential(CredentialState.EXPIRED)),
        "justified": specimens.glass(
            *specimens.BOTH, state=ReviewState.JUSTIFIED, credential=specimens.taken_credential()
        ),
        "unjustified": specimens.glass(
            by_ana,
            specimens.no(people.BEN, "Nothing was down"),
            state=ReviewState.UNJUSTIFIED,
            credential=specimens.taken_credential(CredentialState.DELETED),
        ),
    }
    cards = {f"glass-{name}": glass_cards.card(glass, KNOWN) for name, glass in states.items()}
    for name in ("open", "once", "justified"):
        cards[f"glass-told-{name}"] = glass_cards.told(states[name], KNOWN, people.ANA)
    cards["glass-told-admin"] = glass_cards.told(states["open"], KNOWN, people.SAM)
    for name in ("once", "missed"):
        cards[f"glass-reminded-{name}"] = glass_cards.reminded(states[name], KNOWN, people.BEN)
    cards["glass-reveal"] = offer_cards.offer(specimens.taken(State.APPROVED), KNOWN)
    nobody = Known(people.make_policy(approvers=()), KNOWN.roster)
    cards["glass-reminded-nobody"] = glass_cards.reminded(states["open"], nobody, people.SAM)
    for name in ("missed", "justified", "unjustified"):
        cards[f"glass-outcome-{name}"] = glass_cards.outcome(states[name], KNOWN, people.MAYA)
    return cards


def _warning_cards():
    today, tomorrow, week = (specimens.item(name, days=days) for name, days in (("pay", 0), ("sync", 1), ("job", 7)))
    used = specimens.secret(receipt=ReceiptState.USED, last_used_at=specimens.NOON - timedelta(days=3))
    in_use = specimens.item("in-use", days=14)
    in_use = replace(in_use, credential=replace(in_use.credential, secrets=(used,)))
    later = specimens.NOON + timedelta(days=90)
    quiet = Plan(told=7, snoozed_until=specimens.NOON + timedelta(days=1))
    decided = [
        specimens.item("a", resolution=Resolution.SNOOZED, by=people.OLGA, plan=quiet),
        specimens.item("b", resolution=Resolution.ROTATED, by=people.OLGA, now_until=later),
        specimens.item("c", resolution=Resolution.EXTENDED, by=people.MAYA, now_until=later),
        specimens.item("d", resolution=Resolution.TRANSFERRED, by=people.SAM, owner=people.SAM),
        specimens.item("e", resolution=Resolution.LET_EXPIRE, by=people.OLGA),
        specimens.item("f", resolution=Resolution.DELETED, by=people.OLGA, state=CredentialState.DELETING),
        specimens.item("g", resolution=Resolution.EXPIRED, state=CredentialState.EXPIRED),
    ]
    elsewhere = replace(decided[6], credential=specimens.tracked(state=CredentialState.EXPIRED))
    at_noon = replace(decided[6], expires_at=specimens.NOON)
    stopped = specimens.item("stopped", state=CredentialState.SUSPENDED)
    many = specimens.group(*(specimens.item(f"job-{n}", days=n) for n in range(10)), total=10_000, decided=12)
    return {
        "warning": warning.warning(specimens.group(today, tomorrow, week, in_use), KNOWN),
        "warning-one": warning.warning(specimens.group(tomorrow), KNOWN),
        "warning-suspended": warning.warning(specimens.group(stopped), KNOWN),
        "warning-decided": warning.warning(specimens.group(*decided, decided=6), KNOWN),
        "warning-settled": warning.warning(specimens.group(decided[4], decided=1), KNOWN),
        "warning-many": warning.warning(many, KNOWN),
        "warned": warning.warned(specimens.group(tomorrow, week), KNOWN),
        "warning-page": warning.everything(many, KNOWN, skipped=20),
        "warning-last-page": warning.everything(replace(many, total=30), KNOWN, skipped=20),
        "expired-one": warning.expired(specimens.group(decided[6]), KNOWN),
        "expired-at-noon": warning.expired(specimens.group(at_noon), KNOWN),
        "expired-elsewhere": warning.expired(specimens.group(elsewhere), KNOWN),
        "expired-here-and-elsewhere": warning.expired(specimens.group(decided[6], elsewhere), KNOWN),
        "expired-many": warning.expired(many, KNOWN),
        "digest": digest.digest(specimens.digest(), KNOWN),
        "digest-nothing": digest.digest(
            specimens.digest(
                weeks=weeks(specimens.NOON, "UTC", (0,) * 8),
                never_used=Tally(count=0),
                idle=Tally(count=0),
                ownerless=Tally(count=0),
                by_role=(),
                waiting=0,
                oldest=None,
            ),
            KNOWN,
        ),
    }


def _views():
    waiting = Pending(
        to_review=(specimens.glass(),), on_me=(specimens.request(),), to_reveal=(specimens.in_state(State.APPROVED),)
    )
    estates = tuple(KNOWN.policy.estates.values())
    return {
        "home": home.home(
            HomeView(
                decision=ALLOWED,
                pending=waiting,
                expiring=(specimens.credential(),),
                yours=Listing(items=(specimens.credential(),)),
                estates=estates,
            ),
            KNOWN,
        ),
        "home-empty": home.home(HomeView(decision=ALLOWED), KNOWN),
        "home-outsider": home.home(HomeView(decision=Denied(Reason.EXTERNAL, "Only our own people.")), KNOWN),
        "details": small_forms.details(specimens.in_state(State.DENIED), KNOWN),
        "deny": small_forms.deny(specimens.request(), KNOWN),
        "deny-approved": small_forms.deny(specimens.in_state(State.APPROVED), KNOWN),
        "withdraw": small_forms.withdraw(specimens.request()),
        "terms": small_forms.terms(KNOWN.policy.terms),
        "sent-off": small_forms.sent_off(specimens.request(), KNOWN),
        "glass-form": glass_forms.build(
            glass_forms.Offer(
                estates=estates,
                roles=(READ_ONLY,),
                ends_at=specimens.NOON + timedelta(hours=24),
                review_by=specimens.NOON + timedelta(days=7),
            )
        ),
        "glass-taken": glass_forms.taken(specimens.taken(State.APPROVED), KNOWN),
        "glass-refuse": glass_forms.refuse(specimens.glass(credential=specimens.taken_credential()), KNOWN),
        "glass-refuse-late": glass_forms.refuse(specimens.glass(request=specimens.taken(State.LAPSED)), KNOWN),
        "made-extended": made_form.build(specimens.change(Kind.EXTEND, State.APPROVED, authority=SOPHOS), ELSEWHERE),
        "made": made_form.build(specimens.in_state(State.APPROVED, authority=SOPHOS), ELSEWHERE),
        "let-expire": small_forms.let_expire(specimens.credential(), KNOWN),
        "said": small_forms.said("Somebody was first.", typed="My reason"),
    }


def _tracked_cards():
    cards = {}
    for state in State:
        if state in (State.EXECUTING, State.REFUSED, State.UNRESOLVED):
            continue  # no authority is asked
        made = specimens.in_state(state, authority=SOPHOS)
        cards[f"tracked-approval-{state}"] = request_cards.approval(made, ELSEWHERE)
        cards[f"tracked-reveal-{state}"] = offer_cards.offer(made, ELSEWHERE)
        cards[f"tracked-told-{state}"] = request_cards.told(made, ELSEWHERE)
    waiting = Pending(to_reveal=(specimens.in_state(State.APPROVED, authority=SOPHOS),))
    imported, leaving = specimens.tracked(request=None), specimens.tracked(state=CredentialState.DELETING)
    items = (leaving, replace(leaving, name="night-job"), specimens.tracked(name="kept"))
    group = Group(id=NoticeId(UUID(int=7)), items=items, needing=8)
    return {
        **cards,
        "tracked-reveal-vendor-gone": offer_cards.offer(specimens.in_state(State.APPROVED, authority=SOPHOS), KNOWN),
        "tracked-pending": plain.pending(waiting, ELSEWHERE),
        "tracked-show": credential_cards.show(CredentialView(credential=specimens.tracked()), ELSEWHERE),
        "tracked-show-imported": credential_cards.show(CredentialView(credential=imported), ELSEWHERE),
        "tracked-show-vendor-gone": credential_cards.show(CredentialView(credential=specimens.tracked()), KNOWN),
        "tracked-list": list_cards.listing(Listing(items=(imported,)), ELSEWHERE),
        "tracked-delete": tracked_cards.to_delete(leaving, ELSEWHERE),
        "tracked-delete-gone": tracked_cards.to_delete(specimens.tracked(state=CredentialState.DELETED), ELSEWHERE),
        "tracked-delete-kept": tracked_cards.to_delete(specimens.tracked(), ELSEWHERE),
        "tracked-waiting": tracked_cards.waiting(group, ELSEWHERE, to_owner=True),
        "tracked-waiting-late": tracked_cards.waiting(group, ELSEWHERE, to_owner=False),
        "tracked-waiting-over": tracked_cards.waiting(
            replace(group, items=(specimens.tracked(),), needing=0),
            ELSEWHERE,
            to_owner=True,
        ),
        "tracked-expired": secret_cards.expired(specimens.tracked(state=CredentialState.EXPIRED), ELSEWHERE),
    }


CARDS = {
    name: card.message()
    for cards in (
        _request_cards(),
        _secret_cards(),
        _key_cards(),
        _overlap_cards(),
        _unused_cards(),
        _leak_cards(),
        login_cards.cards(),
        _leaving_cards(),
        _detour_cards(),
        _lookup_cards(),
        _glass_cards(),
        _tracked_cards(),
        _warning_cards(),
    )
    for name, card in cards.items()
}
ALL = {**CARDS, **_views()}


@pytest.mark.parametrize("name", sorted(ALL))
def test_card_is_as_it_was(name):
    same_as_before(name, ALL[name])


@pytest.mark.parametrize("name", sorted(ALL))
def test_slack_takes_the_card(name):
    slack_takes(ALL[name])


def test_secret_stands_in_one_block_of_one_card_only():
    holding = [name for name, made in ALL.items() if specimens.SECRET in json.dumps(made)]
    assert holding == ["secret-shown", "secret-shown-last"]
    for name in holding:
        blocks = [block for block in ALL[name]["blocks"] if specimens.SECRET in json.dumps(block)]
        assert [block["type"] for block in blocks] == ["section"]
        assert specimens.SECRET not in ALL[name]["text"]


def test_curl_line_asks_for_the_secret_and_does_not_carry_it():
    lines = [block["text"]["text"] for block in ALL["secret-shown"]["blocks"] if "curl" in json.dumps(block)]
    client_id = specimens.credential().client_id
    command = f"curl -u {client_id} https://cred.example/oauth2/token -d grant_type=client_credentials"
    assert len(lines) == 1
    assert f"```{command}```" in lines[0]


@pytest.mark.parametrize("state", [state for state in State if state is not State.PENDING])
def test_decided_card_has_no_button_to_approve_with(state):
    for view in ("approval", "asked"):
        assert "request.approve" not in json.dumps(ALL[f"{view}-{state}"])


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_only_an_approved_request_can_be_revealed(state):
    assert "secret.reveal" not in json.dumps(ALL[f"reveal-{state}"])


@pytest.mark.parametrize("name", ["over", "none", "again", "theirs", "expired"])
def test_an_old_secret_that_is_settled_has_no_button_left(name):
    for card in (f"rotated-{name}", f"retiring-{name}"):
        assert not any(block["type"] == "actions" for block in ALL[card]["blocks"])


def test_an_old_secret_that_was_kept_once_is_not_offered_to_be_kept_again():
    assert "secret.keep" in json.dumps(ALL["rotated"])
    assert "secret.keep" not in json.dumps(ALL["rotated-kept"])


@pytest.mark.parametrize("name", sorted(_detour_cards()))
def test_line_in_place_of_a_card_has_no_button_and_a_card_on_a_detour_has_all_of_its_own(name):
    made = json.dumps(ALL[name])
    assert ("request.approve" in made) is (name == "detour-archived")
    if not name.startswith("detour"):
        assert "action_id" not in made
        assert len(ALL[name]["blocks"]) == 1


def test_buttons_carry_exactly_what_the_card_shows():
    request = specimens.request()
    assert RequestMark.of(request).pack() in json.dumps(request_cards.approval(request, KNOWN).message())
    credential = specimens.credential()
    assert SecretMark.of(credential).pack() in json.dumps(ALL["secret-shown"])


def test_nobody_is_said_to_approve_who_may_not():
    text = json.dumps(request_cards.approval(specimens.request(), KNOWN).message())
    line = next(part for part in text.split('"') if part.startswith("Who may approve"))
    assert people.MAYA not in line
    assert people.OLGA not in line
    assert people.CAI in line


def test_who_may_not_decide_any_more_has_no_buttons():
    ended = request_cards.asked(specimens.request(), KNOWN, people.SAM).message()
    assert "no longer yours to decide" in json.dumps(ended)
    assert "request.approve" not in json.dumps(ended)


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (people.CAI, "you are an approver of *Harbour Retail*. "),
        (people.ANA, f"you are an approver of *Harbour Retail*, through the group <!subteam^{people.APPROVERS}>. "),
        (people.SAM, "you were one of those who approve for *Harbour Retail*. "),
    ],
)
def test_each_is_told_why_they_are_asked(person, why):
    assert why in json.dumps(request_cards.asked(specimens.request(), KNOWN, person).message())


def test_what_was_typed_cannot_mention_link_or_hide():
    request = specimens.request(
        State.DENIED, reason=EVIL, description=EVIL, votes=(specimens.no(people.BEN, EVIL),), closing=EVIL
    )
    credential = specimens.credential(description=EVIL)
    refused = specimens.glass(
        specimens.no(people.BEN, EVIL), request=specimens.taken(reason=EVIL), state=ReviewState.UNJUSTIFIED
    )
    for made in (
        glass_cards.card(refused, KNOWN).message(),
        glass_cards.outcome(refused, KNOWN, people.ANA).message(),
        request_cards.approval(request, KNOWN).message(),
        request_cards.told(request, KNOWN).message(),
        small_forms.details(request, KNOWN),
        small_forms.said("No.", typed=EVIL),
        credential_cards.show(CredentialView(credential=credential), KNOWN).message(),
        plain.refusal(EVIL).message(),
        help_cards.unknown_command(EVIL).message(),
        list_cards.listing(Listing(items=(), wanted=Wanted(words=name_key(EVIL))), KNOWN).message(),
    ):
        text = json.dumps(made, ensure_ascii=False)
        assert "<!channel>" not in text
        assert "<https://evil" not in text
        assert "\u202e" not in text
        slack_takes(made)


@pytest.mark.parametrize(
    "text", ["&" * 1000, "x" * 1000, "\n".join("ab") * 300, "<" * 400 + "\n" * 300 + "y", "😀" * 1000]
)
def test_longest_words_stay_within_the_limits(text):
    request = specimens.request(
        State.DENIED, name="n" * 64, reason=text, description=text[:500], votes=(specimens.no(people.BEN, text),)
    )
    credential = specimens.credential(name="n" * 64, description=text[:500])
    long = specimens.taken(name="n" * 64, reason=text)
    refused = specimens.glass(specimens.no(people.BEN, text), request=long, state=ReviewState.UNJUSTIFIED)
    waiting = Pending(
        to_review=(specimens.glass(),) * 60,
        on_me=(specimens.request(),) * 60,
        mine=(request,) * 60,
        to_reveal=(request,) * 60,
    )
    for made in (
        glass_cards.card(specimens.glass(request=long), KNOWN).message(),
        glass_cards.told(refused, KNOWN, people.ANA).message(),
        glass_cards.reminded(specimens.glass(request=long), KNOWN, people.ANA).message(),
        glass_cards.outcome(refused, KNOWN, people.ANA).message(),
        glass_forms.refuse(specimens.glass(request=long), KNOWN),
        request_cards.approval(request, KNOWN).message(),
        request_cards.approval(specimens.request(name="n" * 64, reason=text), KNOWN).message(),
        request_cards.asked(request, KNOWN, people.CAI).message(),
        request_cards.told(request, KNOWN).message(),
        small_forms.details(request, KNOWN),
        credential_cards.show(CredentialView(credential=credential), KNOWN).message(),
        list_cards.choice((credential,) * 60, KNOWN).message(),
        plain.refusal(text).message(),
        plain.pending(replace(waiting, to_accept=(request,) * 60), KNOWN).message(),
        home.home(
            HomeView(
                decision=ALLOWED,
                pending=replace(waiting, to_accept=(request,) * 60),
                expiring=(credential,) * 10,
                more_expiring=True,
                yours=Listing(items=(credential,) * 10, before=PLACES[0], after=PLACES[1]),
                estates=tuple(KNOWN.policy.estates.values()),
            ),
            KNOWN,
        ),
    ):
        slack_takes(made)


def test_what_does_not_fit_into_a_list_is_counted_kind_by_kind():
    many = (specimens.request(),) * 60
    waiting = Pending(to_review=(specimens.glass(),) * 60, on_me=many, mine=many, to_reveal=many, to_accept=many)
    made = json.dumps(plain.pending(waiting, KNOWN).message(), ensure_ascii=False)
    assert made.count("… and 55 more.") == 5
    assert "60 to review, 60 to decide, 60 approved for you, 60 to accept or decline, 60 of your own open." in made
