"""Settings from the environment (design section 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.errors import SettingsError
from horde_model_reference.setting_groups import Sources
from horde_model_reference.settings import ENV_PREFIX, Settings, load_settings
from tests.conftest import PATIENT

IMAGE_FILES = "https://raw.githubusercontent.com/Haidra-Org/AI-Horde-image-model-reference/main/"
TEXT_FILE = "https://raw.githubusercontent.com/Haidra-Org/AI-Horde-text-model-reference/main/models.csv"

DEFAULTS: list[tuple[str, object]] = [
    ("cache_ttl_seconds", 60),
    ("horde_api_timeout", 10),
    ("horde_api_cache_ttl", 60),
    ("horde_api_breaker_reset_seconds", 5),
    ("request_deadline_seconds", 10),
    ("refresh_patience_seconds", 1),
    ("deletion_risk_cache_ttl", 300),
    ("cache_hydration_enabled", True),
    ("cache_hydration_interval_seconds", 240),
    ("cache_hydration_stale_ttl_seconds", 3600),
    ("preferred_file_hosts", ("huggingface.co",)),
    ("low_usage_threshold_percentage", 0.0065),
    ("text_gen_low_usage_threshold_percentage", 0.02),
    ("text_gen_ignore_download_hosts", True),
    ("text_gen_critical_usage_threshold", 10),
    ("text_gen_critical_worker_threshold", 1),
    ("cors_allowed_origins", ()),
]


@pytest.fixture(autouse=True)
def bare_environment(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting is set, but for those that keep tests from the network and the user's files."""
    for name in PATIENT:
        monkeypatch.delenv(f"{ENV_PREFIX}{name}")


@pytest.mark.parametrize(("field", "value"), DEFAULTS)
def test_defaults(field: str, value: object) -> None:
    assert getattr(load_settings(), field) == value


def test_the_horde_is_the_public_one_by_default() -> None:
    assert str(load_settings().ai_horde_url) == "https://aihorde.net/api/"


def test_data_are_kept_in_the_users_data_folder_by_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(f"{ENV_PREFIX}DATA_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_settings().data_dir.name == "horde-model-reference"
    assert load_settings().data_dir.is_absolute()


@pytest.mark.parametrize("category", MODEL_REFERENCE_CATEGORY)
def test_every_category_that_exists_upstream_has_a_source(category: MODEL_REFERENCE_CATEGORY) -> None:
    files = {"image_generation": IMAGE_FILES + "stable_diffusion.json", "text_generation": TEXT_FILE}
    files |= dict.fromkeys(("controlnet_annotator", "video_generation", "audio_generation", "ti"), "")
    expected = files.get(category.value, f"{IMAGE_FILES}{category.value}.json")
    assert load_settings().sources.location(category) == expected


@pytest.mark.parametrize("category", MODEL_REFERENCE_CATEGORY)
def test_a_source_is_set_by_its_variable_alone(
    monkeypatch: pytest.MonkeyPatch, category: MODEL_REFERENCE_CATEGORY
) -> None:
    default = load_settings().sources
    monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__{category.value.upper()}", "/data/file.json")
    changed = {
        other
        for other in MODEL_REFERENCE_CATEGORY
        if load_settings().sources.location(other) != default.location(other)
    }
    assert changed == {category}
    assert load_settings().sources.location(category) == "/data/file.json"


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("CACHE_TTL_SECONDS", "0", "cache_ttl_seconds", 0),
        ("HORDE_API_TIMEOUT", "2.5", "horde_api_timeout", 2.5),
        ("CACHE_HYDRATION_ENABLED", "false", "cache_hydration_enabled", False),
        ("PREFERRED_FILE_HOSTS", '["a.example", "b.example"]', "preferred_file_hosts", ("a.example", "b.example")),
        ("CORS_ALLOWED_ORIGINS", '["https://a.example"]', "cors_allowed_origins", ("https://a.example",)),
        ("LOW_USAGE_THRESHOLD_PERCENTAGE", "100", "low_usage_threshold_percentage", 100),
        ("TEXT_GEN_CRITICAL_WORKER_THRESHOLD", "0", "text_gen_critical_worker_threshold", 0),
        ("DATA_DIR", "/var/lib/x", "data_dir", Path("/var/lib/x")),
        ("NOT_A_SETTING", "1", "cache_ttl_seconds", 60),
    ],
)
def test_values_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str, field: str, value: object
) -> None:
    monkeypatch.setenv(ENV_PREFIX + name, text)
    assert getattr(load_settings(), field) == value


