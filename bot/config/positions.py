"""Where each key and value of a TOML text stands, so that every mistake names its line.

`tomllib` gives values without places, so the places come from a second, tolerant parser. It is asked only once a
mistake is known: a sound file never pays for it. A path that it does not know has the line of what is around it.
"""

import tomllib
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from bot.config.mistakes import Path


def lines(content: bytes) -> dict[Path, int]:
    """Path to line, counted from 1, of every table, key and array element in a TOML text."""
    root = parsed(content)
    found: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    for node in root.named_children:
        for path, line in _top(node, arrays):
            found.setdefault(path, line)
    return found


def parsed(content: bytes) -> Node:
    """The tree of a TOML text, with the place of everything in it."""
    return Parser(Language(tree_sitter_toml.language())).parse(content).root_node


def line_of(path: Path, known: dict[Path, int]) -> int | None:
    """The line of a path, or of the nearest thing around it; None for the file as a whole."""
    return next((known[path[:end]] for end in range(len(path), 0, -1) if path[:end] in known), None)


def _top(node: Node, arrays: dict[Path, int]) -> Iterator[tuple[Path, int]]:
    """The paths of one top-level construct. `arrays` counts the elements of each array of tables so far."""
    match node.type:
        case "pair":
            yield from _pair(node, ())
        case "table" | "table_array_element":
            head, *body = node.named_children
            path = _through_arrays(keys_of(head), arrays)
            if node.type == "table_array_element":
                arrays[path] = arrays.get(path, -1) + 1
                path = (*path, arrays[path])
            yield from _prefixes(path, _line(node))
            for pair in body:
                if pair.type == "pair":
                    yield from _pair(pair, path)
        case _:
            return


def _through_arrays(keys: Path, arrays: dict[Path, int]) -> Path:
    """A header's keys as a path: below an array of tables they mean its newest element."""
    path: Path = ()
    for place, key in enumerate(keys):
        path = (*path, key)
        if path in arrays and place < len(keys) - 1:
            path = (*path, arrays[path])
    return path


def _pair(node: Node, above: Path) -> Iterator[tuple[Path, int]]:
    key, *value = (child for child in node.named_children if child.type != "ERROR")
    path = above + keys_of(key)
    yield from _prefixes(path, _line(node))
    for child in value:
        yield from _value(child, path)


def _value(node: Node, path: Path) -> Iterator[tuple[Path, int]]:
    if node.type == "array":
        elements = [child for child in node.named_children if child.type != "comment"]
        for number, child in enumerate(elements):
            yield (*path, number), _line(child)
            yield from _value(child, (*path, number))
    elif node.type == "inline_table":
        for child in node.named_children:
            if child.type == "pair":
                yield from _pair(child, path)


def _prefixes(path: Path, line: int) -> Iterator[tuple[Path, int]]:
    for end in range(1, len(path) + 1):
        yield path[:end], line


def keys_of(node: Node) -> Path:
    """The path that a key says, dotted or quoted or plain."""
    if node.type == "dotted_key":
        return tuple(key for child in node.named_children for key in keys_of(child))
    text = (node.text or b"").decode()
    if node.type == "quoted_key":
        return tuple(tomllib.loads(f"{text} = 0"))
    return (text,)


def _line(node: Node) -> int:
    return node.start_point.row + 1
