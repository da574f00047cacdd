"""Requests and credentials in every state, the same in every run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bot.domain.break_glass import Glass
from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.credential import LIVING, Credential, Delivery, ReceiptState, Secret, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.delegation import Delegation
from bot.domain.digest import Digest, Named, Tally, weeks
from bot.domain.ids import BUILTIN, ClientId, CredentialId, DelegationId, NoticeId, RequestId, SecretId, Words
from bot.domain.kind import Kind
from bot.domain.log_standing import Cosigned, LogStanding
from bot.domain.notice import Item, Notice, NoticeKind, Resolution, Warned
from bot.domain.request import Asked, Request, State, Verdict, Vote, digest_of
from bot.domain.role import READ_ONLY, SUPER_ADMIN, Role
from bot.slack.cards.pieces import Known
from tests.support import people
from tests.support.fakes import FakeDirectory
from tests.support.vendors import SOPHOS, VENDOR

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "made-up_secret-7Qx"
SUBJECT = CredentialId(UUID("22222222-2222-4222-8222-222222222222"))


def known() -> Known:
    return Known(people.make_policy(), roster())


def roster(groups=None) -> FakeDirectory:
    return FakeDirectory(people.everybody(), groups or {people.APPROVERS: frozenset({people.ANA, people.BEN})})


def known_with_vendor() -> Known:
    """The same under a policy in which credentials may live elsewhere."""
    return replace(known(), policy=people.make_policy(vendors={SOPHOS: VENDOR}))


def request(state: State = State.PENDING, *, role: Role = SUPER_ADMIN, votes=(), **changes) -> Request:
    asked = Asked(
        kind=changes.pop("kind", Kind.ADD),
        requester=changes.pop("requester", people.MAYA),
        owner=changes.pop("owner", people.OLGA),
        estate=people.RETAIL,
        role=role.key,
        name=changes.pop("name", "payroll-sync"),
        description=Words(changes.pop("description", "Reads salaries every night")),
        reason=Words(changes.pop("reason", "The old key ends in April")),
        expires_at=changes.pop("expires_at", datetime(2026, 3, 31, 22, 0, tzinfo=UTC)),
        authority=changes.pop("authority", BUILTIN),
        key=changes.pop("key", NO_KEY),
    )
    decided = None if state is State.PENDING else NOON + timedelta(hours=1)
    made = Request(
        id=RequestId(UUID("11111111-1111-4111-8111-111111111111")),
        credential=SUBJECT,
        asked=asked,
        permissions=role.permissions,
        quorum=role.quorum,
        policy="d" * 64,
        digest=digest_of(SUBJECT, asked, role.permissions, "d" * 64),
        state=state,
        opened_at=NOON,
        lapses_at=NOON + timedelta(hours=72),
        votes=tuple(votes),
        decided_at=decided,
    )
    return replace(made, **changes)


def yes(voter) -> Vote:
    return Vote(voter=voter, verdict=Verdict.APPROVE, at=NOON + timedelta(minutes=10))


def no(voter, reason="Use the narrower role") -> Vote:
    return Vote(voter=voter, verdict=Verdict.DENY, at=NOON + timedelta(minutes=20), reason=Words(reason))


BOTH = (yes(people.ANA), yes(people.BEN))


def in_state(state: State, **changes) -> Request:
    """A request as it would look in a state."""
    votes = {
        State.PENDING: (yes(people.ANA),),
        State.DENIED: (yes(people.ANA), no(people.BEN)),
        State.WITHDRAWN: (),
        State.LAPSED: (),
    }.get(state, BOTH)
    closing = {State.LAPSED: "nobody decided it in time", State.REFUSED: "The authority has no room."}.get(state, "")
    return request(state, votes=votes, closing=closing, **changes)


def delegation(**changes) -> Delegation:
    """Sam stands in for Ana from noon until the end of the third day after."""
    values = {
        "id": DelegationId(UUID("77777777-7777-4777-8777-777777777777")),
        "approver": people.ANA,
        "delegate": people.SAM,
        "since": NOON,
        "until": datetime(2026, 3, 5, 23, 0, tzinfo=UTC),
    }
    return Delegation(**{**values, **changes})


def tracked(**changes) -> Credential:
    """A credential that lives elsewhere."""
    return replace(credential(), **{"authority": SOPHOS, "secrets": (), **changes})


def taken(state: State = State.FULFILLED, **changes) -> Request:
    """What Maya took at noon without approval."""
    asked = Asked(
        kind=Kind.BREAK_GLASS,
        requester=people.MAYA,
        owner=people.MAYA,
        estate=people.RETAIL,
        role=READ_ONLY.key,
        name=changes.pop("name", "night-shift"),
        description=Words(""),
        reason=Words(changes.pop("reason", "The shop is down")),
        expires_at=NOON + timedelta(hours=24),
    )
    made = request(state, role=READ_ONLY, lapses_at=asked.expires_at, quorum=0, rule=Kind.BREAK_GLASS)
    digest = digest_of(SUBJECT, asked, READ_ONLY.permissions, made.policy)
    return replace(made, asked=asked, digest=digest, **changes)


def taken_credential(state: CredentialState = CredentialState.ACTIVE) -> Credential:
    """What became of it."""
    ended = None if state in LIVING else NOON + timedelta(hours=24)
    return credential(
        name="night-shift", owner=people.MAYA, state=state, expires_at=NOON + timedelta(hours=24), ended_at=ended
    )


def glass(*reviews: Vote, **changes) -> Glass:
    """Broken at noon, to be reviewed within a week."""
    values = {
        "request": changes.pop("request", None) or taken(),
        "review_by": NOON + timedelta(days=7),
        "reminded_at": NOON,
        "reviews": reviews,
    }
    return Glass(**{**values, **changes})


def change(kind: Kind, state: State, **changes) -> Request:
    """A request for a change of the credential below, as it would look in a state."""
    votes = {
        State.PENDING: (),
        State.DENIED: (no(people.BEN),),
        State.WITHDRAWN: (),
        State.LAPSED: (),
    }.get(state, (yes(people.ANA),))
    closing = {State.LAPSED: "nobody decided it in time", State.REFUSED: "The authority has no room."}.get(state, "")
    values = {"role": READ_ONLY, "votes": votes, "closing": closing, "owner": people.OLGA, "kind": kind}
    if kind is Kind.TRANSFER:
        values["owner"] = people.SAM
    if kind is Kind.EXTEND:
        values["expires_at"] = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    return request(state, **{**values, **changes})


KEY = ClientKey('{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}')
JWKS = ClientKey("https://login.example.com/jwks.json")


def secret(**changes) -> Secret:
    values = {
        "id": SecretId(UUID("33333333-3333-4333-8333-333333333333")),
        "request": RequestId(UUID("11111111-1111-4111-8111-111111111111")),
        "state": SecretState.LIVE,
        "minted_at": NOON,
        "receipt": ReceiptState.AWAITING,
        "receipt_until": NOON + timedelta(hours=24),
        "delivery": Delivery.DELIVERED,
        "fingerprint": "f" * 64,
    }
    return Secret(**{**values, **changes})


def credential(*secrets: Secret, **changes) -> Credential:
    values = {
        "id": SUBJECT,
        "client_id": ClientId("44444444-4444-4444-8444-444444444444"),
        "request": RequestId(UUID("11111111-1111-4111-8111-111111111111")),
        "authority": "builtin",
        "name": "payroll-sync",
        "description": Words("Reads salaries every night"),
        "estate": people.RETAIL,
        "role": READ_ONLY.key,
        "permissions": READ_ONLY.permissions,
        "owner": people.OLGA,
        "requester": people.MAYA,
        "state": CredentialState.ACTIVE,
        "created_at": NOON,
        "expires_at": datetime(2026, 3, 31, 22, 0, tzinfo=UTC),
        "secrets": secrets or (secret(),),
    }
    return Credential(**{**values, **changes})


def notice(kind: NoticeKind, **changes) -> Notice:
    """A message to the owner about the newest secret, of the request that it was minted for."""
    values = {
        "id": NoticeId(UUID("66666666-6666-4666-8666-666666666666")),
        "kind": kind,
        "request": RequestId(UUID("11111111-1111-4111-8111-111111111111")),
        "credential": SUBJECT,
        "person": people.OLGA,
        "due_at": NOON,
    }
    return Notice(**{**values, **changes})


def item(name: str, *, days: int = 7, resolution: Resolution | None = None, by=None, **changes) -> Item:
    """A credential of a group that ends so many days after noon's."""
    expires_at = datetime(2026, 3, 2, 23, 0, tzinfo=UTC) + timedelta(days=days)
    credential_id = CredentialId(UUID(int=sum(name.encode())))
    made = credential(id=credential_id, name=name, expires_at=changes.pop("now_until", expires_at), **changes)
    return Item(credential=made, expires_at=expires_at, resolution=resolution, decided_by=by)


