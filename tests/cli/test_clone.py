"""``plan --repository``: the whole change of a catalogue's repository (design section 9), judged by real git."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from horde_model_reference.curation.db_json import generated_db_json
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.demo import DATA
from horde_model_reference.settings import ENV_PREFIX
from tests.support.command_line import Cli, Run
from tests.support.curation import removed_from
from tests.support.git import git, new_repository, output_of_git

pytestmark = pytest.mark.usefixtures("own_folder")
PICTURE = bytes(range(256))
CLAYFOLK = "Clayfolk Stopmotion"
SHOWCASE = "showcase/clayfolk/01_baker.webp"
OAK = "BrambleWorks/Hedgerow-3B"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A repository of the sample's image models, with a showcase of `CLAYFOLK`."""
    content = (DATA / "stable_diffusion.json").read_bytes()
    return new_repository(tmp_path / "image", {"stable_diffusion.json": content, SHOWCASE: PICTURE})


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A repository of the sample's text models."""
    content = (DATA / "models.csv").read_bytes()
    generated = generated_db_json(content, "models.csv")
    return new_repository(tmp_path / "text", {"models.csv": content, "db.json": generated})


def planned(cli: Cli, category: str, clone: Path, *arguments: str) -> Run:
    run = cli("plan", category, "--demo", "--repository", str(clone), *arguments)
    assert (run.code, run.err) == (0, "")
    return run


def chosen(name: str) -> tuple[str, ...]:
    return "--select", name, "--override", f"{name}=superseded"


def test_the_image_branch_lacks_the_records_and_their_showcases(cli: Cli, own_folder: Path, image: Path) -> None:
    planned(cli, "image_generation", image, *chosen(CLAYFOLK), "--branch", "removals")
    gone = removed_from(read_plan(own_folder / "deletion-plan" / "plan.json"))
    kept = json.loads(output_of_git(image, "show", "removals:stable_diffusion.json"))
    assert gone == [CLAYFOLK]
    assert not set(gone) & kept.keys()
    assert output_of_git(image, "ls-tree", "-r", "--name-only", "removals") == b"stable_diffusion.json\n"
    assert output_of_git(image, "status", "--porcelain") == b""
    assert output_of_git(image, "branch", "--show-current") == b"main\n"


def test_the_commit_tells_the_reason_of_a_curator(cli: Cli, image: Path) -> None:
    planned(cli, "image_generation", image, "--remove", f"{CLAYFOLK}=withdrawn:by its author", "--branch", "removals")
    message = output_of_git(image, "log", "-1", "--format=%B", "removals").decode()
    assert message.strip() == f"Remove 1 model\n\n- {CLAYFOLK}: withdrawn:by its author"


def test_a_dry_run_makes_no_branch(cli: Cli, own_folder: Path, image: Path) -> None:
    planned(cli, "image_generation", image, *chosen(CLAYFOLK), "--branch", "removals", "--dry-run")
    assert output_of_git(image, "branch", "--list", "removals") == b""
    assert not (own_folder / "deletion-plan").exists()


def test_the_checklist_names_vote_label_second_commit_and_release(cli: Cli, own_folder: Path, image: Path) -> None:
    planned(cli, "image_generation", image, *chosen("Aurora Vista XL"), "--policy", str(permissive(own_folder)))
    body = (own_folder / "deletion-plan" / "plan.md").read_text(encoding="utf-8")
    checklist = body.partition("## Checklist")[2].partition("## ")[0]
    for word in ("vote", "`ready-for-review`", "`python scripts/date_info.py`", "release", "styles repository first"):
        assert word in checklist
    assert "Showcase files that the clone lacks: `showcase/aurora_vista_xl/01_harbour.webp`" in body


def test_without_a_branch_the_commands_shown_make_the_commit(cli: Cli, own_folder: Path, image: Path) -> None:
    shown = planned(cli, "image_generation", image, *chosen(CLAYFOLK)).text.partition("Next:")[2].strip().splitlines()
    commands = [shlex.split(line) for line in shown]
    assert commands[0] == ["cd", str(image)]
    for command in commands[1:4]:
        assert command[0] == "git"
        git(image, *command[1:])
    assert output_of_git(image, "rev-list", "--count", "main..HEAD") == b"1\n"
    assert not (image / SHOWCASE).exists()
    assert commands[4] == ["python", "scripts/date_info.py"]
    assert commands[-1][:3] == ["gh", "pr", "create"]
    assert Path(commands[-1][-1]) == own_folder / "deletion-plan" / "plan.md"


