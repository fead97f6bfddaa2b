"""The settings: one frozen object, built by the entry point and passed down.

Every field is an environment variable with the prefix ``HORDE_MODEL_REFERENCE_`` (nested fields joined by ``__``),
but for ``AI_HORDE_URL``, which the whole field shares and which has none. ``docs/settings.md`` is checked against
this class.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSettingError

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.categories import IMAGE_THRESHOLDS, MODEL_REFERENCE_CATEGORY, TEXT_THRESHOLDS
from horde_model_reference.errors import SettingsError
from horde_model_reference.user_folders import data_folder

ENV_PREFIX = "HORDE_MODEL_REFERENCE_"

IMAGE_REPOSITORY = "https://raw.githubusercontent.com/Haidra-Org/AI-Horde-image-model-reference/main/"
STYLES_REPOSITORY = "https://raw.githubusercontent.com/Haidra-Org/AI-Horde-Styles/main/"
TEXT_REPOSITORY = "https://raw.githubusercontent.com/Haidra-Org/AI-Horde-text-model-reference/main/"


class Sources(BaseModel):
    """The location of each category's catalogue and of the other sources: a file path or an http(s) URL.

    Empty means that there is none: a category without models; styles, style categories and history that are unknown;
    only the bundled aliases of text models; no marks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    image_generation: str = IMAGE_REPOSITORY + "stable_diffusion.json"
    text_generation: str = TEXT_REPOSITORY + "models.csv"
    blip: str = IMAGE_REPOSITORY + "blip.json"
    clip: str = IMAGE_REPOSITORY + "clip.json"
    codeformer: str = IMAGE_REPOSITORY + "codeformer.json"
    controlnet: str = IMAGE_REPOSITORY + "controlnet.json"
    controlnet_annotator: str = ""
    esrgan: str = IMAGE_REPOSITORY + "esrgan.json"
    gfpgan: str = IMAGE_REPOSITORY + "gfpgan.json"
    safety_checker: str = IMAGE_REPOSITORY + "safety_checker.json"
    video_generation: str = ""
    audio_generation: str = ""
    miscellaneous: str = IMAGE_REPOSITORY + "miscellaneous.json"
    lora: str = IMAGE_REPOSITORY + "lora.json"
    ti: str = ""
    styles: str = STYLES_REPOSITORY + "styles.json"
    style_categories: str = ""
    image_history: str = IMAGE_REPOSITORY + "model_mod_data.json"
    aliases: str = ""
    marks: str = ""

    @field_validator("*")
    @classmethod
    def _read_none(cls, place: str) -> str:
        """An empty variable is unset, so a word says that something is not to be read."""
        return "" if place.lower() == "none" else place

    def location(self, category: MODEL_REFERENCE_CATEGORY) -> str:
        """Return the path or URL of a category's catalogue."""
        found: str = getattr(self, category.value)
        return found

    def style_categories_location(self) -> str:
        """Return where the style categories are: by default ``categories.json`` beside the styles."""
        beside = re.sub(r"[^/\\]*$", "categories.json", self.styles, count=1)
        return self.style_categories or (beside if self.styles else "")


def _address(form: str, expected: str) -> AfterValidator:
    """Check the beginning of an address; its client, which takes long to import, reads the rest."""

    def check(url: str) -> str:
        if not re.match(form, url):
            raise PydanticCustomError("address", f"this is no {expected}")
        return url

    return AfterValidator(check)


RedisAddress = Annotated[
    str, _address(r"(?i:redis|rediss|unix)://", "address of a Redis server, like redis://127.0.0.1:6379/0")
]
NotifyAddress = Annotated[str, _address(r"https?://[^/]|\Z", "http(s) address of a webhook")]
HistoryAddress = Annotated[
    str,
    _address(
        r"postgresql(\+\w+)?://|\Z", "address of a PostgreSQL database, like postgresql://user:password@host/database"
    ),
]


Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Percentage = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class RedisSettings(BaseModel):
    """Sharing with other processes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use_redis: bool = Field(False, description="Share what the Horde says with other processes through Redis.")
    url: RedisAddress = Field("redis://127.0.0.1:6379/0", description="Address of the Redis server.")
    key_prefix: str = Field("horde-model-reference", description="Put before every key and channel.")
    timeout_seconds: PositiveSeconds = Field(
        0.5, description="Seconds that one operation may take; then Redis counts as away for a while."
    )


class HistorySettings(BaseModel):
    """Usage over time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, description="Read the history of use where there is one; under `serve`, collect it.")
    url: HistoryAddress = Field("", description="Address of a PostgreSQL database; empty: SQLite in `DATA_DIR`.")
    collect_interval_seconds: PositiveSeconds = Field(600, description="Under `serve`: seconds between two looks.")
    keep_days: Annotated[int, Field(ge=62)] = Field(
        400, description="Days older than this are kept by the month; whole months go at a time."
    )


