"""`cred pack`: a report that a person can read, a log that anybody can check, and nothing secret in either."""

import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser

import pytest
from sqlalchemy import insert, text

from bot.domain.request import Verdict
from bot.store.rows import METADATA
from ledger import Checkpoint
from ledger.cosigning import WitnessKey
from tests.support import people
from tests.support.backups import refused, said, spellings
from tests.support.house import ORIGIN
from tests.support.ledger_room import Chance

ROGUE = "<script>alert('pwned')</script> & \"co\""


@pytest.fixture
def env(house, tmp_path):
    """A house in which some things happened, its newest checkpoint kept."""
    with house.store.write() as connection:
        rows = [
            {
                "user": m.user,
                "team": m.team,
                "name": ROGUE if m.user == people.OLGA else m.name,
                "full_name": m.full_name,
                "membership": "member",
                "active": True,
                "read_at": 0,
            }
            for m in people.everybody().values()
        ]
        connection.execute(insert(METADATA.tables["member"]), rows)
    house.issued(name="payroll-sync")
    house.clock.advance(hours=2)
    house.issued(name="night-batch", description=ROGUE, reason=ROGUE, owner=people.OLGA)
    denied = house.opened(name="too-much")
    house.vote(denied, people.BEN, Verdict.DENY, "Ask for read-only")
    house.opened(name="still-waiting")
    with house.store.write() as connection:
        house.store.ledger.checkpoint(connection)
    return {
        "CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'cred.db'}",
        "CRED_KEY": house.kek.to_text(),
        "CRED_LOG_KEY": house.log_key.to_text(),
        "CRED_CHECKPOINTS": str(tmp_path / "checkpoints"),
    }


