"""Warnings, and what became of them; the weekly digest."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.credential import ReceiptState
from bot.domain.credential import State as CredentialState
from bot.domain.digest import Tally, weeks
from bot.domain.notice import Resolution
from bot.domain.reminder import Plan
from bot.slack.cards import digest, warning
from tests.slack import specimens
from tests.slack.gallery.known import KNOWN
from tests.support import people


def cards():
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
