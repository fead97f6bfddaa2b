"""The patch, judged by git itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from horde_model_reference.curation.catalogue_files import cut, remove_records
from horde_model_reference.curation.patch import local_path, path_in_work_tree, path_in_work_tree_of, unified_patch
from horde_model_reference.demo import DATA
from tests.support.catalogue_files import Sample, csv_sample, json_sample
from tests.support.git import applied_by_git, git

RECORDS = {f"model {at}": {"text": "é" * at, "more": [at, {}]} for at in range(12)}
ROWS = [[f"model {at}", f"text {at}"] for at in range(12)]

SAMPLES: dict[str, Sample] = {
    "json": json_sample(RECORDS, indent=4),
    "json, CRLF": json_sample(RECORDS, indent=4, line_end="\r\n"),
    "json, minified": json_sample(RECORDS, tail=""),
    "json, not escaped, tabs": json_sample(RECORDS, indent="\t", ensure_ascii=False),
    "json, no final newline": json_sample(RECORDS, indent=2, tail=""),
    "json, byte order mark": json_sample(RECORDS, indent=2, bom=True),
    "csv, CRLF": csv_sample(ROWS),
    "csv, LF": csv_sample(ROWS, line_end="\n"),
    "csv, no final newline": csv_sample(ROWS, ended=False),
    "csv, CR in cells": csv_sample([[f"model {at}", "1\r2\n3\r"] for at in range(12)]),
}
PATHS = [
    "models.csv",
    "in/sub folders/of it.json",
    "模型 über.json",
    'with "quotes".json',
    "back\\slash.json",
    "tab\tand\nnewline.json",
    "-dash.json",
]


@pytest.mark.parametrize("which", [[0], [11], [0, 5, 6, 11], list(range(11)), list(range(12))], ids=str)
@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
def test_git_makes_the_written_file_of_it(tmp_path: Path, sample: Sample, which: list[int]) -> None:
    gone = [sample.names[at] for at in which]
    new = sample.without(gone)
    assert applied_by_git(tmp_path, "models.json", sample.content, new) == new


@pytest.mark.parametrize("path", PATHS)
def test_any_path_will_do(tmp_path: Path, path: str) -> None:
    sample = SAMPLES["json"]
    new = sample.without(sample.names[3:5])
    assert applied_by_git(tmp_path, path, sample.content, new) == new


@pytest.mark.parametrize("name", ["stable_diffusion.json", "models.csv"])
def test_the_bundled_catalogues(tmp_path: Path, name: str) -> None:
    content = (DATA / name).read_bytes()
    names = cut(content, name).order()
    new = remove_records(content, [*names[::7], names[-1]], name)
    assert applied_by_git(tmp_path, f"a folder/{name}", content, new) == new


@pytest.mark.parametrize("name", ["stable_diffusion.json", "models.csv", "db.json"])
def test_the_real_catalogues(shared_data: Path, tmp_path: Path, name: str) -> None:
    content = (shared_data / "catalogue" / name).read_bytes()
    names = cut(content, name).order()
    new = remove_records(content, [*names[::50], names[-1]], name)
    assert applied_by_git(tmp_path, name, content, new) == new


def test_nothing_to_change_is_no_patch() -> None:
    assert unified_patch("a.json", b"{}\n", b"{}\n") == ""


def test_several_files_are_one_patch(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    patch, expected = "", {}
    for name, sample in (("one.json", SAMPLES["json"]), ("b/two.csv", SAMPLES["csv, no final newline"])):
        expected[name] = sample.without(sample.names[-2:])
        patch += unified_patch(name, sample.content, expected[name])
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(sample.content)
    (tmp_path / "both.patch").write_bytes(patch.encode())
    git(tmp_path, "apply", "both.patch")
    assert {name: (tmp_path / name).read_bytes() for name in expected} == expected


class TestPaths:
    def test_in_a_work_tree_it_is_relative_to_that(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q")
        (tmp_path / "a" / "b").mkdir(parents=True)
        assert path_in_work_tree(tmp_path / "a" / "b" / "c.json") == "a/b/c.json"
        (tmp_path / "link").symlink_to(tmp_path / "a" / "b")
        assert path_in_work_tree(tmp_path / "link" / "c.json") == "a/b/c.json"

    def test_a_submodule_s_or_worktree_s_git_is_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "module").mkdir()
        (tmp_path / ".git").mkdir()
        (tmp_path / "module" / ".git").write_text("gitdir: elsewhere")
        assert path_in_work_tree(tmp_path / "module" / "c.json") == "c.json"

    def test_elsewhere_it_is_the_base_name(self, tmp_path: Path) -> None:
        assert path_in_work_tree(tmp_path / "a" / "c.json") == "c.json"

    def test_a_location_may_be_a_path_or_an_address(self, tmp_path: Path) -> None:
        git(tmp_path, "init", "-q")
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "c.json").write_bytes(b"{}")
        for location in (f"{tmp_path}/a/c.json", f"file://{tmp_path}/a/c.json", f"FILE://{tmp_path}/a/c.json"):
            assert path_in_work_tree_of(location, "base.json") == "a/c.json"
        for location in ("https://host.example/a/c.json", str(tmp_path / "none.json")):
            assert path_in_work_tree_of(location, "base.json") == "base.json"
        assert local_path("https://host.example/c.json") is None
