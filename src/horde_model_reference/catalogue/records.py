"""One model's entry, in the form that every format is read into (the v2 format's names)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class _Part(BaseModel):
    """Keys we do not know are kept, so that a record is served with all that it says."""

    model_config = ConfigDict(frozen=True, extra="allow", protected_namespaces=())


class DownloadRecord(_Part):
    """One file of a model."""

    file_name: str = ""
    file_url: str = ""
    sha256sum: str | None = None
    size_bytes: int | None = Field(
        None, ge=0, validation_alias=AliasChoices("size_bytes", "file_size_bytes", "size_on_disk_bytes")
    )

    @property
    def host(self) -> str | None:
        """The host the file lies on: lower case, no port, no user (rule 8); None without http(s) scheme or host."""
        try:
            parts = urlsplit(self.file_url.strip())
            host = parts.hostname
        except ValueError:
            return None
        if parts.scheme not in {"http", "https"} or not host:
            return None
        return host.rstrip(".") or None


class ConfigRecord(_Part):
    """Where a model's files are."""

    download: tuple[DownloadRecord, ...] = ()


class MetadataRecord(_Part):
    """What the catalogue says of the record itself."""

    schema_version: str | None = None
    created_at: float | None = None
    updated_at: float | None = None


class ModelRecord(_Part):
    """One model's entry.

    ``baseline`` is in the v2 spelling (``stable_diffusion_1``), ``parameters`` a number of weights,
    ``size_on_disk_bytes`` in bytes. Only ``name`` must be there.
    """

    name: str = Field(min_length=1)
    description: str | None = None
    version: str | None = None
    baseline: str | None = None
    nsfw: bool | None = None
    style: str | None = None
    inpainting: bool | None = None
    tags: tuple[str, ...] = ()
    parameters: int | None = Field(None, ge=0)
    size_on_disk_bytes: int | None = Field(None, ge=0, le=2**62)
    config: ConfigRecord = ConfigRecord()
    metadata: MetadataRecord = MetadataRecord()

    @property
    def size_bytes(self) -> int | None:
        """Bytes on disk: the sum of the files' when all have one, else ``size_on_disk_bytes``; None if unknown."""
        sizes = [download.size_bytes for download in self.config.download]
        known = [size for size in sizes if size is not None]
        return sum(known) if sizes and len(known) == len(sizes) else self.size_on_disk_bytes

    def as_json(self) -> dict[str, Any]:
        """Return what the source said of the model, in the v2 format's names."""
        return self.model_dump(mode="json", exclude_unset=True)
