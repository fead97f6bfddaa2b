"""``sync``: good copies of the catalogues, whatever happens on the way."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.engine import open_engine
from horde_model_reference.setting_groups import Sources
from horde_model_reference.settings import ENV_PREFIX, load_settings
from tests.support.builders import IMAGE, TEXT
from tests.support.command_line import Cli, World, assert_refused
from tests.support.file_server import FileServer
from tests.support.service import NOTHING_ELSE, catalogue_bytes
from tests.support.waiting import PATIENCE


def copies(folder: Path) -> list[Path]:
    """The files under a data folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_category_is_fetched_and_told(cli: Cli) -> None:
    run = cli("sync", "--demo")
    assert (run.code, run.out) == (0, b"")
    lines = run.err.splitlines()
    told = [line.partition(":")[0] for line in lines]
    assert [name for name in told if name in set(MODEL_REFERENCE_CATEGORY)] == [*MODEL_REFERENCE_CATEGORY]
    assert any(line.startswith("image_generation: 48 models, revision ") for line in lines)


def test_only_the_wanted_categories_are_fetched(cli: Cli, world: World, tmp_path: Path) -> None:
    run = cli("sync", "image_generation")
    assert run.code == 0
    assert run.err.startswith("image_generation: 1 model, revision ")
    assert "text_generation" not in run.err
    assert any(b"Deliberate" in copy.read_bytes() for copy in copies(tmp_path / "data"))
    assert world.horde.count() == 0


def test_what_is_odd_about_a_catalogue_is_told(cli: Cli, world: World) -> None:
    world.image_catalogue().write_bytes(b'{"a": {"description": "x"}, "a": {"description": "y"}, "\\u001b[31m": 1}')
    run = cli("sync", "image_generation")
    assert run.code == 0
    assert "  name_repeated: " in run.err
    assert "  record_skipped: " in run.err
    assert "\x1b" not in run.err


def test_a_failure_is_told_and_the_others_are_kept(cli: Cli, world: World, tmp_path: Path) -> None:
    world.image_catalogue().unlink()
    run = cli("sync", "image_generation", "text_generation")
    assert (run.code, run.out) == (1, b"")
    lines = run.err.splitlines()
    assert lines[0].startswith("text_generation: 1 model")
    assert lines[1].startswith("error: 1 of 2 catalogues failed: image_generation (")
    assert str(world.image_catalogue()) in lines[1]
    assert lines[2].startswith("hint: ")
    assert any(b"Stheno" in copy.read_bytes() for copy in copies(tmp_path / "data"))


def test_all_failures_are_told_in_one_line(cli: Cli, world: World) -> None:
    for category in MODEL_REFERENCE_CATEGORY:
        (world.folder / f"{category.value}.json").write_bytes(b"\x1b[31m")
    assert_refused(cli("sync"), 1, "15 of 15", *MODEL_REFERENCE_CATEGORY)


UPSTREAM = {
    "stable_diffusion.json": catalogue_bytes(["a"]),
    "models.csv": b"name,parameters_bn\r\na/b-7B,7\r\n",
    "lora.json": b"[\n]\n",
} | {
    f"{name}.json": catalogue_bytes([name])
    for name in (["blip", "clip", "codeformer", "controlnet", "esrgan", "gfpgan", "safety_checker", "miscellaneous"])
}
"""The files that the two public repositories have; there are none of the other categories."""


def test_the_files_that_exist_upstream_are_enough(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default sources, with the repositories' addresses exchanged for a server here."""
    folder = tmp_path / "upstream"
    folder.mkdir()
    for name, content in UPSTREAM.items():
        (folder / name).write_bytes(content)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for category in MODEL_REFERENCE_CATEGORY:
            default = Sources.model_fields[category.value].default
            here = re.sub(r".*/main/", f"http://127.0.0.1:{server.server_port}/", default)
            monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__{category.value.upper()}", here)
        run = cli("sync")
        server.shutdown()
    assert run.code == 0
    told = [line.partition(":")[0] for line in run.err.splitlines() if not line.startswith(" ")]
    assert len([name for name in told if name in set(MODEL_REFERENCE_CATEGORY)]) == len(UPSTREAM)
    assert "lora: 0 models" in run.err


def test_a_category_without_a_source_is_said_to_have_none(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(f"{ENV_PREFIX}SOURCES__TI", raising=False)
    assert_refused(cli("sync", "ti"), 1, "Category ti has no source", f"{ENV_PREFIX}SOURCES__TI")


def test_rule_11_a_shrunk_catalogue_is_kept_only_when_it_is_accepted(cli: Cli, world: World) -> None:
    world.image_catalogue().write_bytes(catalogue_bytes(["a", "b", "c"]))
    assert cli("sync", "image_generation").code == 0
    world.image_catalogue().write_bytes(catalogue_bytes(["a"]))
    for _ in range(2):
        assert "catalogue_shrunk: 2 of the 3 models" in cli("sync", "image_generation").err
    assert "catalogue_shrunk" not in cli("sync", "image_generation", "--accept").err
    assert "catalogue_shrunk" not in cli("sync", "image_generation").err


async def test_interrupted_it_leaves_the_old_copies_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the second catalogue hangs: 130, the first is new, the second as before."""
    async with FileServer(catalogue_bytes(["old"])) as first, FileServer(catalogue_bytes(["old"])) as second:
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__IMAGE_GENERATION", first.url)
        monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__TEXT_GENERATION", second.url)
        for nothing in NOTHING_ELSE:
            monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__{nothing.upper()}", "")
        assert await names_held() == [["old"], ["old"]]

        first.content = second.content = catalogue_bytes(["new"])
        second.answering.clear()
        hanging = asyncio.ensure_future(second.asked())
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "horde_model_reference", "sync", "image_generation", "text_generation"),
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        await asyncio.wait_for(hanging, PATIENCE)
        process.send_signal(signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert err.startswith(b"image_generation: 1 model")
    assert await names_held() == [["new"], ["old"]]
    contents = [copy.read_bytes() for copy in copies(tmp_path / "data")]
    assert [sum(name in content for content in contents) for name in (b'"new"', b'"old"')] == [1, 1]


async def names_held() -> list[list[str]]:
    """What the two catalogues say now, from their sources or else from their copies."""
    async with open_engine(load_settings()) as engine:
        return [await engine.manager.get_model_names(category) for category in (IMAGE, TEXT)]
