"""Last uses are coalesced, never lost to a busy store, and a first use is the receipt."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.credential import Delivery, ReceiptState
from bot.domain.errors import Denied
from bot.domain.notice import NoticeKind
from bot.ports import Conflict, StoreBusyError
from bot.service.handover import receipts
from bot.service.handover.issuance import Press, reissue
from bot.service.logins.last_use import BATCH, LastUse, Use

pytestmark = pytest.mark.engines("sqlite", "postgresql")


class CountingStore:
    """The real store: transactions are counted, and refused while it is `busy`."""

    def __init__(self, store) -> None:
        self._store = store
        self.turns = 0
        self.busy: Exception | None = None

    def read(self):
        return self._store.read()

    @contextmanager
    def work(self):
        if self.busy:
            raise self.busy
        self.turns += 1
        with self._store.work() as work:
            yield work


@pytest.fixture
def store(house):
    return CountingStore(house.store)


@pytest.fixture
def world(house, store):
    return replace(house.world, store=store)


def use_of(house, credential, **changes) -> Use:
    secret = credential.newest
    values = {
        "credential": credential.id,
        "secret": secret.id,
        "at": house.clock.now(),
        "address": "192.0.2.7",
    }
    return Use(**{**values, **changes})


def kept(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id)


def test_a_first_use_is_the_receipt_and_an_entry(house, world):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    assert uses.flush(world) == 1
    secret = kept(house, credential).newest
    assert secret.receipt is ReceiptState.USED
    assert (secret.last_used_at, secret.last_used_from) == (house.clock.now(), "192.0.2.7")
    assert house.kinds()[-1] == "receipt:changed"


def test_a_use_counts_as_receipt_before_it_is_written(house):
    credential = house.issued().credential
    receipts.delivered(house.world, credential.id, credential.newest.id, Delivery.UNKNOWN)
    house.world.uses.note(use_of(house, credential))
    press = Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
    assert isinstance(reissue(house.world, press), Denied)
    assert kept(house, credential).newest.receipt is ReceiptState.USED
    assert house.authority.issued == 1
    entries = house.kinds()
    house.world.uses.flush(house.world)
    assert house.kinds() == entries


def test_a_use_that_waits_for_the_writers_turn_counts_already(house):
    credential = house.issued().credential
    receipts.delivered(house.world, credential.id, credential.newest.id, Delivery.UNKNOWN)
    press = Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
    told = []

    class Busy:
        """Somebody else has the turn first."""

        def work(self):
            told.append(reissue(house.world, press))
            return house.store.work()

    house.world.uses.note(use_of(house, credential))
    assert house.world.uses.flush(replace(house.world, store=Busy())) == 1
    assert [type(each) for each in told] == [Denied]
    assert house.world.uses.flush(house.world, final=True) == 0, "it was written once"


def test_a_use_while_the_authority_makes_another_secret_saves_the_one_that_works(house):
    credential = house.issued().credential
    receipts.delivered(house.world, credential.id, credential.newest.id, Delivery.UNKNOWN)
    issue = house.authority.reissue

    def used_meanwhile(about, key):
        house.world.uses.note(use_of(house, credential))
        return issue(about, key)

    house.authority.reissue = used_meanwhile
    press = Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
    assert isinstance(reissue(house.world, press), Denied)
    assert kept(house, credential).newest.id == credential.newest.id


def test_a_later_use_is_no_entry(house, world):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    uses.flush(world)
    entries = house.kinds()
    house.clock.advance(minutes=5)
    uses.note(use_of(house, kept(house, credential)))
    assert uses.flush(world) == 1
    assert kept(house, credential).newest.last_used_at == house.clock.now()
    assert house.kinds() == entries


def test_many_uses_within_a_minute_are_one_write(house, world, store):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    uses.flush(world)
    stored = kept(house, credential)
    for _ in range(59):
        house.clock.advance(seconds=1)
        uses.note(use_of(house, stored))
        uses.flush(world)
    assert store.turns == 1


def test_what_was_held_back_is_written_once_its_minute_is_over(house, world):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    uses.flush(world)
    house.clock.advance(seconds=30)
    last = house.clock.now()
    uses.note(use_of(house, kept(house, credential)))
    assert uses.flush(world) == 0
    house.clock.advance(seconds=30)
    assert uses.flush(world) == 1
    assert kept(house, credential).newest.last_used_at == last


def test_the_last_flush_writes_what_was_held_back(house, world):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    uses.flush(world)
    house.clock.advance(seconds=1)
    uses.note(use_of(house, kept(house, credential)))
    assert uses.flush(world, final=True) == 1
    assert kept(house, credential).newest.last_used_at == house.clock.now()


def test_of_two_uses_the_later_one_stays_whichever_was_noted_first(house, world):
    credential, uses = house.issued().credential, LastUse()
    late = house.clock.now() + timedelta(seconds=5)
    uses.note(use_of(house, credential, at=late, address="192.0.2.8"))
    uses.note(use_of(house, credential))
    uses.flush(world)
    assert kept(house, credential).newest.last_used_from == "192.0.2.8"


@pytest.mark.parametrize("refusal", [StoreBusyError("busy"), Conflict("late")])
def test_what_a_busy_store_refused_is_written_later(house, world, store, refusal):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    store.busy = refusal
    assert uses.flush(world) == 0
    store.busy = None
    assert uses.flush(world) == 1
    assert kept(house, credential).newest.receipt is ReceiptState.USED


def test_a_use_noted_while_the_store_was_busy_is_not_overwritten_by_the_older_one(house, world, store):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    store.busy = StoreBusyError("busy")
    uses.flush(world)
    uses.note(use_of(house, credential, at=house.clock.now() + timedelta(seconds=1), address="192.0.2.9"))
    store.busy = None
    uses.flush(world)
    assert kept(house, credential).newest.last_used_from == "192.0.2.9"


def test_uses_from_many_threads_are_all_written_while_they_come_in(house, world):
    credentials = [house.issued(name=f"client {n}").credential for n in range(4)]
    uses, start = LastUse(), house.clock.now()

    def use(n: int) -> None:
        uses.note(use_of(house, credentials[n % 4], at=start + timedelta(seconds=n)))
        if n % 10 == 0:
            uses.flush(world)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(200)))
    uses.flush(world, final=True)
    last = [kept(house, credential).newest.last_used_at for credential in credentials]
    assert last == [start + timedelta(seconds=196 + n) for n in range(4)]


def test_nothing_noted_takes_no_turn(world, store):
    assert LastUse().flush(world) == 0
    assert store.turns == 0


def test_many_secrets_are_written_a_batch_at_a_time(house, world, store):
    uses = LastUse()
    credential = house.issued().credential
    for number in range(BATCH + 1):
        uses.note(use_of(house, credential, secret=f"secret {number}"))
    assert uses.flush(world) == BATCH + 1
    assert store.turns == 2


def test_a_receipt_that_was_missed_is_made_good_by_a_use(house, world):
    credential, uses = house.issued().credential, LastUse()
    missed = replace(credential.newest, receipt=ReceiptState.NONE)
    with house.store.work() as work:
        work.credentials.save_secret(credential.id, missed)
    uses.note(use_of(house, credential))
    uses.flush(world)
    assert kept(house, credential).newest.receipt is ReceiptState.USED


def test_a_stored_secret_stays_stored_when_it_is_used(house, world):
    credential, uses = house.issued().credential, LastUse()
    receipts.stored(house.world, credential.id, credential.newest.id, credential.owner)
    uses.note(use_of(house, credential))
    uses.flush(world)
    secret = kept(house, credential).newest
    assert secret.receipt is ReceiptState.STORED
    assert secret.last_used_at == house.clock.now()


def test_a_use_of_a_secret_that_was_replaced_since_is_kept_but_is_no_receipt(house, world):
    credential, uses = house.issued().credential, LastUse()
    uses.note(use_of(house, credential))
    press = Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
    reissue(house.world, press)
    uses.flush(world)
    old, new = kept(house, credential).secrets
    assert (old.receipt, old.last_used_from) == (ReceiptState.NONE, "192.0.2.7")
    assert new.receipt is ReceiptState.AWAITING


def test_a_use_edits_the_dm_that_offers_another_secret(house, world):
    credential, uses = house.issued().credential, LastUse()
    receipts.delivered(house.world, credential.id, credential.newest.id, Delivery.REFUSED)

    def offers() -> int:
        return sum(notice.kind is NoticeKind.OWNER_NOT_SHOWN for notice in house.waiting())

    before = offers()
    uses.note(use_of(house, credential))
    uses.flush(world)
    assert offers() == before + 1
