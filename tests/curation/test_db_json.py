"""``db.json``, generated from ``models.csv`` (design section 9: companions)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.curation.db_json import generated_db_json
from horde_model_reference.errors import CatalogueCutError
from tests.support.git import git, output_of_git

HEADER = "name,parameters_bn,display_name,url,baseline,description,style,tags,instruct_format,settings"


def generated(*rows: str) -> dict[str, Any]:
    """The records that come of rows."""
    content = "\r\n".join([HEADER, *rows, ""]).encode()
    records = json.loads(generated_db_json(content, "models.csv"))
    assert isinstance(records, dict)
    return records


def test_each_row_stands_under_three_keys_with_the_rule_s_values() -> None:
    records = generated('Ann/Oak_Leaf-7B,7.24,,,,,chat,"b, a", ChatML,"{""top_p"": 0.5}"')
    assert list(records) == ["Ann/Oak_Leaf-7B", "aphrodite/Ann/Oak_Leaf-7B", "koboldcpp/Oak_Leaf-7B"]
    assert [record["name"] for record in records.values()] == list(records)
    assert records["koboldcpp/Oak_Leaf-7B"] == {
        "name": "koboldcpp/Oak_Leaf-7B",
        "model_name": "Oak_Leaf-7B",
        "baseline": "",
        "parameters": 7_240_000_000,
        "description": "",
        "version": "1",
        "style": "chat",
        "nsfw": False,
        "display_name": "Oak Leaf 7B",
        "tags": ["7B", "a", "b", "chat"],
        "instruct_format": " ChatML",
        "settings": {"top_p": 0.5},
    }


def test_the_short_name_of_a_two_slash_name_is_the_part_between_the_slashes() -> None:
    assert list(generated("Ann/Oak/Q4,7,,,,,,,,"))[2] == "koboldcpp/Oak"
    records = generated("https://host.example/Ann/Oak,7,,,,,,,,")
    assert list(records)[2] == "koboldcpp/"
    assert records["koboldcpp/"]["model_name"] == ""
    assert "display_name" not in records["koboldcpp/"]


def test_a_short_name_of_two_authors_belongs_to_the_later_row() -> None:
    records = generated("Ann/Oak,7,,,,first,,,,", "Bob/Oak,8,,,,second,,,,")
    assert len(records) == 5
    assert records["koboldcpp/Oak"]["description"] == "second"


def test_the_later_of_two_rows_of_a_name_wins_in_the_place_of_the_first() -> None:
    records = generated("Ann/Oak,7,,,,,,,,", "Ann/Elm,7,,,,,,,,", "Ann/Oak,8,,,,,,,,")
    assert next(iter(records)) == "Ann/Oak"
    assert records["Ann/Oak"]["parameters"] == 8_000_000_000


def test_a_malformed_row_is_named_with_its_line() -> None:
    with pytest.raises(CatalogueCutError, match="line 3"):
        generated("Ann/Oak,7,,,,,,,,", "Ann/Elm,many,,,,,,,,")


def test_the_real_file_is_made_to_the_byte(tmp_path: Path, shared_data: Path) -> None:
    git(tmp_path, "clone", "-q", "-b", "main", str(shared_data / "git" / "text.bundle"), "clone")
    clone = tmp_path / "clone"
    assert output_of_git(clone, "rev-list", "--count", "HEAD") == b"364\n"
    assert generated_db_json((clone / "models.csv").read_bytes(), "models.csv") == (clone / "db.json").read_bytes()
