"""What they tell of secrets: issued, reissued, rotated, shown, confirmed, retired."""

from collections.abc import Iterator

from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.kind import Kind
from bot.domain.request import State
from bot.service.story.effects import expires, takes_effect
from bot.service.story.told import Body, Story, ToldCredential, ToldSecret


def issued(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    request = story.requests[body["request"]]
    if request.state != State.EXECUTING:
        yield f"issued for a request that was {request.state}"
    if request.approvals() < request.opened["quorum"]:
        yield "issued without a quorum of distinct approvers"
    if request.opened["asks"] == Kind.BREAK_GLASS:
        glass = story.glasses[body["request"]]
        if glass.ended:
            yield "issued although its review had ended it"
    for name in ("credential", "owner", "estate", "role", "name", "expires_at"):
        if body[name] != request.opened[name]:
            yield f"issued with another {name} than was asked for"
    request.state = State.FULFILLED
    secret = ToldSecret(fingerprint=body["fingerprint"], record=body["record"], request=body["request"])
    story.credentials[body["credential"]] = ToldCredential(
        issued=body, owner=body["owner"], expires_at=body["expires_at"], secrets={body["secret"]: secret}
    )


def reissued(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    replaced = credential.secrets[body["replaced"]]
    if replaced.state != SecretState.LIVE or replaced.receipt != ReceiptState.AWAITING:
        yield "a secret was replaced that was confirmed or no longer live"
    if actor != credential.owner:
        yield "a secret was issued again to somebody else than the owner"
    replaced.state, replaced.receipt = SecretState.RETIRED, ReceiptState.NONE
    credential.secrets[body["secret"]] = ToldSecret(
        fingerprint=body["fingerprint"], record=body["record"], request=replaced.request
    )


def rotated(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    request, credential = story.requests[body["request"]], story.credentials[body["credential"]]
    yield from takes_effect(request, body, Kind.ROTATE, State.EXECUTING)
    if credential.state != CredentialState.ACTIVE:
        yield f"a credential that was {credential.state} was rotated"
    if actor != credential.owner:
        yield "a rotation was revealed to somebody else than the owner"
    if body["expires_at"] != max(request.opened["expires_at"], credential.expires_at):
        yield "rotated with another expiry than was asked for"
    for key, secret in credential.secrets.items():
        if key != body["retiring"]:
            secret.state, secret.retire_at = SecretState.RETIRED, None
    if body["retiring"]:
        old = credential.secrets[body["retiring"]]
        if old.state == SecretState.RETIRED:
            yield "a secret was set to retire that did not work"
        if old.state == SecretState.RETIRING and old.retire_at != body["retire_at"]:
            yield "a secret that was retiring was given another day by a rotation"
        old.state, old.retire_at = SecretState.RETIRING, body["retire_at"]
    credential.secrets[body["secret"]] = ToldSecret(
        fingerprint=body["fingerprint"], record=body["record"], request=body["request"]
    )
    expires(credential, body["expires_at"])


def retired(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    secret = story.credentials[body["credential"]].secrets[body["secret"]]
    if secret.state == SecretState.RETIRED:
        yield "a secret was retired twice"
    secret.state, secret.retire_at = SecretState.RETIRED, None


def kept(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    secret = credential.secrets[body["secret"]]
    if secret.state != SecretState.RETIRING or secret.kept_longer:
        yield "a secret was kept longer that was not retiring, or for the second time"
    elif body["retire_at"] > credential.expires_at:
        yield "a secret was kept longer than its credential lives"
    secret.retire_at, secret.kept_longer = body["retire_at"], True


def leaked(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    if story.credentials[body["credential"]].secrets[body["secret"]].state == SecretState.RETIRED:
        yield "a secret was told to have leaked that had been retired before"


def shown(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    story.credentials[body["credential"]].secrets[body["secret"]].delivery = body["delivery"]
    yield from ()


def receipt(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    secret = story.credentials[body["credential"]].secrets[body["secret"]]
    secret.receipt = body["receipt"]
    if secret.receipt == ReceiptState.STORED:
        secret.delivery = Delivery.DELIVERED
    yield from ()
