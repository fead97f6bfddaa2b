"""A catalogue as records and as columns, and the real ones in all their formats."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.catalogue import COLUMNS, Catalogue, read_catalogue
from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from tests.support.builders import GOOD_URL, IMAGE, MODIFIED, TEXT, catalogue_of

LONG_NAME = "n" * 300


def files(*urls: str) -> dict[str, Any]:
    return {"config": {"download": [{"file_name": "a", "file_url": url} for url in urls]}}


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({}, "baseline", "stable_diffusion_xl"),
        ({"baseline": None}, "baseline", None),
        ({"baseline": "  "}, "baseline", None),
        ({"baseline": " sd3 "}, "baseline", "sd3"),
        ({"nsfw": None}, "nsfw", None),
        ({"nsfw": True}, "nsfw", True),
        ({}, "has_description", True),
        ({"description": None}, "has_description", False),
        ({"description": " \n"}, "has_description", False),
        ({}, "size_bytes", 2 * 2**30),
        ({"size_on_disk_bytes": None}, "size_bytes", None),
        ({}, "download_count", 1),
        ({"config": {}}, "download_count", 0),
        ({"config": {}}, "download_hosts", []),
        (files("https://z.example/1", "https://A.example:1/2", "https://z.example/3"), "download_count", 3),
        (files("https://z.example/1", "https://A.example:1/2", "https://z.example/3"), "download_hosts",
         ["a.example", "z.example"]),
        (files("ftp://z.example/1", "no address", GOOD_URL), "unusable_url_count", 2),
        (files("ftp://z.example/1"), "download_hosts", []),
        (files("", "  "), "unusable_url_count", 2),
    ],
)  # fmt: skip
def test_a_record_as_a_row(fields: dict[str, Any], column: str, value: object) -> None:
    assert catalogue_of({"a": fields}).frame.row(0, named=True)[column] == value


def test_a_record_of_a_name_alone_is_a_row() -> None:
    row = read_catalogue(b'{"a": {"name": "a"}}', IMAGE, "here").frame.row(0, named=True)
    expected: dict[str, object] = {
        "name": "a",
        "baseline": None,
        "nsfw": None,
        "has_description": False,
        "size_bytes": None,
        "download_count": 0,
        "download_hosts": [],
        "unusable_url_count": 0,
    }
    assert {column: row[column] for column in expected} == expected


@pytest.mark.parametrize("content", [b"{}", b"name,parameters_bn\r\n"])
def test_an_empty_catalogue_has_the_columns_too(content: bytes) -> None:
    catalogue = read_catalogue(content, TEXT, "here")
    assert catalogue.records == {}
    assert catalogue.frame.schema == pl.Schema(COLUMNS)
    assert catalogue.warnings == ()


def test_revision_is_the_hash_of_the_content() -> None:
    content = b'{"a": {"name": "a"}}'
    catalogue = read_catalogue(content, IMAGE, "here", MODIFIED)
    assert catalogue.revision == hashlib.sha256(content).hexdigest()
    assert catalogue.modified_at == MODIFIED
    assert read_catalogue(content + b"\n", IMAGE, "here").revision != catalogue.revision


def test_rows_stand_by_code_point() -> None:
    names = ["b", "B", "é", "z", "\U0001f600", "\uffff", LONG_NAME, "a/b", "=1+1"]
    assert catalogue_of(names).frame["name"].to_list() == sorted(names)


@given(st.permutations(["a", "b/c", "B", "d\u00e9", LONG_NAME]))
def test_order_of_records_changes_nothing_rule_12(names: list[str]) -> None:
    catalogue, ordered = catalogue_of(names), catalogue_of(sorted(names))
    assert catalogue.frame.equals(ordered.frame)


# The real catalogues.


def real(shared_data: Path, path: str, category: MODEL_REFERENCE_CATEGORY) -> Catalogue:
    return read_catalogue((shared_data / path).read_bytes(), category, path)


def test_real_image_catalogue_is_the_same_in_both_formats_rule_11(shared_data: Path) -> None:
    legacy = real(shared_data, "catalogue/stable_diffusion.json", IMAGE)
    v2 = real(shared_data, "catalogue-v2/stable_diffusion.json", IMAGE)
    assert legacy.frame.height == 161
    assert legacy.frame.equals(v2.frame)
    assert legacy.warnings == v2.warnings == ()
    for name, record in legacy.records.items():
        downloads = [(file.file_name, file.file_url, file.sha256sum) for file in record.config.download]
        others = [(file.file_name, file.file_url, file.sha256sum) for file in v2.records[name].config.download]
        assert downloads == others


def test_real_text_catalogue_is_the_same_in_all_formats_rule_11(shared_data: Path) -> None:
    table = real(shared_data, "catalogue/models.csv", TEXT)
    generated = real(shared_data, "catalogue/db.json", TEXT)
    v2 = real(shared_data, "catalogue-v2/text_generation.json", TEXT)
    assert len(table.records) == 719
    assert set(table.records) == set(generated.records) == set(v2.records)
    assert table.frame.equals(generated.frame)
    told_apart = ["style"]  # v2 leaves the default out
    assert table.frame.drop(told_apart).equals(v2.frame.drop(told_apart))


def test_real_text_rows_make_the_entries_of_db_json(shared_data: Path) -> None:
    def told(entry: dict[str, Any]) -> dict[str, Any]:
        values = {key: value.strip() if isinstance(value, str) else value for key, value in entry.items()}
        return values | {"tags": sorted(entry["tags"])}

    raw = json.loads((shared_data / "catalogue/db.json").read_bytes())
    records = real(shared_data, "catalogue/models.csv", TEXT).records
    for name, record in records.items():
        assert told(record.as_json()) == told(raw[name])


def test_names_given_twice_in_the_real_table_are_noticed_rule_11(shared_data: Path) -> None:
    warnings = real(shared_data, "catalogue/models.csv", TEXT).warnings
    assert [warning.code for warning in warnings] == ["name_repeated"] * 4
    for name in (
        "Casual-Autopsy/Maginum-Cydoms-24B",
        "Sao10K/Llama-3.1-8B-Stheno-v3.4",
        "lightblue/Karasu-Mixtral-8x22B-v0.1",
        "mistralai/Ministral-3-14B-Instruct-2512",
    ):
        assert any(f"'{name}'" in warning.message for warning in warnings)


@pytest.mark.parametrize(
    ("category", "count"),
    [
        ("blip", 2),
        ("clip", 2),
        ("codeformer", 1),
        ("controlnet", 18),
        ("esrgan", 6),
        ("gfpgan", 1),
        ("miscellaneous", 2),
        ("safety_checker", 1),
    ],
)
def test_real_small_catalogues_are_read_whole(shared_data: Path, category: str, count: int) -> None:
    catalogue = real(shared_data, f"catalogue/{category}.json", MODEL_REFERENCE_CATEGORY(category))
    raw = json.loads((shared_data / f"catalogue/{category}.json").read_bytes())
    assert len(catalogue.records) == count
    assert set(catalogue.records) == set(raw)
    assert not [warning for warning in catalogue.warnings if warning.code != "name_mismatch"]
