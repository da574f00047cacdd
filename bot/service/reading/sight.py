"""What somebody may see. Nobody learns from an answer that something exists which they may not see."""

from bot.domain.credential import Credential
from bot.domain.errors import Decision, Denied, Reason
from bot.domain.ids import UserId
from bot.domain.person import standing
from bot.ports import Search, World


def may_see(world: World, user: UserId, credential: Credential) -> bool:
    """Whether a credential may be shown to somebody: whose it is, who asked for it, and who sees its estate."""
    if user in (credential.owner, credential.requester):
        return True
    return credential.estate in world.policy.estates_seen(user, world.directory) or world.policy.may_see_all(
        user, world.directory
    )


def seen_by(world: World, user: UserId) -> Search:
    """The search that finds what lists show to somebody: what they own, and the estates that they see whole."""
    sees_all = world.policy.may_see_all(user, world.directory)
    estates = None if sees_all else world.policy.estates_seen(user, world.directory)
    return Search(estates=estates, person=user)


def may_audit(world: World, user: UserId) -> Decision:
    """Whether somebody may read the ledger's entries: the policy's auditors, and nobody else."""
    decision = standing(user, world.policy.organization.teams, world.directory)
    if isinstance(decision, Denied) or world.policy.auditors.has(user, world.directory):
        return decision
    return Denied(
        Reason.NOT_AUDITOR, "Only the auditors of the policy may read the ledger, and you are not one of them."
    )
