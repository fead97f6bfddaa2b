"""``review``: the findings about a change, between two files or two git revisions (design section 11)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from horde_model_reference.curation.catalogue_files import remove_records
from horde_model_reference.curation.db_json import generated_db_json
from horde_model_reference.demo import DATA
from horde_model_reference.settings import ENV_PREFIX
from tests.support.background import in_background
from tests.support.command_line import Cli, Run, assert_refused
from tests.support.git_repository import GitRepository
from tests.support.hostile_names import HOSTILE_NAMES
from tests.support.link_host import LinkHost
from tests.support.reviews import image_file, text_file, text_row

pytestmark = pytest.mark.usefixtures("own_folder")
IMAGES = (DATA / "stable_diffusion.json").read_bytes()
ONE, TWO = text_row("a/One-7B"), text_row("b/Two-8B")


def written(folder: Path, name: str, content: bytes) -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def offline(cli: Cli, category: str, *arguments: str) -> Run:
    return cli("review", category, *arguments, "--offline")


class TestFiles:
    def test_a_sound_addition_exits_0(self, cli: Cli, own_folder: Path) -> None:
        before = written(own_folder, "before.json", image_file(["One"]))
        after = written(own_folder, "after.json", image_file(["One", "Two"]))
        run = offline(cli, "image_generation", before, after)
        assert (run.code, run.err) == (0, "")
        assert "Added: Two" in run.text

    @pytest.mark.parametrize(("fail_on", "code"), [("error", 0), ("warning", 3), ("info", 3), ("never", 0)])
    def test_fail_on_names_the_least_grave_finding_that_exits_3(
        self, cli: Cli, own_folder: Path, fail_on: str, code: int
    ) -> None:
        before = written(own_folder, "before.json", image_file(["One"]))
        after = written(own_folder, "after.json", image_file({"One": {"description": ""}}))
        assert offline(cli, "image_generation", before, after, "--fail-on", fail_on).code == code

    def test_an_error_exits_3_by_default(self, cli: Cli, own_folder: Path) -> None:
        before = written(own_folder, "before.json", image_file(["One"]))
        run = offline(cli, "image_generation", before, written(own_folder, "after.json", b"{"))
        assert run.code == 3
        assert "[catalogue_unreadable]" in run.text.replace("\n", "")

    def test_json_and_markdown_are_written_together(self, cli: Cli, own_folder: Path) -> None:
        before = written(own_folder, "before.json", image_file(["One"]))
        after = written(own_folder, "after.json", image_file({"One": {"description": ""}}))
        options = ("--format", "markdown", "--output", "review.md", "--json", "review.json")
        run = offline(cli, "image_generation", before, after, *options)
        assert (run.code, run.out) == (0, b"")
        (finding,) = json.loads((own_folder / "review.json").read_text(encoding="utf-8"))["findings"]
        assert finding == {
            "code": "field_missing", "severity": "warning", "record": "One", "line": 2,
            "sentence": "It lacks: description.",
        }  # fmt: skip
        assert "`It lacks: description.`" in (own_folder / "review.md").read_text(encoding="utf-8")

    def test_db_json_is_compared_where_it_is_given(self, cli: Cli, own_folder: Path) -> None:
        before = written(own_folder, "before.csv", text_file(ONE))
        after = written(own_folder, "after.csv", text_file(ONE, TWO))
        generated = written(own_folder, "db.json", generated_db_json(text_file(ONE), "models.csv"))
        run = offline(cli, "text_generation", before, after, "--db-json", generated, "--format", "json")
        assert run.code == 3
        assert [found["code"] for found in json.loads(run.out)["findings"]] == ["generated_out_of_step"]

    def test_hostile_names_come_through_every_format(self, cli: Cli, own_folder: Path) -> None:
        before = written(own_folder, "before.json", image_file(["One"]))
        after = written(own_folder, "after.json", image_file(["One", *HOSTILE_NAMES.values()]))
        for shown in ("table", "json", "markdown"):
            run = offline(cli, "image_generation", before, after, "--format", shown)
            assert run.code == 3
            assert run.err == ""
            assert b"\x1b" not in run.out


@pytest.fixture
def text(tmp_path: Path) -> GitRepository:
    """A repository in which the second commit adds a model."""
    repository = GitRepository(tmp_path / "text")
    for day, rows in (("2025-01-01", (ONE,)), ("2025-01-02", (ONE, TWO)), ("2025-01-03", (ONE,))):
        content = text_file(*rows)
        repository.commit(day, models__csv=content, db__json=generated_db_json(content, "models.csv"))
    return repository


class TestRevisions:
    def test_an_addition_between_revisions_is_reviewed(self, cli: Cli, text: GitRepository) -> None:
        where = ("--repository", str(text.folder), "--format", "json")
        run = offline(cli, "text_generation", "HEAD~2", "HEAD~1", *where)
        made = json.loads(run.out)
        assert (run.code, made["findings"]) == (0, [])
        assert [row["name"] for row in made["added"]] == ["b/Two-8B"]

    def test_a_model_that_comes_back_is_told(self, cli: Cli, text: GitRepository) -> None:
        text.commit("2025-01-04", models__csv=text_file(ONE, TWO))
        run = offline(cli, "text_generation", "HEAD~1", "HEAD", "--repository", str(text.folder), "--format", "json")
        sentences = {found["code"]: found["sentence"] for found in json.loads(run.out)["findings"]}
        assert sentences["added_again"] == "It comes back: the name was removed on 2025-01-03."
        assert "generated_out_of_step" in sentences

    def test_the_current_folder_is_the_clone_by_default(
        self, cli: Cli, text: GitRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(text.folder)
        assert offline(cli, "text_generation", "HEAD~1", "HEAD").code == 0

    def test_a_folder_that_is_no_clone_is_refused(self, cli: Cli) -> None:
        assert_refused(
            offline(cli, "text_generation", "main", "HEAD"), 2, "'main' and 'HEAD': no file", "no root of a git clone"
        )

    def test_a_file_that_is_missing_is_named(self, cli: Cli, own_folder: Path) -> None:
        (own_folder / "before.csv").touch()
        run = offline(cli, "text_generation", "before.csv", "aftr.csv")
        assert_refused(run, 2, "error: 'aftr.csv': no file", "Give two files")

    def test_an_unknown_revision_is_refused(self, cli: Cli, text: GitRepository) -> None:
        where = ("--repository", str(text.folder))
        assert_refused(offline(cli, "text_generation", "HEAD", "n" * 5000, *where), 2, "no commit of")

    def test_revisions_have_their_own_db_json(self, cli: Cli, text: GitRepository) -> None:
        options = ("--repository", str(text.folder), "--db-json", "db.json")
        assert_refused(offline(cli, "text_generation", "HEAD~1", "HEAD", *options), 2, "--db-json")


class TestRemovals:
    @pytest.fixture
    def files(self, own_folder: Path) -> tuple[str, str]:
        after = remove_records(IMAGES, ["Umbra Noir"], "stable_diffusion.json")
        return written(own_folder, "before.json", IMAGES), written(own_folder, "after.json", after)

    def test_a_removal_has_the_verdict_of_the_policy_and_its_styles(self, cli: Cli, files: tuple[str, str]) -> None:
        run = cli("review", "image_generation", *files, "--demo", "--format", "json")
        made = json.loads(run.out)
        assert run.code == 3
        (row,) = made["removed"]
        assert (row["name"], row["verdict"], row["usage_month"], row["styles"]) == (
            "Umbra Noir", "protected", 530, ["noir"],
        )  # fmt: skip
        assert {found["code"] for found in made["findings"]} >= {"removal_protected", "style_broken"}
        assert made["usage_as_of"] is not None

    def test_offline_the_use_is_unknown(self, cli: Cli, files: tuple[str, str]) -> None:
        made = json.loads(offline(cli, "image_generation", *files, "--format", "json").out)
        assert [found["code"] for found in made["findings"]] == ["removal_unknown", "styles_unknown"]
        assert (made["removed"][0]["verdict"], made["usage_as_of"]) == (None, None)

    def test_offline_styles_are_read_from_a_file(
        self, cli: Cli, files: tuple[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__STYLES", str(DATA / "styles.json"))
        made = json.loads(offline(cli, "image_generation", *files, "--format", "json").out)
        assert "style_broken" in {found["code"] for found in made["findings"]}

    def test_a_mark_is_held_against_the_removal(
        self, cli: Cli, files: tuple[str, str], own_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__MARKS", written(own_folder, "marks.toml", b""))
        made = json.loads(offline(cli, "image_generation", *files, "--format", "json").out)
        assert "removal_unmarked" in {found["code"] for found in made["findings"]}


class TestLinks:
    def test_new_addresses_are_asked(self, cli: Cli, own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(f"{ENV_PREFIX}LINKS__ALLOW_PRIVATE_ADDRESSES", "true")
        before = written(own_folder, "before.json", image_file(["One"]))
        with in_background(LinkHost()) as host:
            files = [{"file_name": "x", "file_url": host.url("/gone", "127.0.0.1"), "sha256sum": "ab"}]
            new = {"config": {"download": files}}
            after = written(own_folder, "after.json", image_file({"One": {}, "Two": new}))
            run = cli("review", "image_generation", before, after, "--links", "--format", "json")
            assert [asked.path for asked in host.log] == ["/gone", "/gone"]
        assert run.code == 3
        assert "link_gone" in {found["code"] for found in json.loads(run.out)["findings"]}

    def test_they_are_not_asked_offline(self, cli: Cli) -> None:
        assert_refused(offline(cli, "image_generation", "a", "b", "--links"), 2, "--links")
