"""The table in docs/slack.md of who may do what is what these tests find: each thing that can be done, by each kind of
person, over the whole face.

`CRED_TABLE=write` writes it anew, in the test that asks for every row: then look at the difference.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.events import EventKind
from bot.domain.ids import TeamId, UserId
from bot.slack.ids import Callback
from tests.slack import scenes, storm
from tests.slack.lounge import Lounge
from tests.slack.scenes import Scene
from tests.support import people
from tests.support.payloads import Payload, Sender

DOCS = Path(__file__).parents[2] / "docs" / "slack.md"
BEGIN, END = "<!-- who may: written by tests/slack/test_who_may.py -->\n", "<!-- who may: end -->\n"
YES, NOTHING = "yes", "nothing happens"
READ = {Callback.READ, Callback.TERMS}
"""Windows in which nothing is asked for yet."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person, and one of them."""

    what: str
    user: UserId
    team: TeamId = people.HOME
    stranger: bool = False


KINDS = (
    Kind("requester", scenes.RITA),
    Kind("owner", people.OLGA),
    Kind("approver", people.ANA),
    Kind("admin", people.MAYA),
    Kind("estate admin", scenes.EVE),
    Kind("auditor", people.SAM),
    Kind("member", scenes.MEL),
    Kind("guest", people.GUEST, stranger=True),
    Kind("external", people.OTTO, people.FOREIGN, stranger=True),
    Kind("deactivated", people.GONE, stranger=True),
    Kind("another workspace's", scenes.ELLA, scenes.ELSEWHERE, stranger=True),
    Kind("bot", people.BOT, stranger=True),
)
SCENES = {scene.what: scene for scene in scenes.scenes()}
NEVER = {
    "request.approve": {"requester", "owner"},
    "form.deny": {"requester", "owner"},
    "glass.justified": {"requester"},
    "form.unjustified": {"requester"},
    "secret.reveal": {kind.what for kind in KINDS} - {"owner"},
    "secret.reissue": {kind.what for kind in KINDS} - {"owner"},
    "`/cred audit`": {kind.what for kind in KINDS} - {"auditor"},
}
"""What must not be, whatever the table says."""


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_each_kind_of_person_gets_what_the_docs_say(scene, tmp_path):
    outcomes = _outcomes(scene, tmp_path)
    row = {who: outcome.told for who, outcome in outcomes.items()}
    assert row == _documented().get(scene.what)
    assert {kind.what for kind in KINDS if kind.stranger and row[kind.what] == YES} == set()
    assert {what for what in NEVER.get(scene.what, ()) if row[what] == YES} == set()
    for who, outcome in outcomes.items():
        assert not outcome.form or _documented()[_row_of(outcome.form, scene)][who] == YES, f"{who} would be refused"