@pytest.mark.parametrize(
    ("sources", "location"),
    [
        ({"styles": "https://h.example/a/styles.json"}, "https://h.example/a/categories.json"),
        ({"styles": "/data/styles.json"}, "/data/categories.json"),
        ({"styles": "styles.json"}, "categories.json"),
        ({"styles": "C:\\data\\styles.json"}, "C:\\data\\categories.json"),
        ({"styles": ""}, ""),
        ({"styles": "", "style_categories": "/data/c.json"}, "/data/c.json"),
        ({"styles": "/data/styles.json", "style_categories": "/other/c.json"}, "/other/c.json"),
    ],
)
def test_style_categories_lie_beside_the_styles_by_default(sources: dict[str, str], location: str) -> None:
    assert load_settings(sources=sources).sources.style_categories_location() == location


def test_redis_is_off_and_set_by_nested_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not load_settings().redis.use_redis
    for name, text in (("USE_REDIS", "true"), ("URL", "redis://r.example:1/2"), ("KEY_PREFIX", "mine")):
        monkeypatch.setenv(f"{ENV_PREFIX}REDIS__{name}", text)
    redis = load_settings().redis
    assert (redis.use_redis, redis.url, redis.key_prefix) == (True, "redis://r.example:1/2", "mine")


def test_the_hordes_address_has_no_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI_HORDE_URL", "http://plain.example/api/")
    assert str(load_settings().ai_horde_url) == "http://plain.example/api/"


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("HORDE_MODEL_REFERENCE_ALOWED_HOSTS", "HORDE_MODEL_REFERENCE_ALLOWED_HOSTS"),
        ("HORDE_MODEL_REFERENCE_HISTORY_ENABLED", "HORDE_MODEL_REFERENCE_HISTORY__ENABLED"),
        ("HORDE_MODEL_REFERENCE_SOURCES__LORAS", "HORDE_MODEL_REFERENCE_SOURCES__LORA"),
        ("horde_model_reference_reddis__url", "HORDE_MODEL_REFERENCE_REDIS__URL"),
        ("HORDE_MODEL_REFERENCE_AI_HORDE_URL", "AI_HORDE_URL"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_closest(
    monkeypatch: pytest.MonkeyPatch, name: str, closest: str
) -> None:
    monkeypatch.setenv(name, "")
    load_settings()
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value) == f"{name}: there is no such setting."
    assert refused.value.hint == f"The closest one is {closest}."


