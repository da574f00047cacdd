"""Having the ledger's checkpoints cosigned while the program runs: nobody waits for it, and it is told once."""

import logging
from datetime import datetime, timedelta
from typing import Final

from bot.config import Places
from bot.domain.log_standing import Cosigned
from bot.main.opening import NotReadyError
from bot.ports import Clock
from bot.store import SqlStore
from ledger import Gathering, LedgerError, TrustPolicy

_AGAIN = timedelta(minutes=10)
"""After which a witness that did not sign is asked again, if there is nothing newer to sign."""
_log = logging.getLogger(__name__)


class Witnesses:
    """Those of the policy in `CRED_WITNESSES`, or nobody."""

    def __init__(self, places: Places, store: SqlStore, clock: Clock) -> None:
        """Raises `NotReadyError` where the policy cannot be read."""
        self._clock: Final = clock
        self._store: Final = store
        self._silent: set[str] = set()
        self._asked: tuple[int, datetime] | None = None
        """The size that they were asked about last, and when."""
        try:
            policy = None if places.witnesses is None else TrustPolicy.read(places.witnesses)
            self._gathering = None if policy is None else Gathering(store.ledger, policy, store.connect)
        except LedgerError as error:
            raise NotReadyError(f"CRED_WITNESSES cannot be used: {error}") from None

    def standing(self) -> tuple[Cosigned, ...]:
        """What each said last. Nobody is asked by it."""
        answers = () if self._gathering is None else self._gathering.answers
        return tuple(
            Cosigned(name=a.name, size=a.size, at=a.at, problem=a.problem, contradicts=a.contradicts) for a in answers
        )

    def ask(self) -> None:
        """Ask those who have not cosigned the newest checkpoint yet."""
        if self._gathering is None or not self._due():
            return
        self._gathering.ask()
        for one in self.standing():
            self._tell(one)

    def _due(self) -> bool:
        now = self._clock.now()
        with self._store.connect() as connection:
            size = self._store.ledger.newest_checkpoint(connection).size
        if self._asked is not None and self._asked[0] == size and now - self._asked[1] < _AGAIN:
            return False
        self._asked = size, now
        return True

    def _tell(self, one: Cosigned) -> None:
        """Once when it falls silent, once when it signs again."""
        if not one.problem and one.name in self._silent:
            self._silent.remove(one.name)
            _log.info("The witness %s cosigns again: %s entries.", one.name, one.size)
        elif one.problem and one.name not in self._silent:
            self._silent.add(one.name)
            level = logging.ERROR if one.contradicts else logging.WARNING
            _log.log(level, "The witness %s %s. I go on asking, and say when it cosigns.", one.name, one.problem)
