"""Secrets of the built-in authority are recognisable, unbiased and of harmless characters."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import secret_format
from bot.domain.secret_format import ALPHABET, BODY_LENGTH, PREFIX, checksum, is_secret, mint

VECTOR = "crd_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"


def drawing(values: bytes):
    """A source that gives these bytes, over and over, in pieces of the size asked for."""
    at = 0

    def draw(size: int) -> bytes:
        nonlocal at
        piece = bytes(values[(at + i) % len(values)] for i in range(size))
        at += size
        return piece

    return draw


def test_a_secret_made_of_known_bytes_is_the_known_secret():
    assert mint(drawing(bytes(range(62)))).startswith(VECTOR)


def test_the_checksum_is_the_crc_32_of_the_catalogue():
    # The check value of CRC-32/ISO-HDLC is 0xCBF43926 for "123456789" (Greg Cook's catalogue of CRC algorithms).
    value = 0
    for digit in checksum("123456789"):
        value = value * 62 + ALPHABET.index(digit)
    assert value == 0xCBF43926


@given(st.binary(min_size=64, max_size=4096).filter(lambda b: sum(x < 248 for x in b) > 0))
def test_every_minted_secret_is_recognised_and_of_harmless_characters(values):
    secret = mint(drawing(values))
    assert is_secret(secret)
    assert re.fullmatch(r"crd_[A-Za-z0-9]{49}", secret)


@given(st.text(ALPHABET, min_size=BODY_LENGTH, max_size=BODY_LENGTH), st.integers(0, BODY_LENGTH - 1), st.data())
def test_one_wrong_character_is_noticed(body, place, data):
    other = data.draw(st.sampled_from(ALPHABET).filter(lambda c: c != body[place]))
    mistyped = body[:place] + other + body[place + 1 :]
    assert is_secret(PREFIX + body + checksum(body))
    assert not is_secret(PREFIX + mistyped + checksum(body))


@pytest.mark.parametrize("text", ["", "crd_", VECTOR, "ghp_" + "a" * 49, VECTOR + "000000", " " + VECTOR])
def test_what_has_not_form_and_checksum_is_no_secret(text):
    assert not is_secret(text)


def test_a_line_end_after_a_secret_makes_it_none():
    assert not is_secret(mint(drawing(bytes(range(62)))) + "\n")


def test_bytes_that_would_favour_some_characters_are_thrown_away():
    biased = bytes(range(248, 256))
    assert mint(drawing(biased + bytes(range(62)))).startswith(PREFIX + ALPHABET[:BODY_LENGTH])


def test_each_character_is_as_likely_as_any_other():
    kept = [byte for byte in range(256) if byte < secret_format._FAIR]
    counts = [sum(1 for byte in kept if byte % 62 == place) for place in range(62)]
    assert set(counts) == {4}


def test_the_body_holds_at_least_256_bits():
    assert 62**BODY_LENGTH >= 2**256


def test_six_digits_hold_every_checksum():
    assert checksum("") == "000000"
    assert 62**secret_format.CHECKSUM_LENGTH >= 2**32
