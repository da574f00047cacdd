"""How often a credential may call: a bucket that fills by the minute, a count for the day. In memory, per process."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.central import Rate
from bot.domain.ids import CredentialId

KEPT = 10_000
"""Credentials that are remembered; over that, those whose bucket is full are forgotten."""


@dataclass(slots=True)
class _Bucket:
    """The calls that one credential may still make."""

    left: float
    at: datetime
    day: date
    today: int = 0


class Limiter:
    """Asked on the event loop only, so it needs no lock."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._buckets: dict[CredentialId, _Bucket] = {}

    def take(self, credential: CredentialId, now: datetime) -> int:
        """Count a call. 0 if it may be made; else in how many seconds the next one may."""
        bucket = self._filled(credential, now)
        if bucket.today >= self._rate.day:
            midnight = datetime.combine(bucket.day + timedelta(days=1), time(), now.tzinfo)
            return math.ceil((midnight - now).total_seconds())
        if bucket.left < 1:
            return math.ceil((1 - bucket.left) * 60 / self._rate.minute)
        bucket.left -= 1
        bucket.today += 1
        return 0

    def _filled(self, credential: CredentialId, now: datetime) -> _Bucket:
        bucket = self._buckets.get(credential)
        if bucket is None:
            self._forget(now)
            bucket = self._buckets[credential] = _Bucket(self._rate.burst, now, now.date())
        passed = max(0.0, (now - bucket.at).total_seconds())
        bucket.left = min(self._rate.burst, bucket.left + passed * self._rate.minute / 60)
        bucket.at = max(bucket.at, now)
        if bucket.day < now.date():
            bucket.day, bucket.today = now.date(), 0
        return bucket

    def _forget(self, now: datetime) -> None:
        if len(self._buckets) < KEPT:
            return
        full = timedelta(minutes=self._rate.burst / self._rate.minute)
        self._buckets = {
            key: bucket for key, bucket in self._buckets.items() if now - bucket.at < full or bucket.day == now.date()
        }
