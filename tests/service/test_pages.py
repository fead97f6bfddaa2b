"""The pages over HTTP: statuses, headers, encodings, and errors that people can read."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from horde_model_reference.dashboard.rendering import CONTENT_POLICY, asset_version
from horde_model_reference.service.encodings import ENCODERS
from tests.support.archives import unzipped
from tests.support.builders import stats_of
from tests.support.markup import Markup
from tests.support.misbehaving_horde import SERVER_ERROR, Route
from tests.support.service import BlockingClient, a_world, assert_problem, catalogue_bytes

PAGES = (
    "/",
    "/overview/text_generation",
    "/models/image_generation",
    "/models/text_generation?group_text_models=true",
    "/models/image_generation?verdict=remove&reason=no_active_workers&exact_level=critical",
    "/charts/image_generation",
    "/charts/text_generation?scale=count",
    "/names/image_generation",
    "/names/text_generation?outcome=attributed",
    "/model/image_generation/Umbra%20Noir",
    "/model/image_generation?name=Umbra%20Noir",
    "/plan/image_generation",
    "/plan/text_generation",
    "/plan/image_generation?tab=protected&page=1&search=a&candidates.min_age_days=0",
)
ARCHIVE = "/plan/image_generation/deletion-plan.zip"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MOST_BYTES = 100_000
"""Bytes of a page's first view, compressed, without charts."""
MOST_CHART_BYTES = 30_000


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_small_and_load_nothing_from_elsewhere(demo: BlockingClient, path: str) -> None:
    answer = demo.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == CONTENT_POLICY
    page = Markup(answer.text)
    assert page.inline() == []
    loaded = {
        found.get("src") or found.get("href", "") for tag, found in page.elements if tag in {"script", "link", "img"}
    }
    assert all(address.startswith("/assets/") for address in loaded)
    sizes = {address: transferred(demo.get(address)) for address in loaded}
    assert len(gzip.compress(answer.content)) + sum(sizes.values()) < MOST_BYTES + MOST_CHART_BYTES * (
        "uPlot" in str(sizes)
    )


def transferred(answer: httpx.Response) -> int:
    """The bytes of an answer on the wire."""
    assert answer.status_code == 200
    return int(answer.headers["content-length"])


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_compressed(demo: BlockingClient, path: str, encoding: str) -> None:
    answer = demo.get(path, headers={"Accept-Encoding": encoding})
    assert answer.headers.get("content-encoding", "identity") == encoding
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert answer.text == demo.get(path, headers={"Accept-Encoding": "identity"}).text


MOST_OF_A_KIND = 6