@pytest.mark.parametrize("name", ["SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_80_TCP", "PORT_80_TCP_ADDR"])
def test_kubernetes_variables_for_a_service_of_this_name_are_none_of_ours(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(ENV_PREFIX + name, "10.0.0.1")
    load_settings()


def test_an_override_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}CACHE_TTL_SECONDS", "5")
    monkeypatch.setenv("AI_HORDE_URL", "http://plain.example/api/")
    settings = load_settings(cache_ttl_seconds=7, ai_horde_url="http://other.example/")
    assert settings.cache_ttl_seconds == 7
    assert str(settings.ai_horde_url) == "http://other.example/"


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        (f"{ENV_PREFIX}CACHE_TTL_SECONDS", "soon"),
        (f"{ENV_PREFIX}CACHE_TTL_SECONDS", "-1"),
        (f"{ENV_PREFIX}CACHE_TTL_SECONDS", "nan"),
        (f"{ENV_PREFIX}HORDE_API_TIMEOUT", "0"),
        (f"{ENV_PREFIX}HORDE_API_TIMEOUT", "inf"),
        (f"{ENV_PREFIX}REQUEST_DEADLINE_SECONDS", "0"),
        (f"{ENV_PREFIX}CACHE_HYDRATION_STALE_TTL_SECONDS", "0"),
        (f"{ENV_PREFIX}LOW_USAGE_THRESHOLD_PERCENTAGE", "100.1"),
        (f"{ENV_PREFIX}TEXT_GEN_CRITICAL_USAGE_THRESHOLD", "1.5"),
        (f"{ENV_PREFIX}CACHE_HYDRATION_ENABLED", "perhaps"),
        (f"{ENV_PREFIX}PREFERRED_FILE_HOSTS", '{"a": 1}'),
        (f"{ENV_PREFIX}SOURCES__IMAGES", "x.json"),
        (f"{ENV_PREFIX}REDIS__USE_REDIS", "perhaps"),
        *((f"{ENV_PREFIX}REDIS__URL", text) for text in ("nonsense", "redis:h", "http://h/", " redis://h")),
        *(
            (f"{ENV_PREFIX}HISTORY__URL", text)
            for text in ("nonsense", "mysql://h/d", "postgres://h/d", "\n", "sqlite:///x")
        ),
        ("AI_HORDE_URL", "aihorde"),
        ("AI_HORDE_URL", "ftp://aihorde.example/"),
    ],
)
def test_a_senseless_value_is_an_error_that_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError, match=f"^{variable}: ") as caught:
        load_settings()
    assert caught.value.hint


@pytest.mark.parametrize("part", ["redis", "history"])
def test_an_address_that_makes_no_sense_is_told_without_its_password(part: str) -> None:
    with pytest.raises(SettingsError, match=f"{part.upper()}__URL: this is no address of a ") as caught:
        load_settings(**{part: {"url": "http://user:hunter2@h/"}})
    assert "hunter2" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("part", "url"),
    [
        *(
            ("redis", url)
            for url in ("redis://", "redis://u:p@h:1/2?db=3", "REDISS://h", "unix:///run/redis.sock?db=1")
        ),
        *(
            ("history", url)
            for url in ("", "postgresql:///d?host=/run", "postgresql://u:p/s@h:5/d", "postgresql://[::1]/d")
        ),
        *(("history", f"postgresql+{driver}://u:p@h/d") for driver in ("asyncpg", "psycopg2", "psycopg")),
    ],
)
def test_an_address_is_taken_as_it_is_written(part: str, url: str) -> None:
    assert getattr(load_settings(**{part: {"url": url}}), part).url == url


@pytest.mark.parametrize(
    "name",
    ["DATA_DIR", "SOURCES__IMAGE_GENERATION", "SOURCES__STYLES", "CACHE_TTL_SECONDS", "REDIS__URL", "ALLOWED_HOSTS"],
)
def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(f"{ENV_PREFIX}{name}", raising=False)
    unset = load_settings()
    monkeypatch.setenv(f"{ENV_PREFIX}{name}", "")
    assert load_settings() == unset
    assert load_settings().data_dir != Path()


@pytest.mark.parametrize("word", ["none", "None"])
def test_a_word_says_that_a_source_is_not_read(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}SOURCES__STYLES", word)
    assert load_settings().sources.styles == ""


def test_a_list_that_is_no_json_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{ENV_PREFIX}PREFERRED_FILE_HOSTS", "huggingface.co")
    with pytest.raises(SettingsError, match="PREFERRED_FILE_HOSTS: this is no JSON") as caught:
        load_settings()
    assert "JSON" in caught.value.hint


@pytest.mark.parametrize("overrides", [{"ai_horde_url": "x"}, {"sources": {"x": "y"}}, {"horde_api_timeout": 0}])
def test_a_senseless_override_is_an_error_too(overrides: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        load_settings(**overrides)


@pytest.mark.parametrize(
    ("part", "field"),
    [*((Settings, field) for field in Settings.model_fields), *((Sources, field) for field in Sources.model_fields)],
)
def test_settings_are_frozen(part: type[Settings | Sources], field: str) -> None:
    settings = load_settings()
    frozen = settings if part is Settings else settings.sources
    with pytest.raises(ValidationError, match="frozen"):
        setattr(frozen, field, getattr(frozen, field))


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Settings.model_fields.values())