class _Seen(HTMLParser):
    """Tags and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def _check(folder, log="log", vkey="cred-ledger.vkey"):
    done = subprocess.run(
        [sys.executable, "-I", "check.py", log, vkey],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_pack_has_a_report_and_a_log_that_is_checked_without_us(env, tmp_path):
    told = said(env, "pack", str(tmp_path / "pack"))
    assert "Credentials  2" in told
    names = {str(path.relative_to(tmp_path / "pack")) for path in (tmp_path / "pack").rglob("*") if path.is_file()}
    assert {"report.html", "cred-ledger.vkey", "check.py", "README.txt", "log/checkpoint"} <= names
    code, output = _check(tmp_path / "pack")
    assert code == 0, output
    root = (tmp_path / "pack" / "log" / "checkpoint").read_text().split("\n")[2]
    assert root in output
    assert root in (tmp_path / "pack" / "report.html").read_text()


@pytest.mark.parametrize("what", ["checkpoint", "tile/entries/000.p/*", "../cred-ledger.vkey"])
def test_pack_in_which_a_bit_was_changed_is_refused_by_its_own_check(env, tmp_path, what):
    said(env, "pack", str(tmp_path / "pack"))
    (file,) = (tmp_path / "pack" / "log").glob(what) if ".." not in what else [tmp_path / "pack" / "cred-ledger.vkey"]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    code, output = _check(tmp_path / "pack")
    assert code == 1
    assert "NOT SOUND" in output
    assert "Traceback" not in output


def test_zip_holds_the_same(env, tmp_path):
    said(env, "pack", str(tmp_path / "pack.zip"))
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert _check(tmp_path / "unpacked")[0] == 0
    assert (tmp_path / "unpacked" / "report.html").exists()


def test_report_tells_who_asked_who_approved_and_when(env, tmp_path):
    said(env, "pack", str(tmp_path / "pack"))
    seen = _Seen((tmp_path / "pack" / "report.html").read_text())
    assert "Maya asked for this credential: read-only in retail, for Maya" in seen.text
    assert "The pipeline needs it" in seen.text
    assert "Ana approved the request" in seen.text
    assert "Ben denied the request" in seen.text
    assert "Ask for read-only" in seen.text
    assert "made it as" in seen.text
    assert "never made" in seen.text


def test_report_is_one_file_without_a_script_and_typed_markup_stays_text(env, tmp_path):
    said(env, "pack", str(tmp_path / "pack"))
    page = (tmp_path / "pack" / "report.html").read_text()
    seen = _Seen(page)
    assert ROGUE in seen.text
    assert "<script" not in page
    assert not {"link", "img", "iframe", "object", "script"} & {tag for tag, _ in seen.tags}
    addresses = [value for _, attrs in seen.tags for key, value in attrs.items() if key in {"src", "href"}]
    assert all(re.fullmatch("#c[0-9]+", address) for address in addresses)
    anchors = {attrs["id"] for _, attrs in seen.tags if "id" in attrs}
    assert {address[1:] for address in addresses} == anchors


def test_pack_holds_no_key_and_no_secret(env, house, tmp_path):
    said(env, "pack", str(tmp_path / "pack"))
    content = b"".join(path.read_bytes() for path in (tmp_path / "pack").rglob("*") if path.is_file())
    for key in (house.kek.to_text(), house.log_key.to_text()):
        assert not any(spelling in content for spelling in spellings(key))


def test_erased_people_are_shown_as_erased(env, house, tmp_path):
    with house.store.write() as connection:
        ben = house.store.ledger.find_person(connection, team=people.HOME, user=people.BEN)
        house.store.ledger.erase(connection, ben, at=house.clock.now())
    said(env, "pack", str(tmp_path / "pack"))
    seen = _Seen((tmp_path / "pack" / "report.html").read_text())
    assert f"erased person {ben[:4]} denied the request" in seen.text
    assert "words that were erased with their author" in seen.text
    assert not re.search(r"(?<![\w+/=])Ben(?![\w+/=])", seen.text), "as a word: a root or a key may have these letters"
    assert "Ask for read-only" not in seen.text


def test_ledger_that_is_not_sound_is_not_handed_out(env, house, tmp_path):
    with house.store.write() as connection:
        connection.execute(text("UPDATE credential SET owner = 'U0OTTO' WHERE name = 'payroll-sync'"))
    assert "not sound" in refused(env, "pack", str(tmp_path / "pack"))
    assert not (tmp_path / "pack").exists()
    assert list(tmp_path.glob(".pack*")) == []


def test_pack_has_every_log_on_record_and_each_is_checked_by_its_own_key(env, house, tmp_path):
    house = house.continued()
    house.opened(name="after the restore")
    house.signed()
    told = said(env, "pack", str(tmp_path / "pack"))
    assert f"of {ORIGIN} (" in told
    assert f"of {ORIGIN}/2 (" in told
    for log, vkey, origin in (("log", "cred-ledger.vkey", ORIGIN), ("log-2", "cred-ledger-2.vkey", f"{ORIGIN}/2")):
        code, output = _check(tmp_path / "pack", log, vkey)
        assert code == 0, output
        assert output.startswith(f"{origin}: ")
        assert f"python check.py {log} {vkey}" in (tmp_path / "pack" / "README.txt").read_text()
        assert output.rpartition("Root ")[2].strip() in (tmp_path / "pack" / "report.html").read_text()
    seen = _Seen((tmp_path / "pack" / "report.html").read_text())
    assert re.search("entry [0-9]+ of log/ ·", seen.text)
    assert re.search("entry [0-9]+ of log-2/ ·", seen.text)
    assert "There are 2 logs" in seen.text


def test_entries_of_a_former_log_that_no_checkpoint_covers_are_counted_in_the_report(env, house, tmp_path):
    house.opened(name="unsigned")
    house.continued()
    said(env, "pack", str(tmp_path / "pack"))
    assert re.search(
        rf"Of {ORIGIN} \(log/\) it has the first \d+ entries\. The newest \d+ are not under its checkpoint\.",
        _Seen((tmp_path / "pack" / "report.html").read_text()).text,
    )


def test_checkpoint_of_a_former_log_is_what_that_log_is_packed_under(env, house, tmp_path):
    with house.store.write() as connection:
        anchor = house.store.ledger.newest_checkpoint(connection)
    (tmp_path / "anchor").write_text(anchor.to_text())
    house.opened(name="later")
    house.signed()
    house.continued()
    said(env, "pack", str(tmp_path / "pack"), "--checkpoint", str(tmp_path / "anchor"))
    assert Checkpoint.from_text((tmp_path / "pack" / "log" / "checkpoint").read_text()) == anchor
    longer = Checkpoint.sign(house.log_key, 10**6, bytes(32))
    (tmp_path / "anchor").write_text(longer.to_text())
    assert "since a backup was restored" in refused(
        env, "pack", str(tmp_path / "other"), "--checkpoint", str(tmp_path / "anchor")
    )
    (tmp_path / "anchor").write_text(longer.to_text().replace(ORIGIN, "another.example"))
    assert "is not on record" in refused(env, "pack", str(tmp_path / "other"), "--checkpoint", str(tmp_path / "anchor"))


def test_nothing_is_overwritten(env, tmp_path):
    (tmp_path / "pack").mkdir()
    assert "there already" in refused(env, "pack", str(tmp_path / "pack"))


def test_witnesses_who_cosigned_are_named_and_their_policy_goes_along(env, house, tmp_path):
    witness = WitnessKey.generate("witness.example.com/w1", Chance("w1"))
    (tmp_path / "witnesses.txt").write_text(f"witness security {witness.cosigner.to_text()}\nquorum security\n")
    with house.store.write() as connection:
        newest = house.store.ledger.checkpoint(connection)
    (tmp_path / "checkpoints").mkdir()
    kept = tmp_path / "checkpoints" / "cosigned"
    kept.write_text(newest.with_signatures([newest.cosign(witness, 1_772_366_400)]).to_text())
    said(env, "pack", str(tmp_path / "pack"), "--policy", str(tmp_path / "witnesses.txt"))
    assert "cosigned by security" in (tmp_path / "pack" / "report.html").read_text()
    assert (tmp_path / "pack" / "witnesses.txt").read_text() == (tmp_path / "witnesses.txt").read_text()
    packed = Checkpoint.from_text((tmp_path / "pack" / "log" / "checkpoint").read_text())
    assert packed == Checkpoint.from_text(kept.read_text())


def test_checkpoint_that_cannot_be_read_is_one_sentence(env, tmp_path):
    assert "does not hold a checkpoint" in refused(
        env, "pack", str(tmp_path / "pack"), "--checkpoint", str(tmp_path / "none")
    )
