"""A spreadsheet that was saved as CSV, read into rows. Pure: bytes in, rows and what is wrong with them out.

Read are UTF-8 with or without the mark that Excel writes, and commas, semicolons or tabs between the cells. Whatever a
program could only guess at (another encoding, a column that it does not know) is refused, in a sentence that says what
to do.
"""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from bot.domain.errors import CredError

REQUIRED = ("name", "estate", "vendor", "client_id", "role", "owner", "expires")
COLUMNS = (*REQUIRED, "description")
ROWS_MOST = 10_000
SIZE_MOST = 20 * 1024 * 1024
"""Bytes of a file: ten thousand rows of the longest words have room in it."""

_DELIMITERS = ",;\t"
_SAVE_AS = "Save it as “CSV UTF-8” and try again."


class NotASpreadsheetError(CredError):
    """The file as a whole cannot be read; the message says why, and what to do."""

    code = "not-a-spreadsheet"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file on which it begins, and what stands in its columns, without blanks around it."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and what to do. It never repeats what may be a secret."""

    line: int
    column: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows, and those that are none."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read(content: bytes, *, source: str) -> Sheet:
    """The rows of a file. `source` names it in what `NotASpreadsheetError` says."""
    text = _text(content, source)
    head = text.removeprefix("sep=;\n").removeprefix("sep=,\n")
    skipped = text.count("\n") - head.count("\n")
    delimiter = _delimiter(head)
    records = _records(head, delimiter, skipped, source)
    header = next(records, None)
    if header is None:
        raise NotASpreadsheetError(f"{source} is empty. Its first line names the columns: {', '.join(COLUMNS)}.")
    names = _names(header[1], source)
    rows: list[Row] = []
    faults: list[Fault] = []
    for line, cells in records:
        while len(cells) > len(names) and not cells[-1]:  # a column that is empty in every row has no name either
            cells.pop()
        if len(cells) != len(names):
            problem = f"This row has {len(cells)} cells, and there are {len(names)} columns."
            faults.append(Fault(line, "", problem, "Look for a quote or a delimiter out of place."))
        else:
            rows.append(Row(line, dict(zip(names, cells, strict=True))))
        if len(rows) + len(faults) > ROWS_MOST:
            raise NotASpreadsheetError(f"{source} has more than {ROWS_MOST} rows. Split it into several files.")
    if not rows and not faults:
        raise NotASpreadsheetError(f"{source} names its columns, and has no row below them.")
    return Sheet(tuple(rows), tuple(faults))


def _text(content: bytes, source: str) -> str:
    if len(content) > SIZE_MOST:
        raise NotASpreadsheetError(f"{source} is larger than {SIZE_MOST // 1024**2} MiB. Split it into several files.")
    if content.startswith(b"PK"):
        raise NotASpreadsheetError(f"{source} is a workbook and not a CSV file. {_SAVE_AS}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotASpreadsheetError(f"{source} is not UTF-8: see line {line}. {_SAVE_AS}") from None
    if "\0" in text:
        raise NotASpreadsheetError(f"{source} is not a text file. {_SAVE_AS}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _delimiter(text: str) -> str:
    """Of those that there are, the one that the first line is cut by into the most columns."""
    first = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)


def _records(text: str, delimiter: str, skipped: int, source: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins; rows of nothing, which spreadsheets end with, are left out."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + skipped + 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise NotASpreadsheetError(f"{source} cannot be read from line {line} on: {error}. {_SAVE_AS}") from None
        if any(cells):
            yield line, cells


def _names(header: list[str], source: str) -> list[str]:
    """The columns as this program calls them: capitals, blanks and dashes do not matter."""
    names = ["_".join(name.casefold().replace("-", " ").split()).replace("clientid", "client_id") for name in header]
    while names and not names[-1]:
        names.pop()
    problems = [_stranger(name) for name in names if name not in COLUMNS]
    problems += [f"The column “{name}” is there twice." for name in COLUMNS if names.count(name) > 1]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        problems.append(f"Missing: {', '.join(missing)}.")
    if problems:
        told = " ".join(problems[:5])
        raise NotASpreadsheetError(f"The first line of {source} names the columns. {told}")
    return names


def _stranger(name: str) -> str:
    near = difflib.get_close_matches(name, COLUMNS, n=1)
    remedy = f"Did you mean “{near[0]}”?" if near else f"Remove it; there are: {', '.join(COLUMNS)}."
    return f"There is no column “{name[:40]}”. {remedy}"


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """As they stand in the file."""
    places = {column: place for place, column in enumerate(chain([""], COLUMNS))}
    return tuple(sorted(faults, key=lambda fault: (fault.line, places[fault.column])))
