"""What a start leaves in the ledger: that it happened, and how the policy differs from the one before."""

import difflib

from bot.domain.events import PolicyChanged, ServiceStarted, Via
from bot.ports import World

_LONGEST_DIFFERENCE = 20_000
"""Characters: an entry holds the whole text beside it, and may not be larger than the ledger's 65,535 bytes."""


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
    text = "\n".join(lines)
    if len(text) <= _LONGEST_DIFFERENCE:
        return text
    return text[:_LONGEST_DIFFERENCE] + "\n… the rest is the difference of the two texts themselves"
