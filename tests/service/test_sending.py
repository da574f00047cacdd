"""Several destinations at once, none twice at once, each in order; who hangs keeps only their own waiting."""

import threading
from collections import defaultdict

import pytest

from bot.domain.ids import UserId
from bot.domain.notice import NoticeKind
from bot.ports import Lost
from bot.scheduler import Guard, Outbox, Threads
from bot.service.delivery import notices
from bot.service.delivery.outbox import Sending
from tests.support.people import ANA, BEN, CAI
from tests.support.sandbox import eventually

pytestmark = pytest.mark.engines("sqlite", "postgresql")

THREADS = 4


class Workspace:
    """Takes messages; some destinations do not answer before they are let go."""

    def __init__(self, house, hanging=()):
        self.real, self.hanging = house.notifier, set(hanging)
        self.let_go, self.lock = threading.Event(), threading.Lock()
        self.arrived, self.inside, self.most = defaultdict(list), defaultdict(int), defaultdict(int)

    def send(self, notice, about, posted):
        where = notice.destination
        with self.lock:
            self.inside[where] += 1
            self.most[where] = max(self.most[where], self.inside[where])
        if where in self.hanging and not self.let_go.wait(60):
            return Lost()
        with self.lock:
            self.inside[where] -= 1
            self.arrived[where].append(notice.id)
            return self.real.send(notice, about, posted)


@pytest.fixture
def running(house):
    """The outbox as the program runs it."""
    started = []

    def start(workspace):
        bell, guard = threading.Event(), Guard(house.world.entropy)
        threads = Threads(THREADS, "outbox", guard)
        sending = Sending(house.world, workspace, submit=threads.submit, freed=bell.set)
        outbox = Outbox(sending.round, bell, house.clock, guard)
        threads.start()
        outbox.start()
        started.append((workspace, sending, outbox, threads))
        return bell

    yield start
    for workspace, sending, outbox, threads in started:
        workspace.let_go.set()
        sending.stop()
        outbox.stop(60)
        threads.stop(60)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("outbox")]


def tell(house, request, people, times):
    """So many messages to each of them."""
    told = defaultdict(list)
    for _ in range(times):
        for person in people:
            with house.store.work() as work:
                notices._tell(house.world, work, NoticeKind.APPROVER_REMINDED, request, UserId(person))
    return told


def pending(house):
    with house.store.read() as reader:
        return reader.notices.next_due()


def test_who_hangs_keeps_nobody_elses_messages_waiting(house, running):
    workspace = Workspace(house, hanging={ANA})
    bell = running(workspace)
    request = house.opened()
    bell.set()
    eventually(lambda: workspace.arrived[CAI], "the others' messages")
    tell(house, request, [BEN, CAI], 3)
    bell.set()
    eventually(lambda: len(workspace.arrived[BEN]) == len(workspace.arrived[CAI]) == 4, "what came while one hung")
    assert not workspace.arrived[ANA]
    workspace.let_go.set()
    eventually(lambda: pending(house) is None, "an empty outbox")
    assert len(workspace.arrived[ANA]) == 1


def test_each_destination_gets_its_messages_in_order_and_one_at_a_time(house, running):
    request = house.opened()
    crowd = [f"U0CROWD{number}" for number in range(12)]
    tell(house, request, crowd, 4)
    with house.store.connect() as connection:
        rows = connection.exec_driver_sql("SELECT destination, id FROM notice ORDER BY number").all()
    expected = defaultdict(list)
    for destination, notice in rows:
        expected[destination].append(notice)
    workspace = Workspace(house)
    running(workspace)
    eventually(lambda: pending(house) is None, "an empty outbox")
    assert {where: list(map(str, ids)) for where, ids in workspace.arrived.items()} == expected
    assert set(workspace.most.values()) == {1}


def test_more_destinations_than_fit_at_once_are_all_served(house, running, monkeypatch):
    monkeypatch.setattr("bot.service.delivery.outbox.LINES", 3)
    request = house.opened()
    tell(house, request, [f"U0CROWD{number}" for number in range(12)], 1)
    workspace = Workspace(house)
    running(workspace)
    eventually(lambda: pending(house) is None, "an empty outbox")
    assert len(workspace.arrived) == 16


def test_after_a_stop_only_the_message_that_was_under_way_is_finished(house):
    request = house.opened()
    tell(house, request, [ANA], 3)
    workspace = Workspace(house, hanging={ANA})
    threads = Threads(1, "outbox", Guard(house.world.entropy))
    sending = Sending(house.world, workspace, submit=threads.submit, freed=lambda: None)
    threads.start()
    sending.round()
    eventually(lambda: workspace.inside[ANA], "the message under way")
    sending.stop()
    workspace.let_go.set()
    threads.stop(60)
    assert len(workspace.arrived[ANA]) == 1
    assert BEN not in workspace.arrived
    assert pending(house) is not None
