"""A further category with usage is one entry in the table of traits (design, section 3)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from horde_model_reference.settings import ENV_PREFIX
from tests.support.builders import stats_of, status_of
from tests.support.service import catalogue_bytes, write_catalogues

REPORT = "/api/model_references/statistics/video_generation/deletion-risk"


class VideoHorde(BaseHTTPRequestHandler):
    """The Horde's routes of video models."""

    bodies: ClassVar = {
        "/api/v2/stats/video/models": stats_of({"Reel": (1, 2_000, 3_000), "Clip": (0, 3, 4)}),
        "/api/v2/status/models?type=video&model_state=all": status_of({"Reel": 2}),
    }

    def do_GET(self) -> None:
        body = json.dumps(self.bodies[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep standard error for faults."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """An environment with a video catalogue and a Horde that reports on its models."""
    folder = tmp_path_factory.mktemp("video")
    sources = write_catalogues(folder)
    Path(sources["video_generation"]).write_bytes(catalogue_bytes(["Reel", "Clip"]))
    with ThreadingHTTPServer(("127.0.0.1", 0), VideoHorde) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield os.environ | {
            "AI_HORDE_URL": f"http://127.0.0.1:{server.server_port}/api/",
            f"{ENV_PREFIX}DATA_DIR": str(folder / "data"),
            f"{ENV_PREFIX}HISTORY__ENABLED": "false",
            "COLUMNS": "100",
            "PYTHONUTF8": "1",
            **{f"{ENV_PREFIX}SOURCES__{name.upper()}": place or "none" for name, place in sources.items()},
        }
        server.shutdown()


def run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "tests.support.with_video", *arguments]
    root = Path(__file__).parent.parent
    ended = subprocess.run(
        command, check=False, env=environment, cwd=root, capture_output=True, text=True, encoding="utf-8"
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_further_category_has_a_report_by_its_short_name(environment: dict[str, str]) -> None:
    report = json.loads(run(environment, "deletion-risk", "video", "--format", "json"))
    found = {row["name"]: (row["usage_month"], row["worker_count"], row["is_critical"]) for row in report["models"]}
    assert found == {"Reel": (2_000, 2, False), "Clip": (3, 0, True)}  # 3 is below its threshold of 7.


def test_a_further_category_has_a_table_on_the_command_line_without_styles(environment: dict[str, str]) -> None:
    table = run(environment, "deletion-risk", "video")
    assert "Reel" in table
    assert "2,000" in table
    assert "Sty-" not in table


def test_a_further_category_is_answered_by_the_api(environment: dict[str, str]) -> None:
    answer = json.loads(run(environment, "get", REPORT))
    assert [row["name"] for row in answer["models"]] == ["Reel", "Clip"]
    assert answer["category_total_month_usage"] == 2_003


def test_a_further_category_has_a_page_and_a_place_in_the_menu(environment: dict[str, str]) -> None:
    page = run(environment, "get", "/models/video_generation")
    assert "<h1>Video models</h1>" in page
    assert page.count('href="/models/video_generation"') >= 1
