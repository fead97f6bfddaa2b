"""Groups of settings: the sources, and the parts that can be switched on or off."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY

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
        0.5, description="Seconds that one operation may take; then Redis counts as away."
    )
    retry_seconds: PositiveSeconds = Field(5, description="Seconds before a Redis that is away is tried again.")


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
