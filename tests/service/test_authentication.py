"""Who gets a token, and what is in it."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.credential import State
from bot.domain.role import READ_ONLY, Permission
from bot.ports import Concealed
from bot.service.logins.authentication import Authentication, Claims, Granted, Presented, Refused, Why
from bot.service.logins.last_use import LastUse
from tests.support import web
from tests.support.fakes import START, FakeClock
from tests.support.people import RETAIL


@dataclass
class NotedUses(LastUse):
    """Uses as they were noted."""

    noted: list = field(default_factory=list)

    def note(self, use) -> None:
        self.noted.append(use)


@dataclass
class PlainSigner:
    """Keeps what it was asked to sign."""

    signed: list[Claims] = field(default_factory=list)

    def sign(self, claims: Claims) -> str:
        self.signed.append(claims)
        return f"token {claims.token_id}"


class Desk:
    """The use case with everything that a test turns."""

    def __init__(self) -> None:
        self.clock, self.clients, self.uses, self.signer = FakeClock(), web.FakeClients(), NotedUses(), PlainSigner()
        self.authority = web.new_authority()
        self.check = web.CountingCheck(self.authority)
        self.issued = self.authority.issue(web.order())
        self.client = self.clients.put(web.known_client(self.issued))

    @property
    def use_case(self) -> Authentication:
        return web.authentication(self.clients, self.check, self.uses, self.clock, signer=self.signer)

    def change(self, **changes) -> None:
        self.client = self.clients.put(replace(self.client, **changes))

    def change_secret(self, **changes) -> None:
        self.change(secrets=(replace(self.client.secrets[0], **changes),))

    def grant(self, secret: str | None = None, *, client_id=None, **asks) -> Granted | Refused:
        return self.use_case.grant(
            Presented(
                client_id=str(client_id or self.issued.client_id),
                proof=self.issued.secret if secret is None else Concealed(secret),
                **asks,
            )
        )

    @property
    def claims(self) -> Claims:
        return self.signer.signed[-1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_right_secret_gets_a_token_for_all_that_the_credential_may_do(desk):
    granted = desk.grant()
    assert granted == Granted(
        token=f"token {desk.claims.token_id}", life=600, scope=tuple(sorted(READ_ONLY.permissions))
    )
    assert desk.claims == Claims(
        client_id=desk.issued.client_id,
        issued_at=START,
        expires_at=START + timedelta(minutes=10),
        token_id=desk.claims.token_id,
        scope=granted.scope,
        secret=desk.client.secrets[0].id,
        estate=RETAIL,
        role=READ_ONLY.key,
    )


def test_a_wrong_secret_gets_none(desk):
    other = desk.authority.issue(web.order()).secret.disclose()
    assert desk.grant(other) == Refused(Why.WRONG_SECRET, desk.issued.client_id)


def test_another_clients_secret_gets_none(desk):
    other = desk.authority.issue(web.order())
    desk.clients.put(web.known_client(other))
    assert desk.grant(other.secret.disclose()) == Refused(Why.WRONG_SECRET, desk.issued.client_id)


def test_an_unknown_client_gets_none_and_is_not_named(desk):
    assert desk.grant(client_id=uuid4()) == Refused(Why.UNKNOWN_CLIENT)


@pytest.mark.parametrize("state", sorted(set(State) - {State.ACTIVE}))
def test_a_credential_that_is_not_active_gets_none(desk, state):
    desk.change(state=state)
    assert desk.grant() == Refused(Why.NOT_ACTIVE, desk.issued.client_id)
    assert desk.uses.noted == []


def test_a_credential_expires_at_its_instant_and_not_at_the_next_sweep(desk):
    desk.clock.time = desk.client.expires_at - timedelta(seconds=1)
    assert isinstance(desk.grant(), Granted)
    desk.clock.time = desk.client.expires_at
    assert desk.grant() == Refused(Why.EXPIRED, desk.issued.client_id)


@pytest.mark.parametrize("wrong", ["state", "secret", "nobody", "nothing"])
def test_every_answer_costs_the_same_comparisons(desk, wrong):
    if wrong == "state":
        desk.change(state=State.SUSPENDED)
    desk.grant("crd_wrong" if wrong == "secret" else None, client_id=uuid4() if wrong == "nobody" else None)
    assert desk.check.compared == [2]


def test_two_secrets_cost_what_one_does(desk):
    newer = desk.authority.mint_for(desk.issued.client_id)
    desk.change(secrets=(*desk.client.secrets, web.known_secret(newer)))
    assert isinstance(desk.grant(newer.secret.disclose()), Granted)
    assert isinstance(desk.grant(), Granted)
    assert desk.check.compared == [2, 2]


def test_a_credential_without_a_secret_authenticates_nobody(desk):
    desk.change(secrets=())
    assert desk.grant() == Refused(Why.WRONG_SECRET, desk.issued.client_id)


def test_a_secret_whose_record_was_destroyed_authenticates_nobody(desk):
    desk.change_secret(record=b"")
    assert desk.grant() == Refused(Why.WRONG_SECRET, desk.issued.client_id)


def test_a_retiring_secret_works_until_its_retirement_and_its_tokens_no_longer(desk):
    desk.change_secret(retire_at=START + timedelta(minutes=3))
    assert desk.grant().life == 180
    desk.clock.advance(minutes=3)
    assert desk.grant() == Refused(Why.WRONG_SECRET, desk.issued.client_id)


def test_a_token_does_not_outlive_its_credential(desk):
    desk.change(expires_at=START + timedelta(seconds=90, milliseconds=900))
    desk.clock.advance(milliseconds=500)
    assert desk.grant().life == 90
    assert desk.claims.expires_at <= desk.client.expires_at


def test_a_token_lives_an_hour_at_most_whatever_the_policy_says(desk):
    use_case = replace(desk.use_case, token_life=timedelta(days=1))
    asked = Presented(client_id=str(desk.issued.client_id), proof=desk.issued.secret)
    assert use_case.grant(asked).life == 3600


@given(
    now=st.timedeltas(timedelta(0), timedelta(hours=3)),
    expiry=st.timedeltas(timedelta(0), timedelta(hours=3)),
    life=st.timedeltas(timedelta(seconds=1), timedelta(hours=3)),
)
def test_a_token_lives_a_while_and_ends_in_time(now, expiry, life):
    desk = Desk()
    desk.clock.advance(seconds=now.total_seconds())
    desk.change(expires_at=START + expiry)
    asked = Presented(client_id=str(desk.issued.client_id), proof=desk.issued.secret)
    granted = replace(desk.use_case, token_life=life).grant(asked)
    if isinstance(granted, Refused):
        assert desk.clock.now() + timedelta(seconds=1) > desk.client.expires_at
        return
    assert 0 < granted.life <= 3600
    assert desk.claims.expires_at <= desk.client.expires_at
    assert desk.claims.issued_at <= desk.clock.now()


def test_a_scope_narrows(desk):
    asked = frozenset({"users:read", "alerts:read"})
    assert desk.grant(scope=asked).scope == ("alerts:read", "users:read")


@pytest.mark.parametrize("scope", [{Permission.USERS_WRITE}, {"users:read", "users:write"}, {"everything"}, set()])
def test_a_scope_that_is_wider_or_unknown_or_empty_is_refused(desk, scope):
    assert desk.grant(scope=frozenset(scope)) == Refused(Why.SCOPE, desk.issued.client_id)
    assert desk.signer.signed == []


def test_a_use_is_noted_with_time_and_address(desk):
    desk.grant(address="192.0.2.7")
    (use,) = desk.uses.noted
    assert (use.secret, use.at, use.address) == (desk.client.secrets[0].id, START, "192.0.2.7")


def test_a_wrong_secret_is_no_use(desk):
    desk.grant("crd_wrong")
    assert desk.uses.noted == []


def test_no_repr_shows_secret_record_or_token(desk):
    granted = desk.grant()
    asked = Presented(client_id="x", proof=desk.issued.secret)
    shown = repr(granted) + repr(asked) + repr(desk.client)
    assert desk.issued.secret.disclose() not in shown
    assert granted.token not in shown
    assert repr(desk.client.secrets[0].record) not in shown
