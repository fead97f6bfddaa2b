"""``plan``: the whole of it, on the bundled sample and on files of a test's own."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from horde_model_reference.cli.actions.plan import overrides_of
from horde_model_reference.curation.catalogue_files import remove_records
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.demo import DATA
from horde_model_reference.errors import UsageError
from horde_model_reference.marks.because import Because, RemovalCode
from horde_model_reference.marks.marks_file import parse_marks
from horde_model_reference.settings import ENV_PREFIX
from tests.support.background import in_background
from tests.support.builders import record, stats_of
from tests.support.command_line import Cli, Run, World, assert_refused
from tests.support.curation import codes_of, removed_from, verdicts_of
from tests.support.curators import FIGURES, Curators
from tests.support.file_server import FileServer
from tests.support.git import git
from tests.support.hostile_names import ACTIVE, HOSTILE_NAMES
from tests.support.marks import entry
from tests.support.misbehaving_horde import Route

pytestmark = pytest.mark.usefixtures("own_folder")
SAMPLE = DATA / "stable_diffusion.json"


def planned(cli: Cli, *arguments: str) -> Run:
    run = cli("plan", "image_generation", *arguments)
    assert (run.code, run.err) == (0, "")
    return run


def test_the_sample_s_plan_is_written_and_told(cli: Cli, own_folder: Path) -> None:
    run = planned(cli, "--demo")
    out = own_folder / "deletion-plan"
    plan = read_plan(out / "plan.json")
    gone = removed_from(plan)
    assert 1 <= len(gone) <= 4
    assert all(name in run.text for name in gone)
    assert "Written: deletion-plan/plan.json" in run.text
    written = {"plan.json", "plan.md", "stable_diffusion.json", "removals.patch", "notices.md"}
    assert {path.name for path in out.iterdir()} == written
    assert (out / "stable_diffusion.json").read_bytes() == remove_records(SAMPLE.read_bytes(), gone, "s")
    assert len(plan.verdicts) == len(json.loads(SAMPLE.read_bytes()))


def test_the_sample_shows_every_verdict_and_most_reasons(cli: Cli, own_folder: Path) -> None:
    planned(cli, "--demo")
    plan = read_plan(own_folder / "deletion-plan" / "plan.json")
    assert {verdict.verdict.value for verdict in plan.verdicts} >= {"remove", "protected", "unknown"}
    assert {code for verdict in plan.verdicts for code in codes_of(verdict)} >= {
        "among_the_most_used",
        "named_by_styles",
        "last_of_its_kind",
        "jobs_waiting",
        "workers_unknown",
        "age_unknown",
        "kind_unknown",
        "used_enough",
        "risk_level_too_low",
        "too_young",
        "candidate",
    }
    assert plan.orphaned_styles == {"retired": "Lighthouse Classic"}


def test_git_applies_the_patch_in_the_catalogue_s_repository(cli: Cli, curators: Curators, own_folder: Path) -> None:
    curators.has(FIGURES | {"模型": 3})
    git(curators.folder, "init", "-q")
    planned(cli, "--select", "模型", "--output-dir", "out")
    git(curators.folder, "apply", str(own_folder / "out" / "removals.patch"))
    assert curators.image_catalogue().read_bytes() == (own_folder / "out" / "image_generation.json").read_bytes()
    assert json.loads(curators.image_catalogue().read_bytes()).keys() == FIGURES.keys()


def next_commands(run: Run) -> list[list[str]]:
    """The commands at the end of a plan, as the shell reads them."""
    return [shlex.split(line) for line in run.text[run.text.index("Next, ") :].splitlines()[1:]]


@pytest.mark.parametrize("place", [".", "a folder", ".."])
@pytest.mark.parametrize("at", [0, 1], ids=["git", "apply"])
def test_the_commands_at_the_end_carry_the_plan_out(
    cli: Cli, curators: Curators, monkeypatch: pytest.MonkeyPatch, place: str, at: int
) -> None:
    """Typed where the plan was made: in the clone, in a folder of it, or elsewhere."""
    curators.has(FIGURES | {"one\ttwo": 3})
    git(curators.folder, "init", "-q")
    (curators.folder / place).mkdir(exist_ok=True)
    monkeypatch.chdir(curators.folder / place)
    monkeypatch.setenv("COLUMNS", "40")
    commands = next_commands(planned(cli, "--select", "one\ttwo", "--output-dir", "my plan"))
    assert [command[0] for command in commands] == ["git", "horde-model-reference"]
    program, *arguments = commands[at]
    if program == "git":
        git(Path(), *arguments)
    else:
        assert cli(*arguments).code == 0
    assert json.loads(curators.image_catalogue().read_bytes()).keys() == FIGURES.keys()


def test_the_commands_for_a_catalogue_from_the_network_name_a_clone(
    cli: Cli, curators: Curators, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_background(FileServer(curators.has(FIGURES))) as server:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", server.url)
        run = planned(cli, "--select", "two")
    assert "where CLONE is a clone of the catalogue's repository" in run.text
    assert next_commands(run) == [
        ["git", "-C", "CLONE", "apply", str(own_folder / "deletion-plan" / "removals.patch")],
        ["horde-model-reference", "apply", "deletion-plan/plan.json", "--catalogue", "CLONE/models.json"],
    ]


def test_a_plan_that_removes_nothing_has_no_next_commands(cli: Cli, curators: Curators) -> None:
    curators.has({name: usage for name, usage in FIGURES.items() if usage > 1000})
    assert "Next, " not in planned(cli).text


@pytest.mark.parametrize("address", ["/", "/?file=x", "?file=x"])
def test_the_file_of_an_address_without_a_base_name_is_called_catalogue(
    cli: Cli, curators: Curators, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    content = curators.has(FIGURES)
    with in_background(FileServer(content)) as server:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", server.url.removesuffix("/models.json") + address)
        planned(cli, "--select", "two")
    out = Path("deletion-plan")
    assert (out / "catalogue").read_bytes() == remove_records(content, ["two"], "c")
    assert "+++ b/catalogue\t\n" in (out / "removals.patch").read_text(encoding="utf-8")


def test_the_policy_decides(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES, {"a": "two"})
    Path("p.toml").write_text('[protect]\nnames = ["three"]\n')
    planned(cli, "--policy", "p.toml", "--output-dir", "out")
    found = verdicts_of(read_plan(Path("out/plan.json")))
    assert {name: found[name].verdict.value for name in ("one", "two", "three")} == {
        "one": "remove",
        "two": "protected",
        "three": "protected",
    }
    Path("p.toml").write_text("[protect]\nname = 3\n")
    assert_refused(cli("plan", "image_generation", "--policy", "p.toml"), 1, "protect.name: no such key")


def test_a_slip_of_the_pen_in_a_protected_name_is_told(cli: Cli, curators: Curators) -> None:
    curators.has(FIGURES)
    Path("p.toml").write_text('[protect]\nnames = ["tree"]\nglobs = ["Popular *"]\n')
    run = planned(cli, "--policy", "p.toml")
    for shown in (run.text, Path("deletion-plan/plan.md").read_text(encoding="utf-8")):
        told = " ".join(shown.split())
        assert "The policy protects 'tree', which matches no model of image_generation" in told
        assert "The closest names are: three, " in told
        assert "The policy protects 'Popular *'" in told
    codes = [warning.code for warning in read_plan(Path("deletion-plan/plan.json")).warnings]
    assert codes == ["protection_matches_nothing"] * 2


def test_rule_3_without_styles_and_history_nothing_is_removed(cli: Cli, world: World, own_folder: Path) -> None:
    world.image_catalogue().write_bytes(json.dumps({name: record(style="x") for name in FIGURES}).encode())
    world.horde.payloads[Route.IMAGE_STATS] = stats_of(FIGURES)
    assert "Nothing to remove." in planned(cli).text
    plan = read_plan(own_folder / "deletion-plan" / "plan.json")
    assert set(codes_of(verdicts_of(plan)["one"])) >= {"age_unknown", "styles_unknown"}


class TestSelecting:
    def test_exactly_the_selected_ones_go(self, cli: Cli, curators: Curators) -> None:
        content = curators.has(FIGURES)
        planned(cli, "--select", "two")
        assert Path("deletion-plan/image_generation.json").read_bytes() == remove_records(content, ["two"], "c")

    def test_a_protected_one_needs_an_override(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES, {"a": "two"})
        run = cli("plan", "image_generation", "--select", "two")
        assert_refused(run, 1, "'two' is protected: Styles that name it: 1.", "--override")
        assert not Path("deletion-plan").exists()
        run = planned(cli, "--select", "two", "--override", "two=the style is gone = agreed")
        assert "override: the style is gone = agreed" in " ".join(run.text.split())
        assert "**Override:** `the style is gone = agreed`" in Path("deletion-plan/plan.md").read_text(encoding="utf-8")
        plan = read_plan(Path("deletion-plan/plan.json"))
        assert verdicts_of(plan)["two"].override == "the style is gone = agreed"
        assert plan.effect.broken_styles == ["a"]
        assert plan.effect.emptied_style_categories == ["all"]

    def test_a_refused_plan_leaves_an_earlier_one_alone(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES, {"a": "two"})
        planned(cli)
        before = {path.name: path.read_bytes() for path in Path("deletion-plan").iterdir()}
        assert cli("plan", "image_generation", "--select", "two").code == 1
        assert {path.name: path.read_bytes() for path in Path("deletion-plan").iterdir()} == before

    def test_exceeding_a_limit_is_1(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        run = cli("plan", "image_generation", "--select", "one", "--select", "two")
        assert_refused(run, 1, "exceeds a limit: limits.max_share_of_models is 10 percent")
        assert not Path("deletion-plan").exists()

    def test_an_unknown_name_is_1_with_the_closest_names(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        run = cli("plan", "image_generation", "--select", "\x1b[31mtwo")
        assert_refused(run, 1, "no model", "\\x1b[31mtwo", "hint: The closest names are: two, ")

    @pytest.mark.parametrize(
        ("given", "selected", "found"),
        [
            (["a=b"], ["a"], {"a": "b"}),
            (["a=b=c"], ["a"], {"a": "b=c"}),
            (["a=b=c"], ["a", "a=b"], {"a=b": "c"}),
            (["a=b=c"], ["a=b"], {"a=b": "c"}),
            (["==x"], ["="], {"=": "x"}),
            (["a= why "], ["a"], {"a": "why"}),
            (["a=\udcff\x1b"], ["a"], {"a": "\\udcff\\x1b"}),
            (["a=b", "c=d"], ["c", "a"], {"a": "b", "c": "d"}),
            ([], ["a"], {}),
        ],
    )
    def test_an_equals_sign_in_a_name_is_no_problem(
        self, given: list[str], selected: list[str], found: dict[str, str]
    ) -> None:
        assert overrides_of(given, selected) == found

    @pytest.mark.parametrize("given", ["a", "b=c", "a=", "a=  ", "=c", ""])
    def test_an_override_without_name_or_reason_is_wrong_usage(self, given: str) -> None:
        with pytest.raises(UsageError, match="has not the form" if "=" not in given else "no selected|no reason"):
            overrides_of([given], ["a"])


class TestReasonsOfPeople:
    def test_they_stand_in_plan_pull_request_patch_and_journal(self, cli: Cli, curators: Curators) -> None:
        """Design section 8."""
        curators.has(FIGURES, {"a": "two"})
        catalogue = str(curators.image_catalogue())
        run = planned(cli, "--remove", "two=broken:black images only")
        assert "two (because: broken:black images only)" in " ".join(run.text.split())
        out = Path("deletion-plan")
        plan = read_plan(out / "plan.json")
        assert plan.selected == removed_from(plan) == ["two"]
        verdicts = json.loads((out / "plan.json").read_bytes())["verdicts"]
        assert [found["because"] for found in verdicts if found["because"]] == [
            {"code": "broken", "detail": "black images only"}
        ]
        assert "**Because:** `broken:black images only`" in (out / "plan.md").read_text(encoding="utf-8")
        patch = (out / "removals.patch").read_text(encoding="utf-8")
        assert patch.startswith("Removed: two (broken:black images only)\n\ndiff --git ")
        assert cli("apply", "deletion-plan/plan.json", "--catalogue", catalogue).code == 0
        assert "two (broken:black images only)" in " ".join(cli("undo").text.split())

    def test_they_go_with_selections_and_overrides(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        Path("p.toml").write_text("[limits]\nmax_share_of_models = 100\n")
        planned(cli, "--policy", "p.toml", "--select", "one", "--remove", "two=licence", "--override", "two=agreed")
        plan = read_plan(Path("deletion-plan/plan.json"))
        assert sorted(removed_from(plan)) == ["one", "two"]
        assert (verdicts_of(plan)["two"].reason_given, verdicts_of(plan)["one"].because) == ("agreed", None)

    @pytest.mark.parametrize("value", ["two", "two=brokn", "two=superseded_by", "\x1b[31m=x\n"])
    def test_a_malformed_one_is_2(self, cli: Cli, curators: Curators, value: str) -> None:
        curators.has(FIGURES)
        assert_refused(cli("plan", "image_generation", "--remove", value), 2, "--remove ")
        assert not Path("deletion-plan").exists()

    def test_one_of_an_unknown_model_is_1(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        run = cli("plan", "image_generation", "--remove", "tow=broken")
        assert_refused(run, 1, "no model 'tow'", "two")


class TestShowing:
    def test_the_document_on_standard_output_is_the_plan_s_file(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        run = planned(cli, "--format", "json")
        assert run.out == Path("deletion-plan/plan.json").read_bytes()
        assert json.loads(run.out)["category"] == "image_generation"

    def test_a_dry_run_makes_the_same_plan_and_writes_nothing(self, cli: Cli, own_folder: Path) -> None:
        dry = {shown: planned(cli, "--demo", "--dry-run", "--format", shown) for shown in ("table", "json")}
        assert list(own_folder.iterdir()) == []
        assert dry["table"].text.endswith("\nWritten: nothing\n")
        wet = planned(cli, "--demo")
        assert wet.text.partition("Written: ")[0] == dry["table"].text.partition("Written: ")[0]
        assert (own_folder / "deletion-plan" / "plan.json").read_bytes() == dry["json"].out

    def test_a_dry_run_is_refused_as_a_plan_is(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES, {"a": "two"})
        assert_refused(cli("plan", "image_generation", "--dry-run", "--select", "two"), 1, "'two' is protected")
        run = cli("plan", "image_generation", "--dry-run", "--output-dir", str(curators.folder))
        assert_refused(run, 1, "nothing was written")

    def test_a_check_fails_with_3_where_models_are_proposed(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        run = cli("plan", "image_generation", "--fail-on-candidates", "--format", "json")
        assert (run.code, run.err) == (3, "")
        assert removed_from(read_plan(Path("deletion-plan/plan.json"))) == [
            found["name"] for found in json.loads(run.out)["verdicts"] if found["verdict"] == "remove"
        ]
        assert planned(cli).code == 0
        curators.has(dict.fromkeys(FIGURES, 5_000))
        assert planned(cli, "--fail-on-candidates").code == 0

    def test_a_failure_is_1_under_a_check_as_well(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        assert_refused(cli("plan", "image_generation", "--fail-on-candidates", "--select", "gone"), 1, "no model")

    def test_the_keys_that_hold_back_are_told_everywhere(self, cli: Cli, curators: Curators) -> None:
        """Design section 8: a plan that removes nothing says which key holds back which models."""
        curators.has(FIGURES)
        Path("p.toml").write_text("[limits]\nmax_models = 0\n")
        run = planned(cli, "--policy", "p.toml")
        (held,) = [found for found in read_plan(Path("deletion-plan/plan.json")).held_back if found.releases]
        assert (held.key, held.models, held.releases) == ("limits.max_models", 3, ["two"])
        assert ["limits.max_models", "3", "3", "two"] in [line.split() for line in run.text.splitlines()]
        body = Path("deletion-plan/plan.md").read_text(encoding="utf-8")
        assert "| `limits.max_models` | 3 | 3 | `two` |" in body


class TestSince:
    def test_what_changed_is_told(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        planned(cli, "--output-dir", "before")
        curators.has(FIGURES | {"two": 5000, "new": 3})
        said = " ".join(planned(cli, "--since", "before/plan.json").text.split())
        for words in (
            "Since the earlier plan:",
            "two: remove -> keep. It had 5,000 requests in 30 days",
            "three: keep -> remove. Risk level medium",
            "new: not in the catalogue -> keep. A limit of the plan is reached",
        ):
            assert words in said
        assert "## Since the earlier plan" in Path("deletion-plan/plan.md").read_text(encoding="utf-8")

    def test_a_plan_of_another_category_is_2(self, cli: Cli) -> None:
        assert cli("plan", "text_generation", "--demo").code == 0
        run = cli("plan", "image_generation", "--demo", "--since", "deletion-plan/plan.json")
        assert_refused(run, 2, "a plan of text_generation")

    def test_what_is_no_plan_is_1(self, cli: Cli) -> None:
        Path("x.json").write_text("{}")
        assert_refused(cli("plan", "image_generation", "--demo", "--since", "x.json"), 1, "no plan")


def test_text_models_with_their_generated_file(cli: Cli, own_folder: Path) -> None:
    rows = (DATA / "models.csv").read_bytes().decode().splitlines()
    name = "Northwind/Harbor-8B-Instruct-v1.2"
    assert any(row.startswith(name) for row in rows)
    empty: dict[str, str] = {}
    short = name.partition("/")[2]
    entries = dict.fromkeys((name, f"aphrodite/{name}", f"koboldcpp/{short}", "other/x"), empty)
    Path("db.json").write_text(json.dumps(entries, indent=4), encoding="utf-8")
    run = cli(
        "plan", "text_generation", "--demo", "--db-json", "db.json", "--output-dir", "out",
        "--select", name, "--override", f"{name}=a test", "--policy", "p.toml",
    )  # fmt: skip
    assert run.code == 1
    Path("p.toml").write_text("[limits]\nmax_share_of_month_usage = 100\n")
    run = cli(
        "plan", "text_generation", "--demo", "--db-json", "db.json", "--output-dir", "out",
        "--select", name, "--override", f"{name}=a test", "--policy", "p.toml",
    )  # fmt: skip
    assert (run.code, run.err) == (0, "")
    assert json.loads(Path("out/db.json").read_bytes()) == {"other/x": {}}
    assert (own_folder / "out" / "models.csv").read_bytes() == remove_records(
        (DATA / "models.csv").read_bytes(), [name], "m"
    )
    patch = Path("out/removals.patch").read_text(encoding="utf-8")
    assert "b/db.json" in patch
    assert "models.csv" in patch


class TestOutput:
    def test_the_catalogue_s_own_folder_is_refused(self, cli: Cli, curators: Curators) -> None:
        content = curators.has(FIGURES)
        run = cli("plan", "image_generation", "--output-dir", str(curators.folder))
        assert_refused(run, 1, "nothing was written", "--output-dir")
        assert curators.image_catalogue().read_bytes() == content
        assert not (curators.folder / "plan.json").exists()

    def test_leftovers_are_dropped(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        planned(cli)
        assert Path("deletion-plan/removals.patch").exists()
        curators.has(dict.fromkeys(FIGURES, 5_000))
        planned(cli)
        assert {path.name for path in Path("deletion-plan").iterdir()} == {"plan.json", "plan.md"}

    def test_a_folder_that_cannot_be_made_is_1(self, cli: Cli) -> None:
        Path("file").write_bytes(b"")
        assert_refused(cli("plan", "image_generation", "--demo", "--output-dir", "file"), 1, "file", "--output-dir")

    def test_a_file_that_cannot_be_cut_is_1(
        self, cli: Cli, curators: Curators, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = b'name,parameters_bn\r\na/x-7B,7\r\nb/x-7B,7\r\n"c"d,7\r\n'
        Path("db.json").write_bytes(b'{"a/x-7B": {},\n "b/x-7B": {},}')
        (curators.folder / "models.csv").write_bytes(rows)
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__TEXT_GENERATION", str(curators.folder / "models.csv"))
        Path("p.toml").write_text("[limits]\nmax_share_of_models = 100\nmax_share_of_month_usage = 100\n")
        run = cli(
            "plan", "text_generation", "--select", "a/x-7B", "--override", "a/x-7B=x", "--policy", "p.toml",
            "--db-json", "db.json",
        )  # fmt: skip
        assert_refused(run, 1, "db.json", "line 2, column 15")
        assert not Path("deletion-plan").exists()

    @pytest.mark.parametrize(
        "command",
        [
            ("plan", "text_generation", "--select"),
            ("explain", "text_generation"),
        ],
    )
    def test_rule_11_a_skipped_model_is_answered_with_the_reason(
        self, cli: Cli, curators: Curators, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
    ) -> None:
        (curators.folder / "models.csv").write_bytes(b"name,parameters_bn\r\na/x-7B,7,more\r\nb/x-7B,7\r\n")
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__TEXT_GENERATION", str(curators.folder / "models.csv"))
        run = cli(*command, "a/x-7B")
        assert_refused(run, 1, "Record 'a/x-7B' (line 2) is malformed and was skipped: 3 columns, expected 2.")


def test_rule_13_hostile_names_are_inert_in_terminal_and_markdown(cli: Cli, curators: Curators) -> None:
    figures = {f"popular {at}": 10_000 for at in range(400)} | dict.fromkeys(HOSTILE_NAMES.values(), 3)
    curators.has(figures, {f"s{name}": name for name in HOSTILE_NAMES.values()}, ensure_ascii=False)
    Path("p.toml").write_text("[styles]\non_removal = 'delete'\n[limits]\nmax_models = 99\nmax_share_of_models = 99\n")
    run = planned(cli, "--policy", "p.toml")
    plan = read_plan(Path("deletion-plan/plan.json"))
    assert set(removed_from(plan)) == set(HOSTILE_NAMES.values())
    for shown in (run.text, Path("deletion-plan/plan.md").read_text(encoding="utf-8")):
        assert not ACTIVE.search(shown.replace("\n", ""))
    assert json.loads(Path("deletion-plan/image_generation.json").read_bytes()).keys() == {
        name for name in figures if name not in set(HOSTILE_NAMES.values())
    }


class TestMarks:
    """Design 10: ``plan --due`` and ``plan --mark``."""

    def marks(self, curators: Curators, text: str) -> str:
        file = curators.folder / "marks.toml"
        file.write_text(text, encoding="utf-8")
        return str(file)

    def test_without_marks_due_is_refused(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        assert_refused(cli("plan", "image_generation", "--due"), 2, "There is no file of marks.", "--marks FILE")

    def test_due_models_go_and_the_recovered_are_listed(self, cli: Cli) -> None:
        run = cli("plan", "image_generation", "--due", "--demo")
        assert (run.code, run.err) == (0, "")
        plan = read_plan(Path("deletion-plan/plan.json"))
        assert removed_from(plan) == ["Cobalt Depth 768"]
        text = " ".join(run.text.split())
        assert plan.removed[0].because == Because(code=RemovalCode.LOW_USE, detail="no request in February")
        notices = Path("deletion-plan/notices.md").read_text(encoding="utf-8")
        assert "## `Cobalt Depth 768`\n\n- When: not before 2026-05-01\n" in notices
        assert "- Workers that serve it now: none\n" in notices
        assert "Marked, recovered: Orchid Portraits (Jobs waiting for it: 3." in text
        assert "**recovered**: `Orchid Portraits" in Path("deletion-plan/plan.md").read_text(encoding="utf-8")

    def test_a_plan_of_due_marks_is_applied_unless_the_model_has_recovered(
        self, cli: Cli, curators: Curators, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        marks = self.marks(curators, entry("one") + entry("two"))
        curators.has(FIGURES)
        Path("p.toml").write_text("[limits]\nmax_share_of_models = 99\n", encoding="utf-8")
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__MARKS", marks)
        assert cli("plan", "image_generation", "--due", "--policy", "p.toml").code == 0
        curators.uses(FIGURES | {"one": 700})
        run = cli("apply", "deletion-plan/plan.json", "--catalogue", str(curators.image_catalogue()))
        assert run.code == 0
        assert "Removed 1 model: two." in run.text
        assert "Kept one, which has recovered: Its mark is recovered." in " ".join(run.text.split())

    def test_notices_name_the_workers_and_say_where_they_are_unknown(self, cli: Cli, curators: Curators) -> None:
        assert cli("plan", "image_generation", "--demo").code == 0
        notices = Path("deletion-plan/notices.md").read_text(encoding="utf-8")
        assert "- Workers that serve it now: `Sunday Rig`\n" in notices
        curators.has(FIGURES)
        assert cli("plan", "image_generation").code == 0
        assert "- Workers that serve it now: **unknown**\n" in Path("deletion-plan/notices.md").read_text(
            encoding="utf-8"
        )

    def test_candidates_are_marked_instead_of_removed(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        before = curators.image_catalogue().read_bytes()
        run = cli("plan", "image_generation", "--mark", "--marks", "marks.toml")
        assert (run.code, run.err) == (0, "")
        assert run.text.startswith("Marked 1 model in marks.toml.\ntwo: may be removed from ")
        (mark,) = parse_marks(Path("marks.toml").read_bytes(), "marks.toml").entries
        assert (mark.name, mark.because, mark.replacement) == ("two", "low_use", "popular 11")
        assert (mark.remove_after - mark.since).days == 30
        assert curators.image_catalogue().read_bytes() == before
        assert not Path("deletion-plan").exists()
        again = cli("plan", "image_generation", "--mark", "--marks", "marks.toml")
        assert again.text == "Marked 0 models in marks.toml.\n"

    def test_a_dry_run_marks_nothing(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        run = cli("plan", "image_generation", "--mark", "--marks", "marks.toml", "--dry-run")
        assert run.text.startswith("Would mark 1 model in marks.toml.\n")
        assert not Path("marks.toml").exists()

    @pytest.mark.parametrize("other", [["--select", "one"], ["--remove", "one=broken"], ["--mark"]])
    def test_the_marks_alone_choose(self, cli: Cli, other: list[str]) -> None:
        run = cli("plan", "image_generation", "--due", *other, "--demo")
        assert_refused(run, 2, "--due: the marks choose the models")

    def test_rule_3_marks_that_cannot_be_read_plan_nothing(self, cli: Cli, curators: Curators) -> None:
        curators.has(FIGURES)
        run = cli("plan", "image_generation", "--due", "--marks", self.marks(curators, "x = 1"))
        assert_refused(run, 1, "Which models are marked is unknown")
        assert not Path("deletion-plan").exists()

    def test_there_must_be_a_file_to_mark_in(self, cli: Cli) -> None:
        assert_refused(cli("plan", "image_generation", "--mark", "--demo"), 2, "--marks FILE")
