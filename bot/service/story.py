"""The story that the ledger tells, folded into what the tables must then say. Pure: entries in, expectations out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.events import EventKind
from bot.domain.request import State, Verdict

Body = dict[str, Any]


@dataclass(slots=True)
class ToldSecret:
    """A secret, as the entries tell of it."""

    fingerprint: str
    record: str
    state: str = SecretState.LIVE
    receipt: str = ReceiptState.AWAITING
    delivery: str = Delivery.PENDING

    @property
    def kept(self) -> str | None:
        """What must stand of its record: its digest while it can work, nothing after."""
        return None if self.state == SecretState.RETIRED else self.record


@dataclass(slots=True)
class ToldRequest:
    """A request, as the entries tell of it. People are person IDs."""

    opened: Body
    requester: str
    state: str = State.PENDING
    lapses_at: int = 0
    votes: dict[tuple[str, str], str] = field(default_factory=dict)
    """Who voted what, and the reason, sealed."""

    def approvers(self) -> set[str]:
        """The distinct people whose approvals count: never the requester, never the owner."""
        cast = {voter for voter, verdict in self.votes if verdict == Verdict.APPROVE}
        return cast - {self.requester, self.opened["owner"]}


@dataclass(slots=True)
class ToldCredential:
    """A credential, as the entries tell of it."""

    issued: Body
    state: str = CredentialState.ACTIVE
    secrets: dict[str, ToldSecret] = field(default_factory=dict)


@dataclass(slots=True)
class Story:
    """All that the entries tell. `wrong` holds what cannot have happened, each a sentence that names its entry."""

    requests: dict[str, ToldRequest] = field(default_factory=dict)
    credentials: dict[str, ToldCredential] = field(default_factory=dict)
    acceptances: set[tuple[str, str]] = field(default_factory=set)
    """Who accepted which terms."""
    policies: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def take(self, index: int, kind: str, actor: str | None, body: Body) -> None:
        """The next entry."""
        tell = _TELL.get(kind)
        if tell is None:
            return
        try:
            self.wrong += [f"entry {index} ({kind}): {sentence}" for sentence in tell(self, index, actor or "", body)]
        except KeyError as missing:
            self.wrong.append(f"entry {index} ({kind}) is about {missing}, of which no earlier entry tells")


def _opened(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    if body["request"] in story.requests:
        yield f"request {body['request']} is opened a second time"
    story.requests[body["request"]] = ToldRequest(opened=body, requester=actor, lapses_at=body["lapses_at"])


def _voted(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    request = story.requests[body["request"]]
    if request.state not in (State.PENDING, State.APPROVED):
        yield f"a vote on a request that was {request.state}"
    if actor in (request.requester, request.opened["owner"]):
        yield "a vote by the requester or the owner"
    if body["digest"] != request.opened["digest"]:
        yield "a vote for something else than what was asked"
    if (actor, body["verdict"]) in request.votes:
        yield "the same vote twice"
    request.votes[actor, body["verdict"]] = body["reason"]
    request.lapses_at = body["lapses_at"]
    if body["state"] == State.APPROVED and len(request.approvers()) < request.opened["quorum"]:
        yield "approved without its quorum"
    request.state = body["state"]


def _moves(before: tuple[str, ...], after: str | None) -> Callable[[Story, int, str, Body], Iterator[str]]:
    def move(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
        request = story.requests[body["request"]]
        if request.state not in before:
            yield f"a request that was {request.state} moved on"
        request.state = after or body["state"]

    return move


def _issued(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    request = story.requests[body["request"]]
    if request.state != State.EXECUTING:
        yield f"issued for a request that was {request.state}"
    if len(request.approvers()) < request.opened["quorum"]:
        yield "issued without a quorum of distinct approvers"
    for name in ("credential", "owner", "estate", "role", "name", "expires_at"):
        if body[name] != request.opened[name]:
            yield f"issued with another {name} than was asked for"
    request.state = State.FULFILLED
    secrets = {body["secret"]: ToldSecret(fingerprint=body["fingerprint"], record=body["record"])}
    story.credentials[body["credential"]] = ToldCredential(issued=body, secrets=secrets)


def _reissued(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    replaced = credential.secrets[body["replaced"]]
    if replaced.state != SecretState.LIVE or replaced.receipt != ReceiptState.AWAITING:
        yield "a secret was replaced that was confirmed or no longer live"
    if actor != credential.issued["owner"]:
        yield "a secret was issued again to somebody else than the owner"
    replaced.state, replaced.receipt = SecretState.RETIRED, ReceiptState.NONE
    credential.secrets[body["secret"]] = ToldSecret(fingerprint=body["fingerprint"], record=body["record"])


def _shown(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    story.credentials[body["credential"]].secrets[body["secret"]].delivery = body["delivery"]
    yield from ()


def _receipt(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    secret = story.credentials[body["credential"]].secrets[body["secret"]]
    secret.receipt = body["receipt"]
    if secret.receipt == ReceiptState.STORED:
        secret.delivery = Delivery.DELIVERED
    yield from ()


def _accepted(story: Story, _index: int, actor: str, body: Body) -> Iterator[str]:
    story.acceptances.add((actor, body["digest"]))
    yield from ()


def _policy(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    if body["previous"] != (story.policies[-1] if story.policies else ""):
        yield "a policy that follows another one than was in force"
    story.policies.append(body["policy"])


def _suspended(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    if credential.state != CredentialState.ACTIVE:
        yield f"a credential that was {credential.state} was suspended"
    credential.state = CredentialState.SUSPENDED


def _expired(story: Story, _index: int, _actor: str, body: Body) -> Iterator[str]:
    credential = story.credentials[body["credential"]]
    if credential.state not in (CredentialState.ACTIVE, CredentialState.SUSPENDED):
        yield f"a credential that was {credential.state} expired"
    credential.state = CredentialState.EXPIRED
    for secret in credential.secrets.values():
        secret.state = SecretState.RETIRED


_TELL: dict[str, Callable[[Story, int, str, Body], Iterator[str]]] = {
    EventKind.POLICY_CHANGED: _policy,
    EventKind.TERMS_ACCEPTED: _accepted,
    EventKind.REQUEST_OPENED: _opened,
    EventKind.VOTE_CAST: _voted,
    EventKind.REQUEST_CLOSED: _moves((State.PENDING, State.APPROVED, State.EXECUTING), None),
    EventKind.REQUEST_STARTED: _moves((State.APPROVED,), State.EXECUTING),
    EventKind.REQUEST_LOST: _moves((State.EXECUTING,), State.UNRESOLVED),
    EventKind.REQUEST_RECLAIMED: _moves((State.UNRESOLVED,), State.APPROVED),
    EventKind.CREDENTIAL_ISSUED: _issued,
    EventKind.SECRET_REISSUED: _reissued,
    EventKind.SECRET_SHOWN: _shown,
    EventKind.RECEIPT_CHANGED: _receipt,
    EventKind.CREDENTIAL_SUSPENDED: _suspended,
    EventKind.CREDENTIAL_EXPIRED: _expired,
}
