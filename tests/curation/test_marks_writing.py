"""A file of marks is changed by one writer at a time, and whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.file_locks import locked
from horde_model_reference.curation.marks_writing import add_marks, remove_marks
from horde_model_reference.errors import CatalogueFormatError, HordeModelReferenceError, OutputError, PlanError
from horde_model_reference.marks.marks_file import parse_marks
from tests.support.builders import IMAGE
from tests.support.marks import entry, mark_of
from tests.support.waiting import PATIENCE


def names(path: Path) -> list[str]:
    return [mark.name for mark in parse_marks(path.read_bytes(), str(path)).entries]


def test_marks_are_added_to_a_new_file_and_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    add_marks(path, [mark_of("a"), mark_of("b")])
    add_marks(path, [mark_of("c")])
    assert names(path) == ["a", "b", "c"]
    remove_marks(path, IMAGE, ["a", "c"])
    assert names(path) == ["b"]
    assert [file.name for file in tmp_path.iterdir()] == ["marks.toml"]


def test_a_model_is_marked_once(tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    path.write_text(entry("a").replace("low_use", "dull"))
    before = path.read_bytes()
    with pytest.raises(PlanError, match="'a' is marked already"):
        add_marks(path, [mark_of("b"), mark_of("a")])
    assert path.read_bytes() == before
    add_marks(path, [mark_of("a", category="text_generation")])


def test_a_malformed_mark_can_be_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    path.write_text(entry("a").replace("low_use", "dull") + "# stays\n")
    remove_marks(path, IMAGE, ["a"])
    assert path.read_text() == "# stays\n"


def test_a_model_without_a_mark_is_named(tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    path.write_text(entry("a"))
    with pytest.raises(PlanError, match="'b' of image_generation is not marked"):
        remove_marks(path, IMAGE, ["a", "b"])
    with pytest.raises(PlanError, match="'a' of text_generation is not marked"):
        remove_marks(path, MODEL_REFERENCE_CATEGORY.text_generation, ["a"])
    assert names(path) == ["a"]


def test_a_byte_order_mark_stays(tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    path.write_bytes(b"\xef\xbb\xbf" + entry("a").encode())
    add_marks(path, [mark_of("b")])
    remove_marks(path, IMAGE, ["a"])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert names(path) == ["b"]


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (b"x = 1", CatalogueFormatError, r"expected \[\[marks\]\]"),
        (b"[[marks]", CatalogueFormatError, "line 1"),
        (b"\xff", CatalogueFormatError, "not UTF-8"),
    ],
)
def test_a_file_that_is_none_stays_as_it_is(
    tmp_path: Path, content: bytes, error: type[HordeModelReferenceError], said: str
) -> None:
    path = tmp_path / "marks.toml"
    path.write_bytes(content)
    with pytest.raises(error, match=said):
        add_marks(path, [mark_of("a")])
    assert path.read_bytes() == content


def test_of_several_writers_at_once_none_loses_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    wanted = [f"model {at}" for at in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: add_marks(path, [mark_of(name)], PATIENCE), wanted))
    assert sorted(names(path)) == sorted(wanted)


def test_a_file_that_another_run_changes_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "marks.toml"
    with locked([path]), pytest.raises(PlanError, match="is being changed by another run"):
        add_marks(path, [mark_of("a")], 0)
    assert not path.exists()


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises((PlanError, OutputError)):
        add_marks(tmp_path / "file" / "marks.toml", [mark_of("a")])
