"""``plan --styles-repository``: the second patch, for the styles repository (design section 9), judged by real git."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.curation.plan import Plan
from horde_model_reference.curation.plan_files import read_plan
from horde_model_reference.demo import DATA
from tests.support.command_line import Cli, Run
from tests.support.git import git, new_repository, output_of_git

pytestmark = pytest.mark.usefixtures("own_folder")
NOIR = "Umbra Noir"
"""A model of the sample that the style `noir` names."""
FILES = ("styles.json", "categories.json")
LIMITS = "[limits]\nmax_models = 1000\nmax_share_of_models = 100.0\nmax_share_of_month_usage = 100.0\n"


@pytest.fixture
def styles(tmp_path: Path) -> Path:
    """A repository of the sample's styles."""
    return new_repository(tmp_path / "styles", {name: (DATA / name).read_bytes() for name in FILES})


def policy(folder: Path, on_removal: str) -> str:
    """A policy whose limits hold nothing back, with a treatment of styles."""
    path = folder / f"{on_removal}.toml"
    path.write_text(f'[styles]\non_removal = "{on_removal}"\n{LIMITS}')
    return str(path)


def planned(cli: Cli, folder: Path, clone: Path, *arguments: str, on_removal: str = "delete") -> Run:
    """A plan of the sample that removes `NOIR`."""
    chosen = ("--select", NOIR, "--override", f"{NOIR}=superseded", "--policy", policy(folder, on_removal))
    run = cli("plan", "image_generation", "--demo", "--styles-repository", str(clone), *chosen, *arguments)
    assert (run.code, run.err) == (0, "")
    return run


def made(folder: Path) -> Plan:
    return read_plan(folder / "deletion-plan" / "plan.json")


def contents(clone: Path, commit: str) -> list[dict[str, Any]]:
    """The styles and the categories of a commit."""
    return [json.loads(output_of_git(clone, "show", f"{commit}:{name}")) for name in FILES]


def faults(styles: dict[str, Any], categories: dict[str, Any], listed: set[str]) -> list[str]:
    """The styles that name no listed model, and the entries of categories that do not exist."""
    known = styles.keys() | categories.keys()
    unlisted = [name for name, style in styles.items() if style["model"] not in listed]
    return unlisted + [entry for entries in categories.values() for entry in entries if entry not in known]


def test_the_patch_passes_the_check_of_git_and_keeps_the_rule(cli: Cli, own_folder: Path, styles: Path) -> None:
    planned(cli, own_folder, styles)
    patch = own_folder / "deletion-plan" / "styles.patch"
    git(styles, "apply", "--check", str(patch))
    git(styles, "apply", "--index", str(patch))
    git(styles, "commit", "-q", "-m", "Styles")
    listed = json.loads((own_folder / "deletion-plan" / "stable_diffusion.json").read_bytes()).keys()
    after = contents(styles, "HEAD")
    assert "noir" not in after[0]
    assert faults(after[0], after[1], set(listed)) == []
    assert set(made(own_folder).deleted_styles) == contents(styles, "HEAD~1")[0].keys() - after[0].keys()


def test_the_branch_in_the_clone_re_points_and_keeps_other_settings(cli: Cli, own_folder: Path, styles: Path) -> None:
    run = planned(cli, own_folder, styles, "--branch", "removals", on_removal="repoint")
    before, after = contents(styles, "main")[0], contents(styles, "removals")[0]
    to = made(own_folder).repointed_styles["noir"]
    assert after["noir"] == before["noir"] | {"model": to}
    assert output_of_git(styles, "status", "--porcelain") == b""
    assert f"Styles re-pointed: noir to {to}." in run.text
    body = (own_folder / "deletion-plan" / "plan.md").read_text(encoding="utf-8")
    assert f"- Styles re-pointed: `noir` to `{to}`" in body


def test_without_a_branch_the_commands_shown_make_the_commit(cli: Cli, own_folder: Path, styles: Path) -> None:
    shown = planned(cli, own_folder, styles).text.partition("Next:")[2].strip().splitlines()
    commands = [shlex.split(line) for line in shown[:6]]
    assert commands[0] == ["cd", str(styles)]
    for command in commands[1:4]:
        git(styles, *command[1:])
    assert output_of_git(styles, "rev-list", "--count", "main..HEAD") == b"1\n"
    assert commands[-1][:3] == ["gh", "pr", "create"]
    assert Path(commands[-1][-1]) == own_folder / "deletion-plan" / "styles.md"


