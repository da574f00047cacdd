"""What a start leaves in the ledger: that it happened, and how the policy differs from the one before."""

import difflib
import json
from collections.abc import Iterable

from bot.domain.events import PolicyChanged, ServiceStarted, Via
from bot.ports import World

_LONGEST_DIFFERENCE = 20_000
_ROOM = 61_500
"""Bytes as JSON, in which quotes, backslashes and line ends take two. An entry of the ledger holds 65,535, and the
whole text stands beside the difference: it takes 60,000 at most (`bot.config.policy.SIZE_MOST`)."""


def announce(world: World, version: str) -> None:
    """Record the start, and the policy if it is another than at the last start."""
    policy = world.policy
    with world.store.work() as work:
        before = work.policies.latest()
        if before is None or before[0] != policy.digest:
            previous, text = before or ("", "")
            work.policies.add(policy.digest, policy.text, work.now)
            work.record(
                PolicyChanged(
                    actor=None,
                    via=Via.START,
                    policy=policy.digest,
                    previous=previous,
                    text=policy.text,
                    difference=_difference(text, policy.text),
                )
            )
        work.record(ServiceStarted(actor=None, via=Via.START, version=version, policy=policy.digest))


def _difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="", n=1)
    return "\n".join(_as_many_as_fit(lines, min(_LONGEST_DIFFERENCE, _ROOM - _size(after))))


def _size(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())


def _as_many_as_fit(lines: Iterable[str], room: int) -> Iterable[str]:
    for line in lines:
        room -= _size(line + "\n")
        if room < 0:
            yield "… the rest is the difference of the two texts themselves"
            return
        yield line
