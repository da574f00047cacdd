"""What they tell of a credential after its issue."""

from collections.abc import Iterator

from bot.domain.credential import LIVING, USABLE
from bot.domain.credential import State as CredentialState
from bot.domain.kind import Kind
from bot.domain.suspension import DELETION_UNDONE
from bot.service.story.effects import ends, expires, goes_on, silence, stops, takes_effect
from bot.service.story.told import Body, Story
from bot.service.story.warnings import untold


def suspended(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    if credential.state != CredentialState.ACTIVE:
        yield f"a credential that was {credential.state} was suspended"
    stops(credential, actor, body["why"])


def resumed(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    yield from takes_effect(story.requests[body["request"]], body, Kind.RESUME)
    if credential.state != CredentialState.SUSPENDED:
        yield f"a credential that was {credential.state} was resumed"
    credential.state = CredentialState.ACTIVE
    goes_on(credential)


def transferred(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    request, credential = story.requests[body["request"]], story.credentials[body["credential"]]
    yield from takes_effect(request, body, Kind.TRANSFER)
    if body["owner"] != request.opened["owner"] or actor != body["owner"]:
        yield "handed to somebody else than was asked for, or without their acceptance"
    credential.owner = body["owner"]
    silence(credential)


def extended(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    request, credential = story.requests[body["request"]], story.credentials[body["credential"]]
    yield from takes_effect(request, body, Kind.EXTEND)
    sooner = credential.tracked and body["expires_at"] < request.opened["expires_at"]  # as it is at the vendor
    if body["expires_at"] != request.opened["expires_at"] and not sooner:
        yield "extended to another day than was asked for"
    if body["expires_at"] <= credential.expires_at:
        yield "an expiry was set that is no later than the one before"
    if credential.issued["request"] in story.glasses:
        yield "prolonged although it was taken without approval"
    expires(credential, body["expires_at"])


def deleting(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    yield from takes_effect(story.requests[body["request"]], body, Kind.DELETE)
    if credential.state not in USABLE:
        yield f"a credential that was {credential.state} was deleted"
    credential.state, credential.undo_until = CredentialState.DELETING, body["until"]
    goes_on(credential)
    silence(credential)


def restored(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    if credential.state != CredentialState.DELETING:
        yield f"a credential that was {credential.state} was restored"
    if credential.tracked:
        credential.state = CredentialState.ACTIVE
    else:
        stops(credential, actor, DELETION_UNDONE)
    credential.undo_until = None


def deleted(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    if credential.state not in LIVING:
        yield f"a credential that was {credential.state} was deleted for good"
    ends(credential, CredentialState.DELETED)


def expired(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    if credential.state not in (CredentialState.ACTIVE, CredentialState.SUSPENDED):
        yield f"a credential that was {credential.state} expired"
    yield from untold(story, body)
    ends(credential, CredentialState.EXPIRED)
