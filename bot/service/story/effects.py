"""What several tellings share: a request that is fulfilled, an expiry that changes, an end."""

from collections.abc import Iterator

from bot.domain.credential import SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.kind import Kind
from bot.domain.request import State
from bot.service.story.told import Body, ToldCredential, ToldRequest


def takes_effect(request: ToldRequest, body: Body, kind: Kind, before: State = State.APPROVED) -> Iterator[str]:
    """A request for a change is fulfilled: approved by its quorum, of that kind, for that credential."""
    if request.state != before or request.opened["asks"] != kind:
        yield f"took effect by a request for {request.opened['asks']} that was {request.state}"
    if body["credential"] != request.opened["credential"]:
        yield "took effect on another credential than was asked for"
    if request.approvals() < request.opened["quorum"]:
        yield "took effect without a quorum of distinct approvers"
    request.state = State.FULFILLED


def expires(credential: ToldCredential, expires_at: int) -> None:
    if expires_at != credential.expires_at:
        credential.expires_at = expires_at
        silence(credential)


def silence(credential: ToldCredential) -> None:
    """Another expiry, or none, is another plan of warnings."""
    credential.snoozed_until = credential.let_expire_by = None


def stops(credential: ToldCredential, actor: str, why: str) -> None:
    """It is suspended, by somebody or by the program itself, and the tables say why."""
    credential.state = CredentialState.SUSPENDED
    credential.suspended_by, credential.suspended_why = actor or None, why


def goes_on(credential: ToldCredential) -> None:
    """It is suspended no longer."""
    credential.suspended_by = credential.suspended_why = None


def ends(credential: ToldCredential, state: CredentialState) -> None:
    credential.state, credential.undo_until = state, None
    goes_on(credential)
    silence(credential)
    for secret in credential.secrets.values():
        secret.state, secret.retire_at = SecretState.RETIRED, None