def test_both_clones_have_the_branch_and_the_checklist_the_order(
    cli: Cli, own_folder: Path, styles: Path, tmp_path: Path
) -> None:
    catalogue = (DATA / "stable_diffusion.json").read_bytes()
    image = new_repository(tmp_path / "image", {"stable_diffusion.json": catalogue})
    planned(cli, own_folder, styles, "--repository", str(image), "--branch", "removals")
    listed = json.loads(output_of_git(image, "show", "removals:stable_diffusion.json"))
    after = contents(styles, "removals")
    assert NOIR not in listed
    assert faults(after[0], after[1], set(listed)) == []
    body = (own_folder / "deletion-plan" / "plan.md").read_text(encoding="utf-8")
    assert "styles repository first" in body
    assert "That pull request is `styles.patch`" in body


def test_a_patch_that_does_not_apply_makes_no_branch_in_either_clone(
    cli: Cli, own_folder: Path, styles: Path, tmp_path: Path
) -> None:
    catalogue = (DATA / "stable_diffusion.json").read_bytes()
    image = new_repository(tmp_path / "image", {"stable_diffusion.json": catalogue})
    (image / "stable_diffusion.json").write_bytes(catalogue.replace(b'"Umbra Noir"', b'"Umbra Noir"  '))
    chosen = ("--select", NOIR, "--override", f"{NOIR}=x", "--policy", policy(own_folder, "delete"))
    clones = ("--repository", str(image), "--styles-repository", str(styles))
    run = cli("plan", "image_generation", "--demo", *clones, *chosen, "--branch", "removals")
    assert run.code == 1
    assert "does not apply" in run.err
    assert output_of_git(styles, "branch", "--list", "removals") == b""


def test_under_protect_the_styles_stay_as_they_are(cli: Cli, own_folder: Path, styles: Path) -> None:
    planned(cli, own_folder, styles, on_removal="delete")
    run = planned(cli, own_folder, styles, "--branch", "removals", on_removal="protect")
    assert "Styles that break: noir." in run.text
    assert "styles.patch" not in {path.name for path in (own_folder / "deletion-plan").iterdir()}
    assert output_of_git(styles, "branch", "--list", "removals") == b""


def test_the_second_patch_needs_no_clone(cli: Cli, own_folder: Path, styles: Path) -> None:
    """Without one, its paths are those of a clone, and the plan says how to apply it."""
    chosen = ("--select", NOIR, "--override", f"{NOIR}=x", "--policy", policy(own_folder, "delete"))
    run = cli("plan", "image_generation", "--demo", *chosen)
    assert "First, the styles, where CLONE is a clone of the styles repository:" in run.text
    git(styles, "apply", "--check", str(own_folder / "deletion-plan" / "styles.patch"))


@pytest.mark.parametrize(
    ("category", "folder", "said"),
    [
        ("text_generation", "styles", "no style names models of text_generation"),
        ("image_generation", ".", "no root of a git clone"),
        ("image_generation", "empty", "styles.json: no such file"),
    ],
)
def test_a_wrong_use_is_one_line(cli: Cli, styles: Path, category: str, folder: str, said: str) -> None:
    new_repository(styles.parent / "empty", {"readme": b""})
    run = cli("plan", category, "--demo", "--styles-repository", str(styles.parent / folder))
    assert run.code != 0
    assert said in run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize("on_removal", ["delete", "repoint"])
def test_the_real_histories_give_branches_that_pass_the_rules_of_both_repositories(
    cli: Cli, own_folder: Path, shared_data: Path, tmp_path: Path, on_removal: str
) -> None:
    styles = new_repository(tmp_path / "real", {name: (shared_data / "styles" / name).read_bytes() for name in FILES})
    git(own_folder, "clone", "-q", "-b", "main", str(shared_data / "git" / "image.bundle"), "image")
    for setting in ("user.name", "user.email"):
        git(own_folder / "image", "config", setting, "curator@example.org")
    named = json.loads(output_of_git(styles, "show", "main:styles.json"))
    models = sorted({style["model"] for style in named.values()})[:12]
    listed = json.loads(output_of_git(own_folder / "image", "show", "main:stable_diffusion.json"))
    chosen = [part for name in models if name in listed for part in ("--select", name, "--override", f"{name}=old")]
    clones = ("--repository", str(own_folder / "image"), "--styles-repository", str(styles))
    options = ("--branch", "removals", "--policy", policy(own_folder, on_removal))
    run = cli("plan", "image_generation", "--demo", *clones, *chosen, *options)
    assert (run.code, run.err) == (0, "")
    after = contents(styles, "removals")
    left = json.loads(output_of_git(own_folder / "image", "show", "removals:stable_diffusion.json"))
    assert len(left) == len(listed) - len(chosen) // 4
    assert faults(after[0], after[1], set(left)) == []
    for name, style in after[0].items():
        assert style | {"model": ""} == named[name] | {"model": ""}