def test_the_docs_have_a_row_for_everything_that_can_be_done(tmp_path):
    if os.environ.get("CRED_TABLE") == "write":
        rows = {
            what: {who: outcome.told for who, outcome in _outcomes(scene, tmp_path / str(n)).items()}
            for n, (what, scene) in enumerate(SCENES.items())
        }
        before, _, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
        DOCS.write_text(before + BEGIN + _table(rows) + END + rest.partition(END)[2], encoding="utf-8")
    assert list(_documented()) == list(SCENES)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it."""

    told: str
    """`yes`, or the sentence."""
    changed: bool
    """Whether something is another way now. That a refusal is recorded is no change."""
    form: str
    """Which form was opened, to be filled in."""


def _row_of(form: str, scene: Scene) -> str:
    """The row of that form as it is sent: where there are several, the one for the same thing."""
    same = f"{form} ({re.findall('[a-z-]+', scene.what)[-1]})"
    return same if same in SCENES else form


def _outcomes(scene: Scene, folder: Path) -> dict[str, Outcome]:
    """What becomes of it, by who does it. After whoever may do it, it is made anew for the next one."""
    found: dict[str, Outcome] = {}
    waiting = list(KINDS)
    while waiting:
        with storm.furnished(folder / str(len(waiting))) as lounge:
            sends, done = scene.prepare(lounge), False
            lounge.settle()
            while waiting and not done:
                kind = waiting.pop(0)
                sender = Sender(kind.user, kind.team, answers=lounge.url())
                outcome = found[kind.what] = _became(lounge, sends(sender))
                done = outcome.changed
    return found


def _became(lounge: Lounge, payload: Payload) -> Outcome:
    effects, calls = _effects(lounge), len(lounge.slack.calls)
    response = lounge.dispatch(payload)
    assert response.status == 200
    lounge.settle()
    answers = [json.loads(response.body)] if response.body else []
    made = lounge.slack.calls[calls:]
    answers += [body for _, body in made]
    opened = [body["view"]["callback_id"] for method, body in made if method == "views.open"]
    form = next((each for each in opened if each not in READ), "")
    if _effects(lounge) > effects:
        return Outcome(YES, changed=True, form=form)
    sentences = [_sentence(answer) for answer in answers]
    told = " ".join(sentence for sentence in sentences if sentence)
    return Outcome(told or (YES if None in sentences else NOTHING), changed=False, form=form)


def _sentence(answer: Payload) -> str | None:
    """The one sentence that an answer is, above what was typed, if anything; None if it is more than that."""
    if "errors" in answer:
        return " ".join(answer["errors"].values())
    shown = answer.get("view", answer)
    blocks = shown.get("blocks", [])
    in_a_form = "view" in answer
    alone = len(blocks) in ((1, 2) if in_a_form else (1,)) and {block["type"] for block in blocks} == {"section"}
    said = not in_a_form or shown.get("callback_id") in (Callback.READ.value, None)
    return _readable(blocks[0]["text"]["text"]) if alone and said and "accessory" not in blocks[0] else None


def _readable(text: str) -> str:
    """As it is read in Slack."""
    names = re.sub(r"<@U0(\w+)>", lambda found: f"@{found[1].lower()}", text)
    dates = re.sub(r"<!date\^[^|]*\|([^>]*)>", r"\1", names)
    return re.sub(r"\s+", " ", dates).replace("|", "\\|")


def _effects(lounge: Lounge) -> int:
    with lounge.house.store.connect() as connection:
        events = [entry.event for entry in lounge.house.store.ledger.entries(connection)]
    told = [event.kind for event in events if event.kind.partition(":")[0] not in {"log", "key", "person"}]
    return sum(kind != EventKind.VOTE_REFUSED for kind in told)


def _table(rows: Mapping[str, Mapping[str, str]]) -> str:
    sentences = list(dict.fromkeys(cell for row in rows.values() for cell in row.values() if cell != YES))
    number = {sentence: str(n) for n, sentence in enumerate(sentences, 1)}
    columns = [kind.what for kind in KINDS]
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for what, row in rows.items():
        lines.append(f"| {what} | {' | '.join(number.get(row[each], YES) for each in columns)} |")
    lines += ["", *(f"{number[sentence]}. {sentence}" for sentence in sentences)]
    return "".join(f"{line}\n" for line in lines)


def _documented() -> dict[str, dict[str, str]]:
    """The table, with the sentences in place of their numbers."""
    table = DOCS.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    sentences = dict(_numbered(table))
    rows = [re.split(r"(?<!\\) *\| *", line.strip("| ")) for line in table.splitlines() if line.startswith("| ")]
    columns = [kind.what for kind in KINDS]
    assert rows[0] == columns, rows[:1]
    return {
        row[0]: {what: sentences.get(cell, cell) for what, cell in zip(columns, row[1:], strict=True)}
        for row in rows[1:]
    }


def _numbered(table: str) -> Iterator[tuple[str, str]]:
    for line in table.splitlines():
        if found := re.fullmatch(r"(\d+)\. (.+)", line):
            yield found[1], found[2]