def test_the_text_branch_has_the_generated_file_of_its_catalogue(cli: Cli, own_folder: Path, text: Path) -> None:
    planned(cli, "text_generation", text, *chosen(OAK), "--branch", "removals", "--policy", str(permissive(own_folder)))
    catalogue, generated = (output_of_git(text, "show", f"removals:{name}") for name in ("models.csv", "db.json"))
    assert OAK.encode() not in catalogue
    assert generated == generated_db_json(catalogue, "models.csv")
    body = (own_folder / "deletion-plan" / "plan.md").read_text(encoding="utf-8")
    assert "`db.json` is generated anew from `models.csv`" in body
    assert "out of step" not in body


def test_a_generated_file_that_was_out_of_step_is_made_right_and_said(cli: Cli, own_folder: Path, text: Path) -> None:
    (text / "db.json").write_bytes(b"{}\n")
    git(text, "commit", "-q", "-a", "-m", "Out of step")
    planned(cli, "text_generation", text, *chosen(OAK), "--branch", "removals", "--policy", str(permissive(own_folder)))
    catalogue, generated = (output_of_git(text, "show", f"removals:{name}") for name in ("models.csv", "db.json"))
    assert generated == generated_db_json(catalogue, "models.csv")
    assert "out of step" in (own_folder / "deletion-plan" / "plan.md").read_text(encoding="utf-8")


def test_uncommitted_changes_of_the_catalogue_make_no_branch(cli: Cli, text: Path) -> None:
    content = (text / "models.csv").read_bytes()
    (text / "models.csv").write_bytes(content.replace(b"that fits on a phone", b"that fits"))
    policy = str(permissive(text.parent))
    options = ("--demo", "--repository", str(text), "--policy", policy, "--branch", "removals")
    run = cli("plan", "text_generation", *options, *chosen(OAK))
    assert run.code == 1
    assert "does not apply" in run.err
    assert output_of_git(text, "branch", "--list", "removals") == b""


@pytest.mark.parametrize(
    ("category", "arguments", "said"),
    [
        ("image_generation", ("--branch", "removals"), "--repository"),
        ("image_generation", ("--repository", "."), "no root of a git clone"),
    ],
)
def test_a_wrong_use_is_one_line(cli: Cli, category: str, arguments: tuple[str, ...], said: str) -> None:
    run = cli("plan", category, "--demo", *arguments)
    assert run.code != 0
    assert said in run.err
    assert "Traceback" not in run.err


def test_the_real_histories_give_branches_that_pass_the_rules(
    cli: Cli, own_folder: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__STYLES", str(shared_data / "styles" / "styles.json"))
    clones = {name: cloned(own_folder, shared_data, name) for name in ("text", "image")}
    name = "acrastt/Marx-3B-V3"
    planned(cli, "text_generation", clones["text"], *chosen(name), "--branch", "removals")
    catalogue, generated = (
        output_of_git(clones["text"], "show", f"removals:{file}") for file in ("models.csv", "db.json")
    )
    assert generated == generated_db_json(catalogue, "models.csv")
    assert {name, f"aphrodite/{name}", "koboldcpp/Marx-3B-V3"}.isdisjoint(json.loads(generated))
    planned(cli, "image_generation", clones["image"], *chosen("2DN"), "--branch", "removals")
    before, after = (
        output_of_git(clones["image"], "show", f"{commit}:stable_diffusion.json") for commit in ("main", "removals")
    )
    kept = json.loads(before)
    del kept["2DN"]
    assert after == (json.dumps(kept, indent=4) + "\n").encode()


def cloned(folder: Path, shared_data: Path, name: str) -> Path:
    """A clone of a real history, with a curator's name."""
    git(folder, "clone", "-q", "-b", "main", str(shared_data / "git" / f"{name}.bundle"), name)
    git(folder / name, "config", "user.name", "A curator")
    git(folder / name, "config", "user.email", "curator@example.org")
    return folder / name


def permissive(folder: Path) -> Path:
    """A policy whose limits hold nothing back."""
    path = folder / "policy.toml"
    path.write_text("[limits]\nmax_models = 1000\nmax_share_of_models = 100.0\nmax_share_of_month_usage = 100.0\n")
    return path
