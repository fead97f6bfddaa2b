"""Styles and history, read; what cannot be read is unknown, and said."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from horde_model_reference.catalogue import document
from horde_model_reference.catalogue.catalogue import Catalogue
from horde_model_reference.catalogue.listing import Listing
from horde_model_reference.curation.dates import HORDE_BEGAN
from horde_model_reference.curation.listing_histories import ListingHistories
from horde_model_reference.curation.sources import CurationSources
from horde_model_reference.data_warnings import DataWarning
from horde_model_reference.http_client import make_client
from horde_model_reference.settings import load_settings
from tests.support.builders import FETCHED, IMAGE, TEXT, catalogue_of
from tests.support.clock import SteeredClock
from tests.support.file_server import FileServer
from tests.support.git_repository import GitRepository, noon

STYLES = {"a": {"model": "One"}, "b": {"model": "One"}}
OF_RECORD, ONE_LISTED, TWO_LISTED = 1_700_000_000, 1_710_000_000, 1_720_000_000
HISTORY = {
    "One": {"date_added": ONE_LISTED},
    "Two": {"date_added": TWO_LISTED, "date_removed": 1_730_000_000},
    "gone": {"date_added": 1},
}


@asynccontextmanager
async def reading(
    clock: SteeredClock | None = None, cache_ttl_seconds: float = 60, **sources: str
) -> AsyncIterator[CurationSources]:
    settings = load_settings(sources={"styles": "", "image_history": ""} | sources, cache_ttl_seconds=cache_ttl_seconds)
    async with make_client(2) as client:
        opened = CurationSources(settings, client, clock or SteeredClock())
        try:
            yield opened
        finally:
            await opened.aclose()


def write(folder: Path, name: str, content: object) -> str:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(file)


class TestStyles:
    async def test_the_categories_lie_beside_the_styles(self, tmp_path: Path) -> None:
        write(tmp_path, "categories.json", {"x": ["a"]})
        async with reading(styles=write(tmp_path, "styles.json", STYLES)) as sources:
            styles, warnings = await sources.styles()
        assert styles is not None
        assert (styles.models, styles.categories, warnings) == ({"a": "One", "b": "One"}, {"x": ("a",)}, ())

    async def test_the_categories_may_lie_elsewhere(self, tmp_path: Path) -> None:
        elsewhere = write(tmp_path, "other.json", {"y": ["b"]})
        async with reading(styles=write(tmp_path, "s.json", STYLES), style_categories=elsewhere) as sources:
            styles, _ = await sources.styles()
        assert styles is not None
        assert styles.categories == {"y": ("b",)}

    async def test_rule_3_no_source_is_unknown_and_nothing_to_say(self) -> None:
        async with reading() as sources:
            assert await sources.styles() == (None, ())

    @pytest.mark.parametrize(
        ("styles", "categories"),
        [(None, {}), (STYLES, None), ("<html>", {}), (STYLES, "[]"), ({"a": {"prompt": "x"}}, {})],
    )
    async def test_rule_3_what_cannot_be_read_is_unknown_and_said(
        self, tmp_path: Path, styles: object, categories: object
    ) -> None:
        for name, content in (("styles.json", styles), ("categories.json", categories)):
            if content is not None:
                write(tmp_path, name, content)
        async with reading(styles=str(tmp_path / "styles.json")) as sources:
            found, (warning,) = await sources.styles()
        assert found is None
        assert warning.code == "styles_unknown"
        assert warning.message.startswith("Which styles name a model is unknown: ")
        assert ".json" in warning.message

    async def test_no_styles_at_all_are_known(self, tmp_path: Path) -> None:
        write(tmp_path, "categories.json", {})
        async with reading(styles=write(tmp_path, "styles.json", {})) as sources:
            styles, warnings = await sources.styles()
        assert styles is not None
        assert (styles.models, warnings) == ({}, ())

    async def test_the_impatient_do_not_wait_and_do_not_ask_again_at_once(self, tmp_path: Path) -> None:
        clock = SteeredClock()
        categories = write(tmp_path, "categories.json", {})
        async with FileServer(json.dumps(STYLES).encode()) as server:
            server.answering.clear()
            async with reading(clock, styles=server.url, style_categories=categories) as sources:
                found, (warning,) = await sources.styles(0.05)
                assert found is None
                assert "still being fetched" in warning.message
                server.answering.set()
                assert await sources.styles(5) == (None, (warning,))
                clock.wait(3600)
                styles, _ = await sources.styles(5)
                assert styles is not None
                assert styles.naming("One") == ("a", "b")

    @pytest.mark.parametrize("slow", ["styles", "style_categories"])
    async def test_a_source_that_is_slow_keeps_what_is_held(self, tmp_path: Path, slow: str) -> None:
        """One that fails does, too: being slow is no worse than that."""
        files = {"styles": STYLES, "style_categories": {}}
        async with FileServer(json.dumps(files.pop(slow)).encode()) as server:
            locations: dict[str, Any] = {name: write(tmp_path, f"{name}.json", held) for name, held in files.items()}
            locations[slow] = server.url
            async with reading(cache_ttl_seconds=0, **locations) as sources:
                held, _ = await sources.styles(5)
                assert held is not None
                server.answering.clear()
                for _ in range(2):
                    assert await sources.styles(0.05) == (held, ())
                server.answering.set()

    async def test_whoever_has_patience_asks_however_short_the_failure_is_past(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(document, "FAILED_FOR", 0)
        async with reading(styles=str(tmp_path / "styles.json")) as sources:
            assert (await sources.styles(5))[0] is None
            write(tmp_path, "styles.json", STYLES)
            write(tmp_path, "categories.json", {})
            assert (await sources.styles())[0] is not None


async def dates(
    sources: CurationSources, catalogue: Catalogue, patience: float | None = None
) -> tuple[dict[str, float], tuple[DataWarning, ...]]:
    """Return since when models are listed; the catalogue is in no clone."""
    found, warnings = await sources.listings(catalogue, "http://horde.invalid/models", patience)
    return {name: listing.since for name, listing in found.items()}, warnings


class TestAges:
    async def test_the_record_s_own_date_wins_over_the_history(self, tmp_path: Path) -> None:
        catalogue = catalogue_of({"One": {"metadata": {"created_at": OF_RECORD}}, "Two": {}, "Three": {}})
        async with reading(image_history=write(tmp_path, "h.json", HISTORY)) as sources:
            assert await dates(sources, catalogue) == ({"One": OF_RECORD, "Two": TWO_LISTED}, ())

    @pytest.mark.parametrize(
        "impossible",
        [0, -5, False, True, HORDE_BEGAN.timestamp() - 1, FETCHED.timestamp() + 1, 1e300, "soon", 1e999],
        ids=[
            "zero",
            "negative",
            "false",
            "true",
            "before the Horde",
            "in the future",
            "far in the future",
            "text",
            "infinite",
        ],
    )
    async def test_rule_11_a_date_that_cannot_be_leaves_the_decision_to_the_next_source(
        self, tmp_path: Path, impossible: object
    ) -> None:
        catalogue = catalogue_of({name: {"metadata": {"created_at": impossible}} for name in ("One", "Three")})
        async with reading(image_history=write(tmp_path, "h.json", HISTORY)) as sources:
            assert await dates(sources, catalogue) == ({"One": ONE_LISTED}, ())
        history = HISTORY | {"Three": {"date_added": impossible}}
        async with reading(image_history=write(tmp_path, "h.json", history)) as sources:
            assert await dates(sources, catalogue) == ({"One": ONE_LISTED}, ())

    @pytest.mark.parametrize("possible", [HORDE_BEGAN.timestamp(), FETCHED.timestamp()], ids=["first", "last"])
    async def test_rule_11_the_first_and_the_last_date_that_can_be(self, possible: float) -> None:
        catalogue = catalogue_of({"One": {"metadata": {"created_at": possible}}})
        async with reading() as sources:
            assert await dates(sources, catalogue) == ({"One": possible}, ())

    async def test_rule_3_without_history_the_others_are_unknown(self, tmp_path: Path) -> None:
        catalogue = catalogue_of({"One": {"metadata": {"created_at": OF_RECORD}}, "Two": {}})
        async with reading() as sources:
            assert await dates(sources, catalogue) == ({"One": OF_RECORD}, ())
        async with reading(image_history=str(tmp_path / "none.json")) as sources:
            found, (warning,) = await dates(sources, catalogue)
        assert found == {"One": OF_RECORD}
        assert warning.code == "age_unknown"

    async def test_the_impatient_do_not_wait_and_do_not_ask_again_at_once(self, tmp_path: Path) -> None:
        catalogue, clock = catalogue_of({"One": {}}), SteeredClock()
        async with (
            FileServer(json.dumps(HISTORY).encode()) as server,
            reading(clock, image_history=server.url) as sources,
        ):
            server.answering.clear()
            found, (warning,) = await dates(sources, catalogue, 0.05)
            assert (found, warning.code) == ({}, "age_unknown")
            assert "still being fetched" in warning.message
            assert await dates(sources, catalogue, 60) == ({}, (warning,))
            server.answering.set()
            assert await dates(sources, catalogue) == ({"One": ONE_LISTED}, ())

    async def test_text_models_have_only_their_own_dates(self, tmp_path: Path) -> None:
        catalogue = catalogue_of({"One": {}, "Two": {"metadata": {"created_at": OF_RECORD}}}, TEXT)
        async with reading(image_history=write(tmp_path, "h.json", HISTORY)) as sources:
            assert await dates(sources, catalogue) == ({"Two": OF_RECORD}, ())

    async def test_models_that_were_removed_once_count_while_they_are_listed(self, shared_data: Path) -> None:
        """The real history: 17 models that are listed have a date of removal."""
        history = shared_data / "catalogue" / "model_mod_data.json"
        names = list(json.loads((shared_data / "catalogue" / "stable_diffusion.json").read_bytes()))
        raw = json.loads(history.read_bytes())
        removed_once = [name for name in names if raw.get(name, {}).get("date_removed")]
        async with reading(image_history=str(history)) as sources:
            found, warnings = await dates(sources, catalogue_of(names, IMAGE))
        assert warnings == ()
        assert len(removed_once) == 17
        assert {name: found[name] for name in removed_once} == {name: raw[name]["date_added"] for name in removed_once}


class TestGitHistory:
    async def test_it_dates_models_that_have_no_other_date(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / "clone")
        repository.commit("2024-01-01", models__csv="name\na/One\nb/Two\n")
        catalogue = catalogue_of({"a/One": {}, "b/Two": {"metadata": {"created_at": OF_RECORD}}}, TEXT)
        async with reading() as sources:
            found, warnings = await sources.listings(catalogue, str(repository.folder / "models.csv"))
        assert (found, warnings) == ({"a/One": Listing(noon("2024-01-01")), "b/Two": Listing(OF_RECORD)}, ())

    async def test_it_tells_the_removal_of_a_model_that_came_back(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / "clone")
        for day, names in {"2024-01-01": "a/One\nb/Two\n", "2024-02-01": "b/Two\n", "2024-03-01": "a/One\n"}.items():
            repository.commit(day, models__csv=f"name\n{names}")
        catalogue = catalogue_of({"a/One": {"metadata": {"created_at": OF_RECORD}}}, TEXT)
        async with reading() as sources:
            found, _ = await sources.listings(catalogue, str(repository.folder / "models.csv"))
        assert found == {"a/One": Listing(OF_RECORD, removed_at=noon("2024-02-01"))}

    async def test_it_is_read_once_per_head_commit(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / "clone")
        file = str(repository.folder / "models.csv")
        repository.commit("2024-01-01", models__csv="name\na/One\n")
        kept = ListingHistories(tmp_path / "data")
        first, _ = await kept.read(file)
        again, _ = await ListingHistories(tmp_path / "data").read(file)
        assert (again, (await kept.read(file))[0] is first) == (first, True)
        repository.commit("2024-02-01", models__csv="name\na/One\nb/Two\n")
        assert sorted((await kept.read(file))[0]) == ["a/One", "b/Two"]

    async def test_versions_that_cannot_be_read_are_counted_in_a_warning(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / "clone")
        repository.commit("2024-01-01", models__csv='name\n"a/One\nb/Two\n')
        repository.commit("2024-02-01", models__csv="name\na/One\n")
        _, (warning,) = await ListingHistories(tmp_path / "data").read(str(repository.folder / "models.csv"))
        assert warning.code == "versions_skipped"
        assert warning.message.startswith("1 version of models.csv")

    async def test_a_damaged_copy_is_read_anew(self, tmp_path: Path) -> None:
        repository = GitRepository(tmp_path / "clone")
        file = str(repository.folder / "models.csv")
        repository.commit("2024-01-01", models__csv="name\na/One\n")
        first, _ = await ListingHistories(tmp_path / "data").read(file)
        (copy,) = (tmp_path / "data" / "listing-history").iterdir()
        copy.write_bytes(b"[1]")
        assert (await ListingHistories(tmp_path / "data").read(file))[0] == first
