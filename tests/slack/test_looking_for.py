"""What is typed after `/cred list`: each filter, and one clear sentence where one is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Denied
from bot.service.reading.listing import Wanted
from bot.slack.looking_for import Asker, read
from tests.support import people

ASKER = Asker(people.MAYA, people.make_policy(), lambda: frozenset({people.RETAIL}))


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", Wanted()),
        ("Night Job", Wanted(words="night-job")),
        ('"Night Job"', Wanted(words="night-job")),
        ("“Night Job”", Wanted(words="night-job")),
        ("role:read-only", Wanted(role="read-only")),
        ("role: Read-Only", Wanted(role="read-only")),
        ('pay role:"service principal  READ-ONLY" sync', Wanted(words="pay-sync", role="read-only")),
        ('estate:"Harbour Retail"', Wanted(estate=people.RETAIL)),
        ("ESTATE:retail", Wanted(estate=people.RETAIL)),
        ("owner:me", Wanted(owner=people.MAYA)),
        (f"owner:<@{people.OLGA}>", Wanted(owner=people.OLGA)),
        (f"owner: <@{people.OLGA}|olga of it>", Wanted(owner=people.OLGA)),
        ("expiring:30d unused:90", Wanted(expiring=30, unused=90)),
        ("expiring:2w", Wanted(expiring=14)),
    ],
)
def test_what_is_typed_is_what_is_looked_for(typed, wanted):
    assert read(typed, ASKER) == wanted


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("role:read-olny", "I know no role “read-olny”. Did you mean `role:read-only`?"),
        (
            "role:x",
            "I know no role “x”. Try `role:read-only`, `role:forensics`, `role:management` or `role:super-admin`.",
        ),
        ("role:", "Say which role. Try `role:read-only`, `role:forensics`, `role:management` or `role:super-admin`."),
        ("estate:retial", "I know no estate “retial”. Did you mean `estate:retail`?"),
        ("rolle:read-only", "I know no filter “rolle:”. Did you mean `role:`?"),
        (
            "x1:y",
            "I know no filter “x1:”. There are `role:`, `estate:`, `owner:`, `expiring:` and `unused:`.",
        ),
        ("role:read-only role:read-only", "Say `role:` once. Only one of each can be looked for."),
        (
            "owner:olga",
            "Say whose they are as `owner:@somebody`, chosen from the names that Slack offers, or `owner:me`.",
        ),
        ("expiring:soon", "Say for how many days, from 1 to 3650: `expiring:30d`."),
        ("expiring:0d", "Say for how many days, from 1 to 3650: `expiring:30d`."),
        ("unused:600w", "Say for how many days, from 1 to 3650: `unused:90d`."),
        ('"two words', 'A quotation mark is not closed. Write it as "two words".'),
        ("a" * 65, "No name is that long: 64 characters are the most."),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_the_way_out(typed, sentence):
    assert read(typed, ASKER).sentence == sentence


def test_an_estate_of_which_one_sees_nothing_is_as_unknown_as_one_that_is_not_there():
    hidden, invented = (read(f"estate:{name}", ASKER).sentence for name in ("logistics", "logistixx"))
    assert hidden.replace("logistics", "") == invented.replace("logistixx", "")
    nothing = Asker(people.BEN, people.make_policy(), frozenset)
    assert read("estate:retail", nothing) == read("estate:atlantis", nothing)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_or_refused(typed):
    assert isinstance(read(typed, ASKER), Wanted | Denied)
