"""Spreadsheets as people save them; and what is none, refused in one sentence that says what to do."""

import pytest

from bot.service.vendors.spreadsheet import COLUMNS, ROWS_MOST, Fault, NotASpreadsheetError, read

HEADER = ",".join(COLUMNS)
ROW = "CI deploys,retail,sophos-central,client-1,read-only,U0OLGA,2026-12-31,Reads what is deployed"


def sheet(text: str | bytes):
    return read(text if isinstance(text, bytes) else text.encode(), source="old.csv")


def refused(text: str | bytes) -> str:
    with pytest.raises(NotASpreadsheetError) as error:
        sheet(text)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_rows_are_read_with_the_lines_on_which_they_begin():
    found = sheet(f'{HEADER}\n{ROW}\n"two\nlines",retail,v,c,r,o,e,\n{ROW}\n')
    assert [row.line for row in found.rows] == [2, 3, 5]
    assert found.rows[0].cells["owner"] == "U0OLGA"
    assert found.rows[1].cells["name"] == "two\nlines"
    assert found.faults == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_it_is_read_as_whichever_program_wrote_it(delimiter, mark, end):
    text = end.join((HEADER, ROW, "")).replace(",", delimiter)
    (row,) = sheet(mark + text.encode()).rows
    assert (row.line, row.cells["expires"]) == (2, "2026-12-31")


def test_excels_own_first_line_is_passed_over():
    (row,) = sheet(f"sep=;\n{HEADER}\n{ROW}\n".replace(",", ";")).rows
    assert row.line == 3


def test_columns_come_in_any_order_and_any_capitals_and_one_may_be_missing():
    (row,) = sheet("Owner,Client ID,NAME, estate ,vendor,role,expires\nU0OLGA,c,n,e,v,r,d\n").rows
    assert (row.cells["client_id"], row.cells["name"], row.cells["estate"]) == ("c", "n", "e")


def test_empty_rows_are_left_out():
    assert [row.line for row in sheet(f"{HEADER}\n\n,,,,,,,\n{ROW}\n\n").rows] == [4]


def test_columns_of_nothing_at_the_end_are_left_out():
    found = sheet(f"{HEADER},,\n{ROW},,\n{ROW}, ,\n{ROW},more,\n")
    assert [row.line for row in found.rows] == [2, 3]
    assert [(fault.line, fault.problem) for fault in found.faults] == [
        (4, "This row has 9 cells, and there are 8 columns.")
    ]
    assert len(sheet(f"{HEADER}\n{ROW.removesuffix('Reads what is deployed')},,\n").rows) == 1


def test_a_row_with_more_or_fewer_cells_is_a_fault_of_its_own():
    found = sheet(f"{HEADER}\n{ROW},more\nshort,row\n{ROW}\n")
    assert [row.line for row in found.rows] == [4]
    assert [(fault.line, fault.problem) for fault in found.faults] == [
        (2, "This row has 9 cells, and there are 8 columns."),
        (3, "This row has 2 cells, and there are 8 columns."),
    ]
    assert isinstance(found.faults[0], Fault)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (HEADER.encode(), "no row below"),
        (b"PK\x03\x04rest of a workbook", "is a workbook"),
        ("name;estate\nMüller;x\n".encode("latin-1"), "is not UTF-8: see line 2"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "is not UTF-8: see line 1"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16-le"), "is not a text file"),
        (f'{HEADER}\n"{ROW}\n'.encode(), "cannot be read from line 2 on"),
        (f"{HEADER},secret\n{ROW},x\n".encode(), "no column “secret”. Remove it"),
        (f"{HEADER},clent_id\n{ROW},x\n".encode(), "Did you mean “client_id”?"),
        (f"{HEADER},name\n{ROW},x\n".encode(), "“name” is there twice"),
        (b"name,estate,vendor\nx,y,z\n", "Missing: client_id, role, owner, expires."),
        ((HEADER + "\n" + (ROW + "\n") * (ROWS_MOST + 1)).encode(), "more than 10000 rows"),
        (b"x" * (20 * 1024 * 1024 + 1), "larger than 20 MiB"),
        (f"{HEADER}\n{'x' * 200_000},".encode(), "cannot be read from line 2 on"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_a_sentence(content, said):
    told = refused(content)
    assert said in told
    assert "old.csv" in told
