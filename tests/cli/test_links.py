"""``links``: the check of a catalogue's addresses, resumed where it was left, and its results as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from horde_model_reference.settings import ENV_PREFIX
from tests.support.background import in_background
from tests.support.builders import record
from tests.support.command_line import Cli, World, assert_refused
from tests.support.link_host import LinkHost


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[LinkHost]:
    with in_background(LinkHost()) as running:
        monkeypatch.setenv(f"{ENV_PREFIX}LINKS__ALLOW_PRIVATE_ADDRESSES", "true")
        monkeypatch.setenv(f"{ENV_PREFIX}LINKS__PAUSE_SECONDS", "0")
        yield running


def listing(world: World, host: LinkHost, *paths: str) -> None:
    """Have the catalogue list a model for each path of the host."""
    records = {
        path: record(config={"download": [{"file_name": "x", "file_url": host.url(path, "127.0.0.1")}]})
        for path in paths
    }
    world.image_catalogue().write_text(json.dumps(records), encoding="utf-8")


def exported(cli: Cli, *arguments: str) -> list[dict[str, str]]:
    run = cli("links", "export", "image_generation", *arguments)
    assert (run.code, run.err) == (0, "")
    return list(csv.DictReader(io.StringIO(run.text, newline="")))


def test_every_address_is_asked_once_and_kept(cli: Cli, world: World, host: LinkHost) -> None:
    listing(world, host, "/ok", "/gone", "/private")
    run = cli("links", "check", "image_generation")
    assert (run.code, run.out) == (0, b"")
    assert sorted(run.err.strip().split(", ")) == ["1 gone", "1 login", "1 ok"]
    asked = len(host.log)
    assert cli("links", "check", "image_generation").err == "3 up to date\n"
    assert len(host.log) == asked
    assert {row["model"]: (row["state"], row["outcome"]) for row in exported(cli)} == {
        "/ok": ("working", "ok"), "/gone": ("suspect", "gone"), "/private": ("gated", "login"),
    }  # fmt: skip


def test_a_limited_check_goes_on_where_it_was_left(cli: Cli, world: World, host: LinkHost) -> None:
    listing(world, host, "/1", "/2", "/3")
    for _ in range(2):
        assert cli("links", "check", "image_generation", "--limit", "2").code == 0
    assert [asked.path for asked in host.log] == ["/1", "/2", "/3"]


def test_older_than_0d_asks_for_all(cli: Cli, world: World, host: LinkHost) -> None:
    listing(world, host, "/1")
    for _ in range(2):
        cli("links", "check", "image_generation", "--older-than", "0d")
    assert len(host.log) == 2


def test_private_addresses_are_refused_by_default(
    cli: Cli, world: World, host: LinkHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{ENV_PREFIX}LINKS__ALLOW_PRIVATE_ADDRESSES")
    listing(world, host, "/ok")
    assert cli("links", "check", "image_generation").err == "1 refused\n"
    assert host.log == []
    (row,) = exported(cli)
    assert row["outcome"] == ""


@pytest.mark.parametrize("age", ["7", "d", "-1d", "1w", "99999d", "", "٣d"])
def test_an_age_without_sense_is_refused(cli: Cli, world: World, age: str) -> None:
    assert_refused(cli("links", "check", "image_generation", "--older-than", age), 2, "--older-than")


def test_results_are_written_to_a_file(cli: Cli, world: World, host: LinkHost, tmp_path: Path) -> None:
    listing(world, host, "/=1+1")
    cli("links", "check", "image_generation")
    cli("links", "export", "image_generation", "--output", str(tmp_path / "links.csv"))
    lines = (tmp_path / "links.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "model,address,state,outcome,detail,checked_at,failed_days"
    assert ",working,ok,," in lines[1]


def test_the_demo_asks_no_network(cli: Cli) -> None:
    run = cli("links", "check", "image_generation", "--demo")
    assert (run.code, run.out) == (0, b"")
    assert " ok" in run.err