def group(*items: Item, total: int = 0, decided: int = 0) -> Warned:
    """Some of them, as of noon."""
    return Warned(id=NoticeId(UUID(int=7)), items=items, total=total or len(items), decided=decided, at=NOON)


def digest(**changes) -> Digest:
    """A week as others."""
    named = Named(
        credential=SUBJECT, name="old-job", estate=people.RETAIL, owner=people.OLGA, since=NOON - timedelta(days=120)
    )
    values = {
        "at": NOON,
        "weeks": weeks(NOON, "Europe/Berlin", (3, 0, 12, 1, 0, 7, 2, 0)),
        "never_used": Tally(count=1, first=(named,)),
        "idle": Tally(count=5, first=(named, replace(named, name="older-job"), replace(named, name="third-job"))),
        "ownerless": Tally(count=1, first=(replace(named, owner=people.GONE, since=NOON + timedelta(days=9)),)),
        "by_role": ((SUPER_ADMIN.key, 2), (READ_ONLY.key, 1_204)),
        "waiting": 2,
        "oldest": NOON - timedelta(days=2),
    }
    return Digest(**{**values, **changes})


WITNESSES = (
    Cosigned(name="security", size=1_200, at=NOON),
    Cosigned(name="<audit>", size=900, at=NOON, problem="could not be reached: ConnectError: refused"),
    Cosigned(name="partner", problem="does not watch this log: give it the log's verifier key"),
    Cosigned(name="regulator", size=1_300, problem="has seen 1300 entries of this log", contradicts=True),
    Cosigned(name="new"),
)


def log_standing(*witnesses: Cosigned, size: int = 1_200) -> LogStanding:
    note = (
        "harbour.example.com/ledger\n1200\nmXXDeJy2sdNnx7zZQo9Zbvzyva1fY1VnVj2IfF7g0bE=\n\n"
        "— harbour.example.com/ledger b25lIGxpbmUgb2YgdGhlIGxvZydzIG93bg==\n"
    )
    return LogStanding(
        origin="harbour.example.com/ledger",
        size=size,
        signed=1_200,
        root="mXXDeJy2sdNnx7zZQo9Zbvzyva1fY1VnVj2IfF7g0bE=",
        note=note,
        until=NOON,
        witnesses=witnesses,
    )