class LinksSettings(BaseModel):
    """The check of download addresses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow_private_addresses: bool = Field(
        False, description="Ask addresses that resolve to private, loopback or link-local ones, too."
    )
    contact: str = Field("", description="An address or page in the `User-Agent`, for the people of the hosts asked.")
    at_once_requests: Annotated[int, Field(ge=1, le=16)] = Field(4, description="Requests at once, to all hosts.")
    pause_seconds: Seconds = Field(0.5, description="Seconds between two requests to the same host.")
    timeout_seconds: PositiveSeconds = Field(20, description="Seconds for one answer.")
    check_interval_hours: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(
        0, description="Under `serve`: hours between two checks of all addresses in the background; 0: no checks."
    )


class NotifySettings(BaseModel):
    """The webhook that is told of changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: NotifyAddress = Field("", description="Under `serve`: where new changes are sent to; empty: nowhere.")
    secret: str = Field("", description="The secret that signs each message (HMAC-SHA256); needed with an address.")
    timeout_seconds: PositiveSeconds = Field(10, description="Seconds for one answer.")
    pause_seconds: PositiveSeconds = Field(2, description="Seconds until the first new try; later ones are longer.")
    allow_private_addresses: bool = Field(
        False, description="Send to an address that resolves to a private, loopback or link-local one, too."
    )

    @model_validator(mode="after")
    def _signs(self) -> Self:
        if bool(self.url) != bool(self.secret):
            raise PydanticCustomError("unsigned", "an address and a secret go together")
        return self


