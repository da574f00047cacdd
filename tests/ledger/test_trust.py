"""The policy of who must cosign: read to the letter, and applied to a checkpoint."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import Checkpoint, LogKey, MalformedError
from ledger.checkpoint import Note
from ledger.cosigning import WitnessKey
from ledger.errors import BadSignatureError, TooFewWitnessesError
from ledger.trust import TrustPolicy
from tests.support.ledger_room import ORIGIN, Chance

LOG = LogKey.generate(ORIGIN, Chance("log"))
KEYS = {
    name: WitnessKey.generate(f"{name}.example.com/witness", Chance(name)) for name in ("X1", "X2", "X3", "Y1", "Y2")
}
CHECKPOINT = Checkpoint.sign(LOG, 7, bytes(32))
LINES = "".join(f"witness {name} {key.cosigner.to_text()}\n" for name, key in KEYS.items())
TWO_LEVELS = f"""# who signs
{LINES}
group X-witnesses 2 X1 X2 X3
  group Y-witnesses any\tY1   Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def _signed_by(*names, time=100):
    return CHECKPOINT.with_signatures(CHECKPOINT.cosign(KEYS[name], time) for name in names)


@pytest.mark.parametrize(
    ("names", "enough"),
    [
        ((), False),
        (("X1", "X2"), False),
        (("X1", "Y1"), False),
        (("Y1", "Y2", "X3"), False),
        (("X1", "X2", "Y1"), True),
        (("X3", "X2", "Y2"), True),
        (tuple(KEYS), True),
    ],
)
def test_quorum_of_groups_is_as_many_as_it_says(names, enough):
    policy, checkpoint = TrustPolicy.from_text(TWO_LEVELS), _signed_by(*names)
    assert set(policy.signed_by(checkpoint)) == set(names)
    if enough:
        assert policy.check(checkpoint) == dict.fromkeys(names, 100)
    else:
        with pytest.raises(TooFewWitnessesError, match="X-and-Y") as refused:
            policy.check(checkpoint)
        assert all(name in str(refused.value) for name in KEYS)


def test_quorum_may_be_one_witness_or_none():
    one = TrustPolicy.from_text(f"{LINES}quorum X1\n")
    assert one.check(_signed_by("X1")) == {"X1": 100}
    with pytest.raises(TooFewWitnessesError):
        one.check(_signed_by("X2"))
    assert TrustPolicy.from_text("quorum none\n").check(CHECKPOINT) == {}


def test_cosignature_that_is_not_good_does_not_count():
    other = Checkpoint.sign(LOG, 8, bytes(32)).cosign(KEYS["X1"], 100)
    policy = TrustPolicy.from_text(f"{LINES}quorum X1\n")
    with pytest.raises(TooFewWitnessesError):
        policy.check(CHECKPOINT.with_signatures([other]))
    both = Note(CHECKPOINT.note.text, (*_signed_by("X1").note.signatures, other))
    assert policy.signed_by(Checkpoint.from_text(both.to_text())) == {}


def test_checkpoint_of_a_log_that_is_not_listed_does_not_hold():
    policy = TrustPolicy.from_text(f"log {LOG.verifier.to_text()} https://log.example.com/\n{LINES}quorum X1\n")
    policy.check(_signed_by("X1"))
    other = Checkpoint.sign(LogKey.generate(ORIGIN, Chance("other")), 7, bytes(32))
    with pytest.raises(BadSignatureError):
        policy.check(other.with_signatures([other.cosign(KEYS["X1"], 100)]))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("quorum", "'quorum' with 0 words"),
        ("quorum X9", "no line above names X9"),
        ("quorum X1\nquorum X1", "a quorum already"),
        ("Quorum X1", "is none of"),
        ("witness X1", "is none of"),
        (f"witness X1 {KEYS['Y1'].cosigner.to_text()}", "taken"),
        (f"witness Z1 {KEYS['X1'].cosigner.to_text()}", "another witness's"),
        (f"witness none {WitnessKey.generate('z', Chance('z')).cosigner.to_text()}", "taken"),
        (f"witness Z {WitnessKey.generate('z', Chance('z')).cosigner.to_text()} ftp://z", "http"),
        (f"witness Z {LOG.verifier.to_text()}", "Ed25519 (type 4"),
        (f"log {KEYS['X1'].cosigner.to_text()}", "Ed25519 (type 1"),
        (f"log {LOG.verifier.to_text()}\nlog {LOG.verifier.to_text()}", "listed already"),
        ("group G all", "is none of"),
        ("group G 0 X1", "'0' of 1 members"),
        ("group G 2 X1", "'2' of 1 members"),
        ("group G 01 X1", "'01'"),
        ("group G -1 X1", "'-1'"),
        ("group G some X1", "'some'"),
        ("group G any X1 X1", "a member already"),
        ("group G any X1\ngroup H any X1", "a member already"),
        ("group G any G", "no line above names G"),
        ("group G any none", "no line above names none"),
        ("group X1 any X2", "taken"),
        ("quorum X1\r", "control characters"),
        ("quorum\u00a0X1", "is none of"),
    ],
)
def test_policy_that_leaves_anything_open_is_refused_with_its_line(line, says):
    with pytest.raises(MalformedError) as refused:
        TrustPolicy.from_text(LINES + line)
    assert says in str(refused.value)
    assert f"line {len(KEYS) + 1 + line.count(chr(10))}: " in str(refused.value)


def test_policy_without_a_quorum_is_refused():
    with pytest.raises(MalformedError, match="quorum NAME"):
        TrustPolicy.from_text(LINES)


def test_policy_file_is_named_with_its_line(tmp_path):
    path = tmp_path / "witnesses.txt"
    with pytest.raises(MalformedError, match="cannot be read"):
        TrustPolicy.read(path)
    path.write_text("quorum one\n")
    with pytest.raises(MalformedError, match=r"witnesses\.txt, line 1: "):
        TrustPolicy.read(path)
    path.write_bytes(b"\xff")
    with pytest.raises(MalformedError, match="cannot be read"):
        TrustPolicy.read(path)
    path.write_text(TWO_LEVELS)
    assert TrustPolicy.read(Path(path)).quorum == "X-and-Y"


def test_policy_survives_its_text():
    policy = TrustPolicy.from_text(f"log {LOG.verifier.to_text()}\n{TWO_LEVELS}")
    assert TrustPolicy.from_text(policy.to_text()) == policy


_WORDS = some.sampled_from(["log", "witness", "group", "quorum", "none", "any", "all", "1", "2", "X1", "G", "H", "#"])
_ROWS = some.lists(some.lists(_WORDS, max_size=5).map(" ".join), max_size=6).map("\n".join)


@given(_ROWS | some.text(max_size=80))
def test_whatever_is_read_as_a_policy_has_a_text_of_its_own_that_says_the_same(text):
    try:
        policy = TrustPolicy.from_text(LINES + text)
    except MalformedError:
        return
    assert TrustPolicy.from_text(policy.to_text()) == policy
