"""Older formats in the v2 format's words (rule 11)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.legacy import csv_row_to_entry, fold_backend_duplicates, json_entry_to_v2
from horde_model_reference.catalogue.records import ModelRecord

LEGACY = {"name": "a", "type": "ckpt", "available": False, "download_all": True}


@pytest.mark.parametrize("kind", [LEGACY, {}])
@pytest.mark.parametrize(
    ("legacy", "v2"),
    [
        ("stable diffusion 1", "stable_diffusion_1"),
        ("stable diffusion 2", "stable_diffusion_2_768"),
        ("stable_diffusion_xl", "stable_diffusion_xl"),
        ("flux_1", "flux_1"),
        ("stable diffusion 3", "stable diffusion 3"),
        ("", ""),
        (None, None),
    ],
)
def test_baselines_rule_11(kind: dict[str, Any], legacy: str | None, v2: str | None) -> None:
    assert json_entry_to_v2(kind | {"baseline": legacy})["baseline"] == v2


@pytest.mark.parametrize("key", ["type", "available", "download_all"])
def test_any_legacy_key_tells_a_legacy_record(key: str) -> None:
    config = {"files": [{"path": "m", "sha256sum": "11"}], "download": [{"file_name": "m", "file_path": ""}]}
    entry = json_entry_to_v2({"name": "a", key: True, "config": config, "showcases": []})
    assert entry == {
        "name": "a",
        "showcases": [],
        "config": {"download": [{"file_name": "m", "sha256sum": "11"}]},
    }


def test_a_v2_record_stays_as_it_is() -> None:
    entry = {"name": "a", "baseline": "flux_1", "config": {"files": [1], "download": [{"sha256sum": "11"}]}}
    assert json_entry_to_v2(entry) == entry


@pytest.mark.parametrize(
    ("files", "download", "checksum"),
    [
        ([{"path": "m", "sha256sum": "11"}, {"path": "n", "sha256sum": "22"}], {"file_name": "n"}, "22"),
        ([{"path": "m", "sha256sum": "11"}], {"file_name": "other"}, None),
        ([{"path": "m"}], {"file_name": "m"}, None),
        ([{"path": "m", "sha256sum": "11"}], {"file_name": "m", "sha256sum": "99"}, "11"),
        ([{"path": "m", "sha256sum": None}], {"file_name": "m", "sha256sum": "99"}, "99"),
        ([{"path": "other", "sha256sum": "11"}], {"file_name": "m", "sha256sum": "99"}, "99"),
        ([{"sha256sum": "11"}], {"file_url": "https://h.example"}, "11"),
        ([], {"file_name": "m"}, None),
        (None, {"file_name": "m"}, None),
    ],
)
def test_checksum_is_that_of_the_files_entry_of_its_name_rule_11(
    files: list[dict[str, Any]] | None, download: dict[str, Any], checksum: str | None
) -> None:
    entry = json_entry_to_v2(LEGACY | {"config": {"files": files, "download": [download]}})
    assert entry["config"]["download"][0].get("sha256sum") == checksum
    assert "files" not in entry["config"]


@pytest.mark.parametrize("config", [{}, {"download": None}, {"files": []}])
def test_a_legacy_record_without_downloads(config: dict[str, Any]) -> None:
    assert ModelRecord.model_validate(json_entry_to_v2(LEGACY | {"config": config})).config.download == ()


@pytest.mark.parametrize("key", ["files", "download"])
@pytest.mark.parametrize("value", [["m"], {"m": 1}, "m", 1, [None], [["m"]]])
def test_a_config_of_another_shape_is_an_error_of_its_record(key: str, value: object) -> None:
    with pytest.raises(TypeError, match=rf"config\.{key}: expected a list of objects"):
        json_entry_to_v2(LEGACY | {"config": {key: value}})


@pytest.mark.parametrize("raw", [{}, {"day": 3}, {"message": "no"}])
def test_an_object_with_no_key_of_a_record_is_none(raw: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="none of the keys of a record"):
        json_entry_to_v2(raw)


# Rows of models.csv.

ROW = {"name": "author/Some-Model_7B", "parameters_bn": "7"}


def entry_of(**cells: str) -> dict[str, Any]:
    row = ROW | cells
    return csv_row_to_entry(list(row), list(row.values()))


def test_a_row_takes_the_defaults_of_db_json() -> None:
    assert entry_of() == {
        "name": "author/Some-Model_7B",
        "model_name": "Some-Model_7B",
        "baseline": "",
        "parameters": 7_000_000_000,
        "description": "",
        "version": "1",
        "style": "generalist",
        "nsfw": False,
        "display_name": "Some Model 7B",
        "tags": ["7B"],
    }


@pytest.mark.parametrize(
    ("cells", "key", "value"),
    [
        ({"parameters_bn": "0.125"}, "parameters", 125_000_000),
        ({"parameters_bn": "0.125"}, "tags", ["0B"]),
        ({"parameters_bn": " 8.03 "}, "parameters", 8_030_000_000),
        ({"name": "plain"}, "model_name", "plain"),
        ({"display_name": "Shown"}, "display_name", "Shown"),
        ({"style": "chat"}, "style", "chat"),
        ({"style": "chat", "tags": "b, a,,b"}, "tags", ["7B", "a", "b", "chat"]),
        ({"baseline": " Llama "}, "baseline", "Llama"),
        ({"url": "https://h.example"}, "url", "https://h.example"),
        ({"url": ""}, "url", None),
        ({"instruct_format": "ChatML"}, "instruct_format", "ChatML"),
        ({"settings": '{"temperature": 0.7}'}, "settings", {"temperature": 0.7}),
        ({"settings": ""}, "settings", None),
    ],
)
def test_cells_of_a_row(cells: dict[str, str], key: str, value: object) -> None:
    assert entry_of(**cells).get(key) == value


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"parameters_bn": ""}, "parameters_bn: '' is no number"),
        ({"parameters_bn": "7B"}, "parameters_bn: '7B' is no number"),
        ({"parameters_bn": "-1"}, "parameters_bn: '-1'"),
        ({"parameters_bn": "nan"}, "parameters_bn: 'nan'"),
        ({"parameters_bn": "inf"}, "parameters_bn: 'inf'"),
        ({"settings": "{"}, "settings: no JSON"),
        ({"settings": "[1]"}, "settings: expected a JSON object"),
    ],
)
def test_a_bad_cell_is_an_error_that_names_its_column(cells: dict[str, str], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        entry_of(**cells)


@pytest.mark.parametrize("row", [["a"], ["a", "1", "2"]])
def test_a_row_of_another_length_is_an_error(row: list[str]) -> None:
    with pytest.raises(ValueError, match=f"{len(row)} columns, expected 2"):
        csv_row_to_entry(list(ROW), row)


# db.json: plain, koboldcpp/ and aphrodite/ records of one model.


def folded(*names: str) -> list[str]:
    return sorted(fold_backend_duplicates({name: ModelRecord(name=name) for name in names}))


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["x/M", "aphrodite/x/M", "koboldcpp/M"], ["x/M"]),
        (["M", "aphrodite/M", "koboldcpp/M"], ["M"]),
        (["x/M", "KoboldCpp/M", "Aphrodite/x/M"], ["x/M"]),
        (["x/M", "koboldcpp/x/M"], ["x/M"]),
        (["koboldcpp/M"], ["koboldcpp/M"]),
        (["aphrodite/x/M", "koboldcpp/M"], ["aphrodite/x/M", "koboldcpp/M"]),
        (["x/M", "aphrodite/y/M"], ["aphrodite/y/M", "x/M"]),
        (["x/M", "koboldcpp/m"], ["koboldcpp/m", "x/M"]),
        (["x/M", "tabbyAPI/M"], ["tabbyAPI/M", "x/M"]),
        (["koboldcpp"], ["koboldcpp"]),
    ],
)
def test_backend_duplicates_fold_into_their_plain_record_rule_11(names: list[str], kept: list[str]) -> None:
    assert folded(*names) == kept


@given(st.lists(st.from_regex(r"[a-c]/[A-C]{1,2}", fullmatch=True), unique=True, min_size=1))
def test_db_json_folds_to_the_models_it_was_made_from_rule_11(names: list[str]) -> None:
    prefixed = [f"aphrodite/{name}" for name in names] + [f"koboldcpp/{name.partition('/')[2]}" for name in names]
    assert folded(*names, *prefixed) == sorted(names)


def test_folding_keeps_what_the_plain_record_says() -> None:
    plain, other = ModelRecord(name="x/M", description="plain"), ModelRecord(name="koboldcpp/M", description="other")
    assert fold_backend_duplicates({"koboldcpp/M": other, "x/M": plain}) == {"x/M": plain}