class Settings(BaseSettings):
    """All settings, each with its default, unit and meaning."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        hide_input_in_errors=True,  # It may hold a password.
    )

    sources: Sources = Field(Sources(), description="Where each category's catalogue is.")
    bundled_aliases: bool = Field(
        True, description="Use the aliases for the public Horde that come with the package, after those of your own."
    )
    data_dir: Path = Field(
        default_factory=data_folder,
        description="Folder of the last good copies. Unwritable: a warning, and nothing is kept.",
    )
    policy: Path | None = Field(
        None, description="Policy file of the verdicts in rows, and of plans that name none; empty: the default policy."
    )
    cache_ttl_seconds: Seconds = Field(60, description="A catalogue younger than this is not looked at again.")

    catalogue_timeout: PositiveSeconds = Field(30, description="Seconds for fetching a catalogue from a URL.")

    ai_horde_url: HttpUrl = Field(
        HttpUrl("https://aihorde.net/api/"),
        validation_alias=AliasChoices("AI_HORDE_URL", "ai_horde_url"),
        description="Base URL of the Horde's API.",
    )
    horde_api_timeout: PositiveSeconds = Field(10, description="Seconds for one answer of the Horde, body included.")
    horde_api_cache_ttl: Seconds = Field(60, description="A Horde answer younger than this is used again.")
    horde_api_breaker_reset_seconds: PositiveSeconds = Field(
        5, description="After repeated failures of a Horde route, seconds until it is asked again."
    )
    request_deadline_seconds: PositiveSeconds = Field(10, description="Seconds within which every request ends.")

    deletion_risk_cache_ttl: Seconds = Field(300, description="A risk table older than this is made anew.")
    cache_hydration_enabled: bool = Field(True, description="Under `serve`: make the tables anew in the background.")
    cache_hydration_interval_seconds: PositiveSeconds = Field(240, description="Seconds between background refreshes.")
    cache_hydration_start_delay_seconds: Seconds = Field(0, description="Seconds from the start to the first refresh.")
    cache_hydration_jitter: Annotated[float, Field(ge=0, le=1)] = Field(
        0.1, description="How far the pauses between refreshes are spread, as a share of the pause."
    )
    cache_hydration_stale_ttl_seconds: PositiveSeconds = Field(
        3600, description="Older observations of the Horde are never answered from, also when it fails."
    )

    preferred_file_hosts: tuple[str, ...] = Field(
        ("huggingface.co",), description="Hosts (with their subdomains) that files should lie on."
    )
    low_usage_threshold_percentage: Percentage = Field(
        IMAGE_THRESHOLDS.low_usage_threshold_percentage,
        description="Image models: percent of the category's month usage below which `low_usage` is set.",
    )
    text_gen_low_usage_threshold_percentage: Percentage = Field(
        TEXT_THRESHOLDS.low_usage_threshold_percentage,
        description="Text models: percent of the category's month usage below which `low_usage` is set.",
    )
    text_gen_ignore_download_hosts: bool = Field(
        TEXT_THRESHOLDS.ignore_download_hosts,
        description="Text models: keep the four download flags off, since text records carry no downloads.",
    )
    text_gen_critical_usage_threshold: Annotated[int, Field(ge=0)] = Field(
        TEXT_THRESHOLDS.critical_usage_threshold,
        description="Text models: month usage below which a model without workers is critical.",
    )
    text_gen_critical_worker_threshold: Annotated[int, Field(ge=0)] = Field(
        TEXT_THRESHOLDS.critical_worker_threshold,
        description="Text models: worker threads below which a model without usage is critical.",
    )

    body_limits: BodyLimits = Field(BodyLimits(), description="Limits of the bodies that are read.")
    redirect_hosts: tuple[str, ...] = Field(
        (), description="Hosts that a catalogue or the Horde may redirect to, beside the one that was asked."
    )

    redis: RedisSettings = Field(RedisSettings(), description="Sharing with other processes.")
    history: HistorySettings = Field(HistorySettings(), description="Usage over time.")
    links: LinksSettings = Field(LinksSettings(), description="The check of download addresses.")

    notify: NotifySettings = Field(NotifySettings(), description="The webhook that is told of changes.")

    response_cache_max_bytes: Annotated[int, Field(ge=0)] = Field(
        64 * 2**20, description="Bytes of encoded answers that each process holds."
    )
    max_concurrent_requests: Annotated[int, Field(ge=1)] = Field(
        256, description="Requests at once that are not answered from memory; more get status 503."
    )
    max_url_bytes: Annotated[int, Field(ge=256)] = Field(8192, description="Longer URLs get status 414.")
    max_header_bytes: Annotated[int, Field(ge=1024)] = Field(
        16_384, description="Longer heads of requests (the request line and the headers) get status 431."
    )
    header_timeout_seconds: PositiveSeconds = Field(
        10, description="Seconds until a connection that has not sent the whole head of a request is closed."
    )
    max_connections: Annotated[int, Field(ge=1)] = Field(
        1024,
        description="Connections at once, as far as the limit on open files allows; beyond it those that have waited "
        "longest for a request are closed, and where all are busy, new ones get status 503.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Names and addresses in `Host` under which requests are answered; others get status 421. `*` "
        "allows all, `*.example` all below it. Empty: under `serve`, loopback and the address of `--host`, and all "
        "where that is `0.0.0.0` or `::`.",
    )
    cors_allowed_origins: tuple[str, ...] = Field((), description="Origins whose pages may read the API (CORS).")

    def without_link_checks(self) -> Settings:
        """Return the same settings without checks of download addresses in the background."""
        return self.model_copy(update={"links": self.links.model_copy(update={"check_interval_hours": 0})})

    def without_history(self) -> Settings:
        """Return the same settings with the history of use switched off."""
        return self.model_copy(update={"history": self.history.model_copy(update={"enabled": False})})


_NAMED_FIELD = re.compile(r'field "(\w+)"')
"""Where the library's message on a value that it cannot read names the field."""


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment.

    Args:
        **overrides: Values that win over the environment, by field name.

    Raises:
        SettingsError: A value is invalid; the message names its environment variable.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        fault = error.errors()[0]
        raise SettingsError(
            f"{environment_name(fault['loc'])}: {fault['msg']}.", hint="docs/settings.md lists every setting."
        ) from error
    except UnreadableSettingError as error:
        name = environment_name(tuple(_NAMED_FIELD.findall(str(error))))
        raise SettingsError(f"{name}: this is no JSON.", hint='Lists are written as JSON: ["a", "b"].') from error


def environment_name(location: tuple[int | str, ...]) -> str:
    """Return the environment variable that a field is read from."""
    names = [str(part).upper() for part in location if isinstance(part, str)]
    return "AI_HORDE_URL" if names == ["AI_HORDE_URL"] else ENV_PREFIX + "__".join(names)
