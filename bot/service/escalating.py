"""What the approvers have not decided in time is asked of the next tier as well, which may decide from then on."""

from dataclasses import replace

from bot.domain.events import RequestEscalated, Via
from bot.ports import World
from bot.service.delivery import notices


def escalate_undecided(world: World, *, limit: int = 100) -> int:
    """Ask the next tier of the policy for each request whose time for that has come, once; of how many."""
    escalation = world.policy.escalation
    if not escalation.circle.people(world.directory):
        return 0
    with world.store.work() as work:
        undecided = work.requests.unescalated(work.now - escalation.after, limit=limit)
        for request in undecided:
            escalated = replace(request, escalated_at=work.now)
            before = request.eligible(world.policy, world.directory)
            work.requests.save(escalated, expected=request.state)
            notices.ask_also(world, work, escalated, escalated.eligible(world.policy, world.directory) - before)
            work.record(RequestEscalated(actor=None, via=Via.SWEEP, request=request.id, credential=request.credential))
    return len(undecided)