def test_every_link_of_every_page_answers(demo: BlockingClient) -> None:
    """Of many links to pages of one kind, some."""
    followed: dict[str, set[str]] = {}
    for path in PAGES:
        for found in Markup(demo.get(path).text).all("a"):
            address = found["href"].partition("#")[0]
            kind = followed.setdefault("/".join(address.split("/")[:3]), set())
            leads_away = found.get("rel") == "noopener noreferrer external"
            assert leads_away is address.startswith(("https://", "http://"))
            if address and not leads_away and address not in kind and len(kind) < MOST_OF_A_KIND:
                kind.add(address)
                assert address.startswith("/")
                assert demo.get(address, headers=BROWSER).status_code == 200, address
    assert {
        "/models/image_generation",
        "/charts/text_generation",
        "/names/text_generation",
    } <= followed.keys() | set().union(*followed.values())


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/model/image_generation/Umbra", 404, "model_unknown"),
        ("/models/nothing", 422, "parameters_malformed"),
        ("/models/image_generation?limit=0", 422, "parameters_malformed"),
        ("/models/image_generation?sort=nothing", 400, "sort_unknown"),
        ("/charts/lora", 400, "category_not_supported"),
        ("/overview/lora", 400, "category_not_supported"),
        ("/names/lora", 400, "category_not_supported"),
        ("/names/image_generation?outcome=nothing", 422, "parameters_malformed"),
        ("/plan/image_generation/deletion-plan.zip", 405, "method_not_allowed"),
        ("/nothing", 404, "route_unknown"),
        ("/assets/nothing.js", 404, "route_unknown"),
        ("/assets/..%2frendering.py", 404, "route_unknown"),
    ],
)
def test_errors_are_pages_for_people_and_problems_for_programs(
    demo: BlockingClient, path: str, status: int, code: str
) -> None:
    problem = demo.get(path)
    assert problem.headers["content-type"].startswith("application/problem+json")
    page = demo.get(path, headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"] == CONTENT_POLICY
    assert page.headers["cache-control"] == "no-store"
    assert problem.json()["code"] == code
    assert page.status_code == problem.status_code == status
    assert f"<code>{code}</code>" in page.text
    assert problem.json()["title"] in page.text
    assert int(page.headers["content-length"]) == len(page.content)


@pytest.mark.parametrize(
    "path", ["/api/nothing", "/api/model_references/v2/nothing", "/api/model_references/v2/lora/x"]
)
def test_the_api_answers_programs_whatever_they_accept(demo: BlockingClient, path: str) -> None:
    answer = demo.get(path, headers=BROWSER)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_names_in_errors_are_text(demo: BlockingClient) -> None:
    """Rule 13."""
    page = demo.get(f"/model/image_generation/{quote('<script>alert(1)</script>')}", headers=BROWSER)
    assert "&lt;script&gt;" in page.text
    assert Markup(page.text).inline() == []


async def test_a_horde_that_is_down_is_a_page_with_the_same_status(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        world.horde.all_routes(SERVER_ERROR)
        page = await world.client.get("/", headers=BROWSER)
    assert page.status_code == 502
    assert int(page.headers["retry-after"]) >= 1
    assert "It may work again in" in page.text


async def test_a_page_is_kept_as_long_as_its_table_and_others_not_at_all(tmp_path: Path) -> None:
    """What rests on styles or ages may change while the table stays."""
    async with a_world(tmp_path) as world:
        kept = [await world.client.get(path) for path in ("/", "/models/image_generation", "/names/image_generation")]
        fresh = [
            await world.client.get(path) for path in ("/model/image_generation/Deliberate", "/plan/image_generation")
        ]
        again = [
            await world.client.get(answer.url, headers={"If-None-Match": answer.headers["etag"]}) for answer in kept
        ]
    assert [answer.status_code for answer in again] == [304] * 3
    assert all("max-age" in answer.headers["cache-control"] for answer in kept)
    assert [answer.headers["cache-control"] for answer in fresh] == ["no-cache", "no-cache"]
    assert not any("etag" in answer.headers for answer in fresh)


async def test_a_model_page_follows_its_styles_at_once(tmp_path: Path) -> None:
    """Another style of the same number leaves the table as it is, and must be seen all the same."""
    styles = tmp_path / "styles.json"
    sources = {"styles": str(styles)}
    (tmp_path / "categories.json").write_text("{}")

    async def seen(client: httpx.AsyncClient, name: str) -> bool:
        styles.write_text(json.dumps({name: {"prompt": "x", "model": "Deliberate"}}))
        return f"<li><span>{name}</span>" in (await client.get("/model/image_generation/Deliberate")).text

    async with a_world(tmp_path, cache_ttl_seconds=0, more_sources=sources) as world:
        assert await seen(world.client, "first")
        assert await seen(world.client, "second")


def test_assets_are_kept_for_ever_by_their_version(demo: BlockingClient) -> None:
    for name in ("page.js", "page.css"):
        version = asset_version(name)
        assert "immutable" in demo.get(f"/assets/{name}?v={version}").headers["cache-control"]
        assert "immutable" not in demo.get(f"/assets/{name}?v=old").headers.get("cache-control", "")
        assert f"/assets/{name}?v={version}" in demo.get("/").text


def test_style_sheets_come_in_one_and_only_once(demo: BlockingClient) -> None:
    answer = demo.get("/assets/page.css", headers={"Accept-Encoding": "gzip"})
    parts = ("tokens.css", "base.css", "shell.css", "pages.css", "charts.css", "media.css")
    assert answer.content == b"".join(demo.get(f"/assets/{name}").content for name in parts)
    assert answer.headers["content-type"].startswith("text/css")
    again = demo.get("/assets/page.css", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


FIRST_VIEW_BYTES = 100_000
FIRST_VIEW = re.compile(r'(?:src|href)="(/assets/[^"]+)"')


@pytest.mark.parametrize("path", ["/", "/models/image_generation", "/models/text_generation", "/plan/text_generation"])
def test_the_first_view_is_less_than_a_hundred_kilobytes(demo: BlockingClient, path: str) -> None:
    """What a browser fetches that never was here: the page, its styles, scripts, icon and font, as they are sent."""
    sent = {"Accept-Encoding": "gzip"}
    page = demo.get(path, headers=sent)
    assets = dict.fromkeys(FIRST_VIEW.findall(page.text))
    assert any(address.endswith(".woff2") for address in assets)
    lengths = [int(demo.get(address, headers=sent).headers["content-length"]) for address in (path, *assets)]
    assert sum(lengths) < FIRST_VIEW_BYTES


def test_a_form_of_a_thousand_models_is_read(demo: BlockingClient) -> None:
    fields = {"asked": "1"} | {f"override:model {at}": "" for at in range(1500)}
    answer = demo.request("POST", "/plan/image_generation", data=fields)
    assert answer.status_code == 200
    assert "Nothing would be removed." in answer.text


@pytest.mark.parametrize(
    "header", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json", "nonsense"]
)
def test_a_senseless_form_ticks_nothing_or_is_refused(demo: BlockingClient, header: str) -> None:
    answer = demo.request("POST", "/plan/image_generation", content=b"\xff\x00{", headers={"Content-Type": header})
    assert answer.status_code in {200, 400}


def test_the_files_are_sent_as_one_archive_to_be_kept(demo: BlockingClient) -> None:
    answer = demo.request("POST", ARCHIVE, data={})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="deletion-plan.zip"'
    assert answer.headers["content-type"] == "application/zip"
    assert list(unzipped(answer.content)) == ["plan.json", "plan.md", "removals.patch", "stable_diffusion.json"]
    assert demo.request("POST", ARCHIVE, data={}).content == answer.content


def test_a_refused_file_is_an_error_for_people(demo: BlockingClient) -> None:
    chosen = {"select": "Woodblock Revival"}
    answer = demo.request("POST", ARCHIVE, data=chosen, headers=BROWSER)
    assert answer.status_code == 409
    assert "protected" in answer.text
    assert demo.request("POST", "/plan/image_generation/other.txt", data={}).status_code == 404
    assert demo.request("POST", "/plan/image_generation/files/other.txt", data={}).status_code == 404


@pytest.mark.parametrize("name", ["plan.md", "plan.json", "removals.patch", "stable_diffusion.json", "policy.toml"])
def test_each_file_is_a_download_of_its_own(demo: BlockingClient, name: str) -> None:
    answer = demo.request("POST", f"/plan/image_generation/files/{name}", data={"limits.max_models": "3"})
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    if name == "policy.toml":
        assert "max_models = 3" in answer.text
    else:
        archive = unzipped(demo.request("POST", ARCHIVE, data={"limits.max_models": "3"}).content)
        assert archive[name] == answer.content


def test_the_jump_field_leads_to_a_model_or_searches(demo: BlockingClient) -> None:
    exact = demo.get("/jump/image_generation?name=Umbra%20Noir")
    assert (exact.status_code, exact.headers["location"]) == (303, "/model/image_generation/Umbra%20Noir")
    part = demo.get("/jump/image_generation?name=umbra")
    assert (part.status_code, part.headers["location"]) == (303, "/models/image_generation?search=umbra")
    assert "Umbra Noir" in demo.get("/jump/image_generation/names?name=umbra").json()


CROWD = [f"crowd/{at}" for at in range(20)]
MALFORMED = "\n".join(["name,parameters_bn", "a/one,7", '"b"/two,7', *(f"{name},7" for name in CROWD)]).encode()


async def test_rule_11_a_malformed_row_stays_where_another_is_taken_out(tmp_path: Path) -> None:
    chosen = {"select": "a/one", "override:a/one": "agreed"}
    payloads = {Route.TEXT_STATS: stats_of({"a/one": 1} | dict.fromkeys(CROWD, 999))}
    async with a_world(tmp_path, text=MALFORMED, payloads=payloads) as world:
        answer = await world.client.post("/plan/text_generation/deletion-plan.zip", data=chosen)
    assert unzipped(answer.content)["text_generation.json"] == MALFORMED.replace(b"a/one,7\n", b"")


@pytest.mark.parametrize(
    "page", ["overview/blip", "models/blip", "charts/blip", "names/blip", "model/blip/x", "plan/blip"]
)
async def test_what_cannot_be_asked_is_told_before_anything_is_read(tmp_path: Path, page: str) -> None:
    async with a_world(tmp_path) as world:
        (tmp_path / "blip.json").unlink()
        assert_problem(await world.client.get(f"/{page}"), 400, "category_not_supported")


async def test_empty_answers_of_the_horde_are_unknown_on_every_page(tmp_path: Path) -> None:
    """Rule 3."""
    payloads = {Route.IMAGE_STATS: stats_of({}), Route.IMAGE_STATUS: []}
    async with a_world(tmp_path, image=catalogue_bytes(["a"]), payloads=payloads) as world:
        for path in (
            "/",
            "/models/image_generation",
            "/charts/image_generation",
            "/names/image_generation",
            "/model/image_generation/a",
            "/plan/image_generation",
        ):
            answer = await world.client.get(path)
            assert answer.status_code == 200
        assert "the Horde reports no usage figures just now" in (await world.client.get("/")).text
        assert "<dt>Day</dt><dd>?</dd>" in (await world.client.get("/model/image_generation/a")).text
