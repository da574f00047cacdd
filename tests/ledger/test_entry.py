"""The wire format of an entry, to the byte, and what it is bound to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import CannotOpenError, MalformedError, TooLargeError
from ledger.entry import LONGEST_ENTRY, LONGEST_PAYLOAD, Header, instant, micros, open_entry, seal_entry
from ledger.sealing import SealingKey

KEY = SealingKey.of(b"k" * 32)
HEADER = Header(key_id=KEY.id, index=7, time=1_767_225_600_000_000, nonce=b"n" * 12)
ENTRY = seal_entry(KEY, "example.com", HEADER, b"payload")


def test_entries_are_the_golden_ones(vectors):
    for golden in vectors("entry-v1")["entries"]:
        key = SealingKey.of(bytes.fromhex(golden["data_key"]))
        assert key.id.hex() == golden["key_id"]
        header = Header(key_id=key.id, index=golden["index"], time=golden["time"], nonce=bytes.fromhex(golden["nonce"]))
        entry = bytes.fromhex(golden["entry"])
        assert seal_entry(key, golden["origin"], header, golden["payload"].encode()) == entry
        assert Header.from_bytes(entry) == header
        assert open_entry(key, golden["origin"], header, entry).decode() == golden["payload"]


@given(some.integers(0, 2**64 - 1), some.integers(0, 2**64 - 1), some.binary(min_size=12, max_size=12), some.binary())
def test_entry_survives_sealing(index, time, nonce, payload):
    header = Header(key_id=KEY.id, index=index, time=time, nonce=nonce)
    entry = seal_entry(KEY, "example.com", header, payload)
    assert Header.from_bytes(entry) == header
    assert open_entry(KEY, "example.com", header, entry) == payload


@pytest.mark.parametrize("place", range(len(ENTRY)))
def test_no_byte_of_an_entry_can_change_unseen(place):
    changed = bytearray(ENTRY)
    changed[place] ^= 1
    with pytest.raises((CannotOpenError, MalformedError)):
        open_entry(KEY, "example.com", Header.from_bytes(bytes(changed)), bytes(changed))


def test_entry_opens_in_its_own_log_only():
    with pytest.raises(CannotOpenError):
        open_entry(KEY, "example.org", HEADER, ENTRY)


def test_entry_opens_under_its_own_key_only():
    with pytest.raises(CannotOpenError):
        open_entry(SealingKey.of(b"K" * 32), "example.com", HEADER, ENTRY)


def test_longest_entry_fits_and_one_byte_more_does_not():
    assert len(seal_entry(KEY, "example.com", HEADER, bytes(LONGEST_PAYLOAD))) == LONGEST_ENTRY == 65_535
    with pytest.raises(TooLargeError):
        seal_entry(KEY, "example.com", HEADER, bytes(LONGEST_PAYLOAD + 1))


@pytest.mark.parametrize(
    "entry", [b"", ENTRY[:77], ENTRY[:62], bytes(65_536), b"\x02" + ENTRY[1:], b"\x01\x02" + ENTRY[2:]]
)
def test_what_is_no_entry_of_version_1_is_refused(entry):
    with pytest.raises(MalformedError):
        Header.from_bytes(entry)


@given(some.integers(0, 253_402_300_799_999_999))
def test_instants_survive_their_microseconds(count):
    assert micros(instant(count)) == count


def test_time_and_place_are_bound_to_the_payload():
    for header in (replace(HEADER, time=HEADER.time + 1), replace(HEADER, index=8)):
        moved = header.to_bytes() + ENTRY[62:]
        with pytest.raises(CannotOpenError):
            open_entry(KEY, "example.com", header, moved)
