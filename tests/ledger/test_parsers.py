"""Whatever is thrown at a parser, it reads the one form of a thing or refuses. `make soak` goes on for longer."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support.parsers import PARSERS


@some.composite
def _bent(draw, seeds):
    """Something right, a few places of it changed, left out, doubled, or put elsewhere."""
    data = bytearray(draw(some.sampled_from(seeds)))
    for _ in range(draw(some.integers(1, 4))):
        at = draw(some.integers(0, len(data)))
        piece = bytes(data[at : at + draw(some.integers(0, 8))])
        match draw(some.sampled_from(["change", "insert", "cut", "double", "move"])):
            case "change" if at < len(data):
                data[at] = draw(some.integers(0, 255))
            case "insert":
                data[at:at] = draw(some.sampled_from([b"\n", b" ", b"0", b"=", b"/", b"x", b"\xe2\x80\x94", b"\x00"]))
            case "cut":
                del data[at : at + len(piece)]
            case "double":
                data[at:at] = piece
            case "move":
                del data[at : at + len(piece)]
                data[: draw(some.integers(0, 2))] += piece
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
def test_parser_reads_what_is_right(name):
    parser = PARSERS[name]
    assert all(parser.again(seed) == seed for seed in parser.seeds)


@pytest.mark.parametrize("name", PARSERS)
def test_parser_reads_one_form_of_a_thing_or_refuses(name):
    parser = PARSERS[name]

    @given(_bent(parser.seeds) | some.binary(max_size=200))
    def look(data):
        parser.look(data)

    look()
