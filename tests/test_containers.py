"""The container image and the compose file."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from horde_model_reference.service.server import GRACE
from horde_model_reference.settings import Settings, load_settings
from tests.support.dockerfile import stages
from tests.support.image import run_image

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICE: dict[str, Any] = COMPOSE["services"]["service"]


def own_namespaces() -> bool:
    """Whether this process may make file systems of its own."""
    probe = ["unshare", "--mount", "--pid", "--fork", "true"]
    return (
        shutil.which(probe[0]) is not None and subprocess.run(probe, check=False, capture_output=True).returncode == 0
    )


def engine() -> bool:
    """Whether a container engine answers."""
    asked = ["docker", "info"]
    return (
        shutil.which(asked[0]) is not None and subprocess.run(asked, check=False, capture_output=True).returncode == 0
    )


@pytest.mark.image
@pytest.mark.thorough
class TestImage:
    @pytest.mark.skipif(os.geteuid() != 0 or not own_namespaces(), reason="needs root and namespaces of its own")
    def test_its_steps_make_a_service_that_needs_nothing_but_its_volumes(self, tmp_path: Path) -> None:
        """Not root, a read-only file system, a health check, and an end in good order at SIGTERM."""
        seen = run_image(tmp_path)
        assert seen["health"] == 0
        assert seen["exit"] == 0
        assert str(seen["said"]).startswith("Serving on http://0.0.0.0:19800/")
        assert "Traceback" not in str(seen["said"])
        assert seen["user"] == 10001
        assert seen["written"] == ["/tmp", "/data"]

    @pytest.mark.skipif(not engine(), reason="needs a container engine")
    def test_the_engine_builds_and_runs_it(self) -> None:
        """The same with Docker."""
        subprocess.run(["docker", "build", "-t", "horde-model-reference:test", "."], cwd=ROOT, check=True)
        started = ["docker", "run", "--rm", "-d", "--read-only", "--tmpfs", "/tmp", "horde-model-reference:test"]
        command = ["serve", "--host", "0.0.0.0", "--demo"]
        container = subprocess.run([*started, *command], check=True, capture_output=True, text=True).stdout.strip()
        try:
            check = stages(ROOT / "Dockerfile")[-1]
            words = next(step.rest for step in check if step.word == "HEALTHCHECK").partition("CMD ")[2]
            asked = [
                "docker",
                "exec",
                container,
                "sh",
                "-c",
                "until " + " ".join(yaml.safe_load(words)) + "; do :; done",
            ]
            subprocess.run(asked, check=True, timeout=120)
        finally:
            subprocess.run(["docker", "stop", container], check=True)


class TestCompose:
    def test_it_is_valid(self) -> None:
        reader = pytest.importorskip("compose_spec").PyCompose
        reader.from_yaml((ROOT / "compose.yaml").read_text(encoding="utf-8")).validate()

    def test_the_variables_of_the_service_are_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in SERVICE["environment"].items():
            monkeypatch.setenv(name, value)
        settings = load_settings()
        assert settings.redis.use_redis
        assert settings.redis.url.startswith("redis://redis:")
        assert settings.history.url.startswith("postgresql://models:")

    def test_each_host_that_is_named_is_a_service(self) -> None:
        named = {"redis", "postgres", "service"}
        assert named <= COMPOSE["services"].keys()
        upstream = (ROOT / "examples/nginx/upstream-compose.conf").read_text(encoding="utf-8")
        assert "server service:19800 resolve;" in upstream

    def test_the_files_that_are_mounted_exist(self) -> None:
        mounted = [str(volume).partition(":")[0] for volume in COMPOSE["services"]["nginx"]["volumes"]]
        assert mounted
        assert all((ROOT / path).is_file() for path in mounted)

    def test_the_service_has_a_read_only_root_and_no_privileges(self) -> None:
        assert SERVICE["read_only"] is True
        assert SERVICE["cap_drop"] == ["ALL"]
        assert SERVICE["tmpfs"] == ["/tmp"]

    def test_the_end_is_waited_for(self) -> None:
        """Longer than the service takes at most for requests that are under way."""
        longest = Settings.model_construct().request_deadline_seconds + GRACE
        assert int(SERVICE["stop_grace_period"].removesuffix("s")) > longest

    def test_only_this_machine_reaches_it(self) -> None:
        published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
        assert published == ["127.0.0.1:19800:80"]


def test_the_extras_of_the_image_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    installed = next(step.rest for step in stages(ROOT / "Dockerfile")[0] if "pip install" in step.rest)
    extras = installed.partition("'.[")[2].partition("]")[0].split(",")
    assert set(extras) <= project["optional-dependencies"].keys()
    assert {"redis", "postgres"} == set(extras)
