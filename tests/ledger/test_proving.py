"""Proofs from a database: of every entry under a checkpoint, and none where the entries are not what was signed."""

import re

import pytest
from sqlalchemy import text

from ledger import BadProofError, MalformedError, NotSignedError, RollbackError
from ledger.merkle import check_consistency, prove_consistency, prove_inclusion, root_of
from ledger.proof import EntryProof
from ledger.proving import Prover
from ledger.sqlite import TRIGGERS
from tests.support.made_up_log import MadeUpLog
from tests.support.tampering import flip

SIZE = 1100
SIZES = [1, 2, 3, 255, 256, 257, 511, 512, 513, 769, 1023, 1024, 1100]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    made = MadeUpLog(tmp_path_factory.mktemp("log"), SIZE)
    yield made
    made.close()


def test_every_signed_entry_of_a_ledger_is_proven(story):
    newest = 9
    with story.room.read() as connection:
        for index in range(newest):
            proof = story.room.ledger.prove(connection, index)
            header = EntryProof.from_text(proof.to_text()).check(story.room.log_key.verifier)
            assert (header.index, proof.checkpoint.size) == (index, newest)


@pytest.mark.parametrize("index", [-1, 9, 10, 10**20])
def test_entry_that_no_checkpoint_covers_is_not_proven(story, index):
    with story.room.read() as connection, pytest.raises(NotSignedError, match="9 entries"):
        story.room.ledger.prove(connection, index)


def test_entry_is_proven_once_it_is_signed(story):
    story.checkpoint()
    with story.room.read() as connection:
        assert story.room.ledger.prove(connection, 9).check(story.room.log_key.verifier).index == 9


@pytest.mark.parametrize("size", SIZES)
def test_proofs_from_tiles_are_the_proofs_from_leaves(log, size):
    prover, checkpoint = Prover(1), log.checkpoint(size)
    subtree = lambda start, stop: root_of(log.leaves[start:stop])  # noqa: E731 - what the definition asks for
    with log.engine.connect() as connection:
        for index in {0, 1, 254, 255, 256, size // 2, size - 2, size - 1} & set(range(size)):
            assert prover.entry(connection, index, checkpoint).path == prove_inclusion(index, size, subtree)
        for old in [0, *SIZES]:
            if old <= size:
                path = prover.consistency(connection, old, checkpoint)
                assert path == prove_consistency(old, size, subtree)
                check_consistency(old, log.tree(old).root(), size, checkpoint.root, path)


def test_second_proof_reads_a_few_tiles_and_not_the_whole_log(log):
    prover, checkpoint, statements = Prover(1), log.checkpoint(SIZE), []
    with log.engine.connect() as connection:
        prover.entry(connection, 5, checkpoint)
        connection.connection.dbapi_connection.set_trace_callback(statements.append)
        prover.entry(connection, 900, checkpoint)
        prover.entry(connection, 300, checkpoint)
        connection.connection.dbapi_connection.set_trace_callback(None)
    spans = [re.search(r">= (\d+) AND .*< (\d+) ", statement) for statement in statements]
    assert statements
    assert max(int(span[2]) - int(span[1]) for span in spans) <= 256


def test_longer_log_than_the_signed_one_cannot_be_continued(log):
    with log.engine.connect() as connection, pytest.raises(RollbackError):
        Prover(1).consistency(connection, 600, log.checkpoint(599))


def test_changed_entries_prove_nothing(story):
    story.tamper(flip(4, 80))
    with story.room.read() as connection:
        for index in range(9):
            with pytest.raises(BadProofError, match="nothing can be proven"):
                story.room.ledger.prove(connection, index)


def test_missing_entry_is_named(story):
    story.tamper('DELETE FROM ledger_entry WHERE "index" = 4')
    with story.room.read() as connection, pytest.raises(MalformedError, match="Entry 4 is missing"):
        story.room.ledger.prove(connection, 7)


def test_what_was_remembered_of_changed_entries_is_forgotten(tmp_path):
    log = MadeUpLog(tmp_path, 600)
    prover, checkpoint = Prover(1), log.checkpoint(600)
    change = text('UPDATE ledger_entry SET entry = :entry WHERE "index" = 10')
    with log.engine.begin() as connection:
        for name in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(change, {"entry": b"changed"})
        with pytest.raises(BadProofError):
            prover.entry(connection, 400, checkpoint)
        connection.execute(change, {"entry": log.entries[10]})
        assert prover.entry(connection, 400, checkpoint).index == 400
    log.close()
