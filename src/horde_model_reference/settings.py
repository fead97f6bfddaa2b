"""The settings: one frozen object, built by the entry point and passed down.

Every field is an environment variable with the prefix ``HORDE_MODEL_REFERENCE_`` (nested fields joined by ``__``),
but for ``AI_HORDE_URL``, which the whole field shares and which has none. ``docs/settings.md`` is checked against
this class.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, Field, HttpUrl, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableSettingError

from horde_model_reference.body_limits import BodyLimits
from horde_model_reference.categories import IMAGE_THRESHOLDS, TEXT_THRESHOLDS
from horde_model_reference.errors import SettingsError
from horde_model_reference.setting_groups import (
    HistorySettings,
    LinksSettings,
    NotifySettings,
    Percentage,
    PositiveSeconds,
    RedisSettings,
    Seconds,
    Sources,
)
from horde_model_reference.user_folders import data_folder

ENV_PREFIX = "HORDE_MODEL_REFERENCE_"


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
    refresh_patience_seconds: Seconds = Field(
        1,
        description="Seconds that a reader waits for a refresh while there is an earlier answer to go on with.",
    )

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


MISSPELT = 0.8
"""How alike a variable and a setting are, of 0 to 1, from which on the one is taken for the other, misspelt."""

_NAMED_FIELD = re.compile(r'field "(\w+)"')
"""Where the library's message on a value that it cannot read names the field."""


def load_settings(**overrides: Any) -> Settings:
    """Read the settings from the environment.

    Args:
        **overrides: Values that win over the environment, by field name.

    Raises:
        SettingsError: A value is invalid, or a variable misspelt; the message names the environment variable.
    """
    _refuse_misspelt()
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


def _refuse_misspelt() -> None:
    """Refuse a variable that is nearly a setting; others may be somebody else's, such as Kubernetes' of a service."""
    known = {variable.removeprefix(ENV_PREFIX): variable for variable in _variables(Settings, ())}
    for variable, value in sorted(os.environ.items()):
        name = variable.upper().removeprefix(ENV_PREFIX)
        if not value or name == variable.upper() or known.get(name) == ENV_PREFIX + name:
            continue
        if closest := _closest(name, known):
            raise SettingsError(f"{variable}: there is no such setting.", hint=f"The closest one is {known[closest]}.")


def _closest(name: str, known: Iterable[str]) -> str | None:
    from difflib import get_close_matches  # noqa: PLC0415 - of use only where a variable is not known

    return next(iter(get_close_matches(name, known, 1, MISSPELT)), None)


def _variables(model: type[BaseModel], place: tuple[str, ...]) -> Iterator[str]:
    """Yield the environment variables of a model's fields, and of the fields of these."""
    for name, field in model.model_fields.items():
        yield environment_name((*place, name))
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _variables(field.annotation, (*place, name))
