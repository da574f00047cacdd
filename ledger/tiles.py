"""The static layout of a log, C2SP tlog-tiles: which files a tree of some size has, what they are called, what is in.

Guarantees: a tile has one path and a path one tile; a bundle holds exactly the entries that went in; only full tiles
are hashed upward, so that what was written as full never changes. Format: c2sp.org/tlog-tiles. Pure.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ledger.entry import LONGEST_ENTRY
from ledger.errors import MalformedError, TooLargeError
from ledger.merkle import HASH_BYTES, CompactRange, root_of

WIDTH = 256
"""Hashes in a full tile, entries in a full bundle."""
HEIGHT = 8
"""Levels of the tree that a tile stands for."""
CHECKPOINT = "checkpoint"
"""The file of the signed tree head, beside the tiles."""
ENTRIES = "entries"
_TOP_LEVEL = 63
_LENGTH_BYTES = 2
_PATH = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?",
    re.ASCII,
)
_LAST_INDEX = 2**63 // WIDTH


@dataclass(frozen=True, slots=True)
class Tile:
    """The n-th tile of a level, or the n-th bundle of entries. `width`: how many hashes or entries are in it."""

    level: int | None
    """0 holds the hashes of the leaves; None: the entries themselves."""
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        level = 0 if self.level is None else self.level
        if not (0 <= level <= _TOP_LEVEL and 0 <= self.index < _LAST_INDEX and 1 <= self.width <= WIDTH):
            raise MalformedError(f"There is no tile {self.index} of width {self.width} at level {self.level}.")

    @property
    def full(self) -> bool:
        """Whether it will never change."""
        return self.width == WIDTH

    @property
    def leaves(self) -> int:
        """How many leaves of the tree each of its hashes stands for."""
        return 1 << HEIGHT * (self.level or 0)

    def path(self) -> str:
        """`tile/<level>/<n>[.p/<width>]`, n in groups of three digits, all but the last of them after an x."""
        digits = str(self.index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        level = ENTRIES if self.level is None else str(self.level)
        partial = "" if self.full else f".p/{self.width}"
        return f"tile/{level}/{'/'.join([*(f'x{group}' for group in groups[:-1]), groups[-1]])}{partial}"

    @classmethod
    def from_path(cls, path: str) -> "Tile":
        """Raises `MalformedError` for anything but the one path of a tile."""
        found = _PATH.fullmatch(path)
        if found is None:
            raise MalformedError(f"{path!r} is no path of a tile: it would be tile/0/x001/x234/067 or tile/0/067.p/12.")
        level, groups, width = found.groups()
        index = int(groups.replace("/", "").replace("x", ""))
        tile = cls(None if level == ENTRIES else int(level), index, WIDTH if width is None else int(width))
        if tile.path() != path:
            raise MalformedError(f"{path!r} is not the one form of the path {tile.path()}.")
        return tile


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles and bundles of a tree, without the full ones of an older size; what is partial comes last of its level.

    From the lowest level up, each bundle before the tile of its leaves.
    """
    level, now, before = 0, size, since
    while now:
        full, rest = divmod(now, WIDTH)
        for index in range(before // WIDTH, full):
            yield from ((Tile(None, index), Tile(0, index)) if level == 0 else (Tile(level, index),))
        if rest:
            yield from ((Tile(None, full, rest), Tile(0, full, rest)) if level == 0 else (Tile(level, full, rest),))
        level, now, before = level + 1, full, before // WIDTH


class Edge:
    """The right edge of a growing tree, as tiles: the hashes of each level that do not fill one yet."""

    def __init__(self) -> None:
        self.size = 0
        self._levels: list[list[bytes]] = []

    @classmethod
    def from_tiles(cls, size: int, read: Callable[[Tile], bytes]) -> "Edge":
        """That of a tree that was written. `read` gives what is in a tile's file. Raises `MalformedError`."""
        edge = cls()
        edge.size = size
        while size >> HEIGHT * len(edge._levels):
            level = len(edge._levels)
            full, width = divmod(size >> HEIGHT * level, WIDTH)
            hashes = unpack_hashes(read(Tile(level, full, width))) if width else ()
            if len(hashes) != width:
                raise MalformedError(f"{Tile(level, full, width).path()} has {len(hashes)} hashes instead of {width}.")
            edge._levels.append(list(hashes))
        return edge

    def add(self, leaf: bytes) -> list[tuple[Tile, bytes]]:
        """One leaf hash more. The tiles that it fills, the lowest first, and what is in their files."""
        filled, node = [], leaf
        self.size += 1
        for level, size in enumerate(self._sizes()):
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level]
            hashes.append(node)
            if len(hashes) < WIDTH:
                break
            filled.append((Tile(level, size // WIDTH - 1), pack_hashes(hashes)))
            node = root_of(hashes)
            hashes.clear()
        return filled

    def drop_partial_leaves(self) -> None:
        """Back to the last full bundle, so that its entries and their hashes come from one reading."""
        if self._levels:
            self._levels[0].clear()
        self.size = self.size // WIDTH * WIDTH

    def partial(self) -> list[tuple[Tile, bytes]]:
        """The tiles of this size that are not full, the lowest first, and what is in their files."""
        return [
            (Tile(level, size // WIDTH, len(hashes)), pack_hashes(hashes))
            for level, (size, hashes) in enumerate(zip(self._sizes(), self._levels, strict=False))
            if hashes
        ]

    def tree(self) -> CompactRange:
        """The whole tree: the width of a level's edge is eight bits of the size, so its subtrees are those bits'."""
        nodes = (node for hashes in reversed(self._levels) for node in CompactRange().extend(hashes).nodes)
        return CompactRange(self.size, tuple(nodes))

    def _sizes(self) -> Iterator[int]:
        """How many hashes each level has, from the lowest up."""
        size = self.size
        while True:
            yield size
            size //= WIDTH


def pack_hashes(hashes: Sequence[bytes]) -> bytes:
    """What is in the file of a tile."""
    return b"".join(hashes)


def unpack_hashes(packed: bytes) -> tuple[bytes, ...]:
    """The reverse. Raises `MalformedError`."""
    if not packed or len(packed) % HASH_BYTES or len(packed) > WIDTH * HASH_BYTES:
        raise MalformedError(f"A tile is 1 to {WIDTH} hashes of {HASH_BYTES} bytes; this has {len(packed)} bytes.")
    return tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES))


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """What is in the file of a bundle: each entry after its length, u16 big-endian. Raises `TooLargeError`."""
    packed = bytearray()
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise TooLargeError(f"A bundle holds entries of {LONGEST_ENTRY:,} bytes at most, this has {len(entry):,}.")
        packed += len(entry).to_bytes(_LENGTH_BYTES, "big") + entry
    return bytes(packed)


def unpack_entries(packed: bytes) -> tuple[bytes, ...]:
    """The reverse. Raises `MalformedError`."""
    entries, at = [], 0
    while at < len(packed):
        start = at + _LENGTH_BYTES
        stop = start + int.from_bytes(packed[at:start], "big")
        if start > len(packed) or stop > len(packed):
            raise MalformedError("The bundle ends in the middle of an entry.")
        entries.append(packed[start:stop])
        at = stop
    if not 1 <= len(entries) <= WIDTH:
        raise MalformedError(f"A bundle has 1 to {WIDTH} entries; this has {len(entries)}.")
    return tuple(entries)
