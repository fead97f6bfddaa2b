"""One model's entry, in the form that every format is read into (the v2 format's names)."""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeGuard

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from horde_model_reference.hosts import host_of

MAX_SIZE = 2**50
"""The largest size in bytes that makes sense; sums over a whole catalogue still fit into 64 bits."""

MAX_PARAMETERS = 10**18
"""The largest number of weights that makes sense."""

LATEST = 1e11
"""Seconds of the epoch beyond which a time has no sense."""

Size = Annotated[int, Field(ge=0, le=MAX_SIZE)]


class _Part(BaseModel):
    """Keys we do not know are kept, so that a record is served with all that it says."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())


class DownloadRecord(_Part):
    """One file of a model."""

    file_name: str = ""
    file_url: str = ""
    sha256sum: str | None = None
    size_bytes: Size | None = Field(
        None, validation_alias=AliasChoices("size_bytes", "file_size_bytes", "size_on_disk_bytes")
    )

    @property
    def host(self) -> str | None:
        """The host of the file's address (rule 8); None for an address without http(s) scheme or host."""
        return host_of(self.file_url)


class ConfigRecord(_Part):
    """Where a model's files are."""

    download: tuple[DownloadRecord, ...] = ()

    @model_validator(mode="after")
    def _total_makes_sense(self) -> Self:
        if sum(download.size_bytes or 0 for download in self.download) > MAX_SIZE:
            raise ValueError(f"the files' sizes add up to more than {MAX_SIZE:,} bytes")
        return self


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _moment(value: object) -> float | None:
    """Return seconds of the epoch; None for any other value (a boolean, text, infinity)."""
    return value if _is_number(value) and 0 < value < LATEST else None


Moment = Annotated[float | None, BeforeValidator(_moment)]


def _number_of_weights(value: object) -> int | None:
    """Return a number of weights; None for any other value (0, a fraction, a boolean, text, too many)."""
    return int(value) if _is_number(value) and 0 < value <= MAX_PARAMETERS and value == int(value) else None


Weights = Annotated[int | None, BeforeValidator(_number_of_weights)]


class MetadataRecord(_Part):
    """Metadata of the record itself."""

    schema_version: str | None = None
    created_at: Moment = None
    updated_at: Moment = None


class ModelRecord(_Part):
    """One model's entry.

    ``baseline`` is in the v2 spelling (``stable_diffusion_1``), ``parameters`` a number of weights (None where the
    source has none, or one without sense), ``size_on_disk_bytes`` in bytes. Only ``name`` must be there.
    """

    name: str = Field(min_length=1)
    description: str | None = None
    version: str | None = None
    baseline: str | None = None
    nsfw: bool | None = None
    style: str | None = None
    inpainting: bool | None = None
    tags: tuple[str, ...] = ()
    parameters: Weights = None
    size_on_disk_bytes: Size | None = None
    config: ConfigRecord = ConfigRecord()
    metadata: MetadataRecord = MetadataRecord()

    @property
    def size_bytes(self) -> int | None:
        """Bytes on disk: the sum of the files' when all have one, else ``size_on_disk_bytes``; None if unknown."""
        sizes = [download.size_bytes for download in self.config.download]
        known = [size for size in sizes if size is not None]
        return sum(known) if sizes and len(known) == len(sizes) else self.size_on_disk_bytes

    def as_json(self) -> dict[str, Any]:
        """Return the fields of the source, under the v2 format's names."""
        return self.model_dump(mode="json", exclude_unset=True)
