"""Tables that leave columns out where there is no room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from horde_model_reference.reports.fitted_table import FittedColumn, FittedTable
from tests.support.screens import screen

COLUMNS = (FittedColumn("Name", least=12), FittedColumn("Thou-\nsands", "right"), FittedColumn("Why", least=8))
DROPPED = ("Thou-\nsands", "Why")
WORDS = st.text("abcxyz -模é", min_size=1, max_size=40)
ROWS = st.lists(st.tuples(WORDS, st.integers(0, 10**9), WORDS), min_size=1, max_size=5)


def drawn(rows: list[tuple[str, int, str]], width: int) -> str:
    table = FittedTable(COLUMNS, dropped=DROPPED)
    for name, number, why in rows:
        table.add_row(Text(name), Text(f"{number:,}"), Text(why))
    return screen(table, width)


def letters(text: str) -> str:
    return "".join(text.split())


@given(ROWS, st.integers(20, 100))
def test_no_line_is_wider_and_no_name_is_cut(rows: list[tuple[str, int, str]], width: int) -> None:
    table = drawn(rows, width)
    assert max(map(cell_len, table.splitlines())) <= width
    if letters("Not shown, for want of room: Thousands, Why.") in letters(table):
        assert all(letters(name) in letters(table) for name, *_ in rows)


@given(ROWS, st.integers(20, 99))
def test_more_room_never_shows_fewer_columns(rows: list[tuple[str, int, str]], width: int) -> None:
    narrow, wide = (drawn(rows, room).count("Not shown") for room in (width, width + 1))
    assert narrow >= wide


def test_columns_go_in_the_declared_order_and_are_named() -> None:
    rows = [("a name of 22 letters..", 1_234_567, "for several reasons")]
    shown = {width: drawn(rows, width) for width in (60, 34, 20)}
    assert "Not shown" not in shown[60]
    assert "Not shown, for want of room: Thousands." in " ".join(shown[34].split())
    assert "1,234,567" not in shown[34]
    assert "several" in shown[34]
    assert "Not shown, for want of room: Thousands, Why." in " ".join(shown[20].split())
    assert "several" not in shown[20]


def test_what_never_folds_is_whole_where_nothing_can_be_left_out() -> None:
    table = FittedTable((FittedColumn("Name", least=12), FittedColumn("After")))
    table.add_row(Text("a name of 22 letters.."), Text("2026-05-01"))
    assert "2026-05-01" in screen(table, 20)
