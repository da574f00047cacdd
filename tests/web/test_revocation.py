"""`POST /oauth2/revoke` over the real store: a token that was given up is over, on record, and then forgotten."""

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from authlib.integrations.requests_client import OAuth2Session

from bot.ports import StoreBusyError
from bot.service.logins.last_use import LastUse
from bot.store.auditing import story_problems
from bot.store.authentication import ClientLookup
from bot.store.revocations import RevocationLookup
from tests.support import web

PATH = "/oauth2/revoke"


@dataclass
class Desk:
    """Two credentials of a real house, and the application around it."""

    house: object
    app: object
    pairs: list[tuple[str, str]]
    visitor: object = None

    def token(self, pair) -> str:
        form = {"grant_type": "client_credentials"}
        return self.visitor.post("/oauth2/token", data=form, auth=pair).json()["access_token"]

    def active(self, token: str) -> bool:
        return self.visitor.post("/oauth2/introspect", data={"token": token}, auth=self.pairs[1]).json()["active"]

    def revoke(self, token: str, pair):
        return self.visitor.post(PATH, data={"token": token}, auth=pair)

    def remembered(self) -> int:
        with self.house.store.read() as reader:
            return len(reader.revocations.each())

    def problems(self) -> list[str]:
        with self.house.store.connect() as connection:
            return story_problems(self.house.store.ledger, connection)


@contextmanager
def opened(house):
    house = replace(house, world=replace(house.world, authority=web.new_authority()))
    shown = [house.issued(), house.issued(name="other")]
    lookup, revoked = ClientLookup(house.engine), RevocationLookup(house.engine)
    use_case = web.authentication(lookup, house.world.authority, LastUse(), house.clock, token_life=timedelta(hours=1))
    pairs = [(str(each.credential.client_id), each.secret.disclose()) for each in shown]
    try:
        yield Desk(house, web.application(house.world, use_case, revoked=revoked), pairs)
    finally:
        revoked.close()
        lookup.close()


@pytest.fixture
def desk(house):
    with opened(house) as desk, web.visiting(desk.app) as desk.visitor:
        yield desk


def test_a_token_that_its_client_gives_up_is_over_at_once_and_on_record(desk):
    token, other = desk.token(desk.pairs[0]), desk.token(desk.pairs[0])
    assert desk.active(token)
    answer = desk.revoke(token, desk.pairs[0])
    assert (answer.status_code, answer.content, answer.headers["cache-control"]) == (200, b"", "no-store")
    assert (desk.active(token), desk.active(other)) == (False, True)
    assert desk.house.kinds()[-1] == "token:revoked"
    assert desk.problems() == []


def test_a_token_is_given_up_once_however_often_it_is_said(desk):
    token = desk.token(desk.pairs[0])
    assert [desk.revoke(token, desk.pairs[0]).status_code for _ in range(3)] == [200] * 3
    assert desk.house.kinds().count("token:revoked") == 1


def test_a_token_of_another_client_is_left_alone_in_silence(desk):
    token = desk.token(desk.pairs[0])
    assert desk.revoke(token, desk.pairs[1]).content == desk.revoke("nonsense", desk.pairs[1]).content == b""
    assert desk.active(token)
    assert desk.house.kinds().count("token:revoked") == 0


def test_whoever_does_not_authenticate_ends_nothing(desk):
    token = desk.token(desk.pairs[0])
    answer = desk.revoke(token, (desk.pairs[0][0], "crd_wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert desk.active(token)


def test_a_token_that_is_over_anyway_is_forgotten_when_the_next_is_given_up(desk):
    desk.revoke(desk.token(desk.pairs[0]), desk.pairs[0])
    desk.house.clock.advance(minutes=59)
    desk.revoke(desk.token(desk.pairs[0]), desk.pairs[0])
    assert desk.remembered() == 2
    desk.house.clock.advance(minutes=2)
    desk.revoke(desk.token(desk.pairs[0]), desk.pairs[0])
    assert desk.remembered() == 2
    assert desk.problems() == []


@pytest.mark.parametrize("tampering", ["DELETE FROM revocation", "UPDATE revocation SET expires_at = expires_at + 1"])
def test_who_makes_a_token_count_again_is_found(desk, tampering):
    desk.revoke(desk.token(desk.pairs[0]), desk.pairs[0])
    with closing(sqlite3.connect(desk.house.engine.url.database)) as connection:
        connection.execute(tampering)
        connection.commit()
    assert desk.problems()


def test_where_it_cannot_be_written_the_client_is_told_to_try_again_and_the_token_counts(desk, monkeypatch):
    def busy():
        raise StoreBusyError("The database is busy.")

    token = desk.token(desk.pairs[0])
    with monkeypatch.context() as broken:
        broken.setattr(desk.house.store, "work", busy)
        answer = desk.revoke(token, desk.pairs[0])
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert desk.active(token)


def test_a_client_that_nobody_here_wrote_introspects_and_revokes(desk):
    with web.served(desk.app) as address:
        identifier, secret = desk.pairs[0]
        session = OAuth2Session(client_id=identifier, client_secret=secret)
        token = session.fetch_token(f"{address}/oauth2/token", grant_type="client_credentials")["access_token"]
        assert session.introspect_token(f"{address}/oauth2/introspect", token=token).json()["active"] is True
        assert session.revoke_token(f"{address}{PATH}", token=token).status_code == 200
        assert session.introspect_token(f"{address}/oauth2/introspect", token=token).json() == {"active": False}
