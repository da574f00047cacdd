"""What goes to a witness: one form only."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import Checkpoint, LogKey, MalformedError
from ledger.submission import LONGEST, Submission, size_from
from tests.support.ledger_room import ORIGIN, Chance

CHECKPOINT = Checkpoint.sign(LogKey.generate(ORIGIN, Chance("log")), 7, bytes(32))
_HASHES = some.lists(some.binary(min_size=32, max_size=32), max_size=63)


def test_submissions_are_the_golden_ones(vectors):
    for golden in vectors("add-checkpoint-v1")["submissions"]:
        read = Submission.from_text(golden["body"])
        assert (read.old, [hashed.hex() for hashed in read.path]) == (golden["old"], golden["path"])
        assert read.checkpoint.to_text() == golden["checkpoint"]
        assert read.to_text() == golden["body"]


@given(some.integers(0, 2**62), _HASHES)
def test_submission_survives_its_text(old, path):
    made = Submission(old=old, path=tuple(path), checkpoint=CHECKPOINT)
    assert Submission.from_text(made.to_text()) == made
    assert len(made.to_text()) < LONGEST // 3


def test_more_hashes_than_a_witness_takes_are_not_sent():
    with pytest.raises(MalformedError):
        Submission(old=1, path=(bytes(32),) * 64, checkpoint=CHECKPOINT).to_text()


GOOD = Submission(old=5, path=(bytes(32), b"\xff" * 32), checkpoint=CHECKPOINT).to_text()


@pytest.mark.parametrize(
    "body",
    [
        "",
        GOOD.replace("old 5", "old 05"),
        GOOD.replace("old 5", "old -5"),
        GOOD.replace("old 5", "Old 5"),
        GOOD.replace("old 5", "old  5"),
        GOOD.replace("old 5\n", ""),
        GOOD.replace("old 5", "old ٥"),
        GOOD.replace("\n\n", "\n", 1),
        GOOD.replace("\n\n", "\n\n\n", 1),
        GOOD.replace("\n\n", "\nAAAA\n\n", 1),
        GOOD.replace("\n\n", "\n" + f"{'A' * 43}=\n" * 62 + "\n", 1),
        GOOD.replace("\n", "\r\n"),
        GOOD.removesuffix("\n"),
    ],
)
def test_submission_has_one_form_only(body):
    with pytest.raises(MalformedError):
        Submission.from_text(body)


@given(some.data())
def test_whatever_is_read_as_a_submission_is_the_one_form_of_it(data):
    at = data.draw(some.integers(0, len(GOOD)))
    changed = (
        GOOD[:at] + data.draw(some.text(max_size=3)) + GOOD[data.draw(some.integers(at, min(at + 3, len(GOOD)))) :]
    )
    try:
        read = Submission.from_text(changed)
    except MalformedError:
        return
    assert read.to_text() == changed


@given(some.integers(0, 2**62))
def test_size_in_a_conflict_is_read(size):
    assert size_from(f"{size}\n") == size


@pytest.mark.parametrize("body", ["", "7", "07\n", "-7\n", "7\n\n", " 7\n", "seven\n", "7 \n"])
def test_what_is_no_size_is_refused(body):
    with pytest.raises(MalformedError):
        size_from(body)
