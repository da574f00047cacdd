"""A house whose clients really authenticate: the built-in authority and the hot read in front of its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.credential import Credential
from bot.ports import Concealed
from bot.service.logins.authentication import Authentication, Claims, Granted, Presented
from bot.service.logins.last_use import LastUse
from bot.store.auditing import story_problems
from bot.store.authentication import ClientLookup
from bot.web import client_assertion
from tests.support import signing, web
from tests.support.house import House


class _Signer:
    """Nobody looks at these tokens."""

    def sign(self, claims: Claims) -> str:
        return f"token {claims.token_id}"


@dataclass
class Doorway:
    """`house` issues real secrets; `opens` shows one at the door."""

    house: House
    lookup: ClientLookup
    uses: LastUse = field(default_factory=LastUse)

    @property
    def _authentication(self) -> Authentication:
        world = self.house.world
        rules = signing.rules(world.authority, self.house.store, self.house.clock, web.ISSUER)
        return web.authentication(
            self.lookup, world.authority, self.uses, self.house.clock, signer=_Signer(), assertions=rules
        )

    def opens(self, credential: Credential, secret: Concealed) -> bool:
        """Whether this secret gets a token now. Its use is noted and not written."""
        shown = Presented(client_id=credential.client_id, proof=secret, address="192.0.2.7")
        return isinstance(self._authentication.grant(shown), Granted)

    def takes(self, credential: Credential, key: Any) -> bool:
        """Whether an assertion that this key signs gets a token now. Its use is noted and not written."""
        client = str(credential.client_id)
        token = signing.assertion(key, client, self.house.clock.now(), audience=web.ISSUER)
        _, assertion = client_assertion.read(signing.form(token))
        shown = Presented(client_id=client, proof=assertion, address="192.0.2.7")
        return isinstance(self._authentication.grant(shown), Granted)

    def use(self, credential: Credential, secret: Concealed) -> bool:
        """The same, and the use is written at once."""
        opened = self.opens(credential, secret)
        self.uses.flush(self.house.world, final=True)
        return opened

    def knock(self, credential: Credential, secret: Concealed) -> bool:
        """The same, and the use is forgotten: for whoever only looks."""
        opened = self.opens(credential, secret)
        self.uses = LastUse()
        return opened

    def close(self) -> None:
        self.lookup.close()


def put_before(house: House) -> Doorway:
    """A doorway for a house. Whoever made the house closes it after."""
    real = replace(house, world=replace(house.world, authority=web.new_authority()))
    return Doorway(house=real, lookup=ClientLookup(house.engine))


@contextmanager
def sound(house: House) -> Iterator[Doorway]:
    """A doorway, behind which tables and ledger tell the same in the end."""
    made = put_before(house)
    try:
        yield made
    finally:
        made.close()
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []
