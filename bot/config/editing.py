"""Changes to a policy file that keep all else in it: comments, order, blank lines, line ends.

Only the bytes of what changes are replaced; where they stand, the tolerant parser says. Pure: bytes in, bytes out.
"""

import json
from collections.abc import Mapping, Sequence

from tree_sitter import Node

from bot.config.positions import keys_of, parsed

Edit = tuple[int, int, bytes]
"""From where, to where, and what comes there instead."""


class NoTablesError(ValueError):
    """There is no `[[…]]` of the name: the file writes them in another way."""


class ArrayOfTables:
    """The `[[name]]` of a file, in their order. Raises `NoTablesError`."""

    def __init__(self, content: bytes, name: str) -> None:
        self._content = content
        self._name = name
        self._tables = [
            node
            for node in parsed(content).named_children
            if node.type == "table_array_element" and keys_of(node.named_children[0]) == (name,)
        ]
        if not self._tables:
            raise NoTablesError(name)

    def changed(self, values: Mapping[tuple[int, str], str], added: Sequence[Mapping[str, str]]) -> bytes:
        """The file with other values, by number of the table and key, and with new tables behind the last.

        Every value is a text, and the key of one that changes is there.
        """
        edits = [self._replaced(number, key, text) for (number, key), text in values.items()]
        end = self._end()
        edits.append((end, end, self._written(added)))
        content = self._content
        for start, stop, text in sorted(edits, reverse=True):
            content = content[:start] + text + content[stop:]
        return content

    def _replaced(self, number: int, key: str, text: str) -> Edit:
        pairs = (node for node in self._tables[number].named_children[1:] if node.type == "pair")
        value = next(pair.named_children[1] for pair in pairs if keys_of(pair.named_children[0]) == (key,))
        return value.start_byte, value.end_byte, _quoted(text)

    def _end(self) -> int:
        """Behind the last table, and behind the comments that follow it without a blank line."""
        lines = self._content.splitlines(keepends=True)
        row = _last_row(self._tables[-1]) + 1
        while row < len(lines) and lines[row].lstrip().startswith(b"#"):
            row += 1
        return sum(map(len, lines[:row]))

    def _written(self, added: Sequence[Mapping[str, str]]) -> bytes:
        line_end = b"\r\n" if b"\r\n" in self._content else b"\n"
        before = b"" if self._content[: self._end()].endswith(b"\n") else line_end
        texts = []
        for table in added:
            pairs = [key.encode() + b" = " + _quoted(value) for key, value in table.items()]
            texts.append(line_end.join([b"", b"[[" + self._name.encode() + b"]]", *pairs, b""]))
        return before + b"".join(texts) if texts else b""


def _last_row(table: Node) -> int:
    """Of the header and the pairs: comments that the parser counts in may belong to what follows."""
    return max(node.end_point.row for node in table.named_children if node.type != "comment")


def _quoted(text: str) -> bytes:
    """A basic string of TOML, of which a string of JSON is one."""
    return json.dumps(text, ensure_ascii=False).encode()
