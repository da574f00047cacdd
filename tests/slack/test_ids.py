"""What a button carries comes back whole, and nothing that this program did not write comes back at all."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import CredentialId, NoticeId, RequestId, SecretId
from bot.domain.kind import NEW, Kind
from bot.slack.ids import (
    Answer,
    AnswerMark,
    ChangeMark,
    Choice,
    GroupMark,
    RequestMark,
    SecretMark,
    pack_choice,
    parse_choice,
)

ID = "11111111-1111-4111-8111-111111111111"
DIGEST = "0123456789abcdef" * 4
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)


@given(st.uuids(), HEX)
def test_request_mark_comes_back_as_it_was(request, digest):
    mark = RequestMark(RequestId(request), digest)
    assert RequestMark.parse(mark.pack()) == mark
    for choice in Choice:
        assert parse_choice(pack_choice(choice, mark)) == (choice, mark)


@given(st.uuids(), st.uuids())
def test_secret_mark_comes_back_as_it_was(credential, secret):
    mark = SecretMark(CredentialId(credential), SecretId(secret))
    assert SecretMark.parse(mark.pack()) == mark


@given(st.sampled_from(Answer), st.uuids(), st.integers(0, 9_999_999))
def test_an_answer_and_a_place_in_a_group_come_back_as_they_went(answer, identifier, skipped):
    mark = AnswerMark(answer, CredentialId(identifier))
    assert AnswerMark.parse(mark.pack()) == mark
    place = GroupMark(NoticeId(identifier), skipped)
    assert GroupMark.parse(place.pack()) == place


@pytest.mark.parametrize(
    "forged",
    [
        None,
        7,
        "",
        ID,
        f"{ID}/",
        f"{ID}/{DIGEST[:-1]}",
        f"{ID}/{DIGEST}0",
        f"{ID}/{DIGEST}\n",
        f" {ID}/{DIGEST}",
        f"{ID}/{DIGEST.upper()}",
        f"{{{ID}}}/{DIGEST}",
        f"{ID.replace('-', '')}/{DIGEST}",
        f"{ID}/{'g' * 64}",
        f"{ID}/{'٣' * 64}",
        {"request": ID},
        [ID],
    ],
)
def test_forged_value_is_no_value(forged):
    assert RequestMark.parse(forged) is None
    assert SecretMark.parse(forged) is None
    assert AnswerMark.parse(forged) is None
    assert GroupMark.parse(forged) is None
    assert parse_choice(forged) is None


@pytest.mark.parametrize("forged", [f"approve:{ID}/{DIGEST}", f"{ID}/{DIGEST}", f"details:{ID}", f":{ID}/{DIGEST}"])
def test_forged_choice_is_no_choice(forged):
    assert parse_choice(forged) is None


@given(st.sampled_from(sorted(set(Kind) - NEW)), st.uuids())
def test_change_mark_comes_back_as_it_was(kind, credential):
    mark = ChangeMark(kind, CredentialId(credential))
    assert ChangeMark.parse(mark.pack()) == mark


@pytest.mark.parametrize(
    "forged", [None, f"add:{ID}", f"break-glass:{ID}", f"rotate:{ID}\n", f"ROTATE:{ID}", "rotate:", f"rotate/{ID}"]
)
def test_forged_change_is_no_change(forged):
    assert ChangeMark.parse(forged) is None


def test_values_stay_within_what_slack_takes():
    mark = RequestMark(RequestId(UUID(ID)), DIGEST)
    assert max(len(pack_choice(choice, mark)) for choice in Choice) <= 150
