"""The categories of the catalogue, and the traits of those for which the Horde reports usage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from horde_model_reference.errors import UnsupportedCategoryError


class MODEL_REFERENCE_CATEGORY(StrEnum):  # noqa: N801 - the name the field's clients use
    """One file of the model reference."""

    blip = "blip"
    clip = "clip"
    codeformer = "codeformer"
    controlnet = "controlnet"
    controlnet_annotator = "controlnet_annotator"
    esrgan = "esrgan"
    gfpgan = "gfpgan"
    safety_checker = "safety_checker"
    image_generation = "image_generation"
    text_generation = "text_generation"
    video_generation = "video_generation"
    audio_generation = "audio_generation"
    miscellaneous = "miscellaneous"
    lora = "lora"
    ti = "ti"


class HordeModelType(StrEnum):
    """The types of model whose usage the Horde reports (its ``type`` parameter); each has one entry in ``USAGE``."""

    IMAGE = "image"
    TEXT = "text"


class SizeMeasure(StrEnum):
    """The column that says how large a model is."""

    GIGABYTES = "size_gb"
    PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True)
class DefaultThresholds:
    """The thresholds of a category where no setting says otherwise; the fields' names are those of the settings.

    Attributes:
        low_usage_threshold_percentage: Percent of the category's month usage below which ``low_usage`` is set (rule 5).
        critical_usage_threshold: Requests in 30 days, for ``is_critical`` (rule 6).
        critical_worker_threshold: Worker threads, for ``is_critical`` (rule 6).
        ignore_download_hosts: Keep the four download flags off, since records carry no downloads (rule 8).
    """

    low_usage_threshold_percentage: float
    critical_usage_threshold: int = 1
    critical_worker_threshold: int = 1
    ignore_download_hosts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTraits:
    """How a category differs from others for which the Horde reports usage.

    Attributes:
        model_type: The Horde's type of its models; its value is also the category's short name.
        title: The title of its pages.
        stats_path: The Horde's route of usage, below ``v2/``.
        stats_params: The parameters of that route.
        file_name: A pattern in the names of files that hold saved answers for it, ignoring case.
        size: The measure of a model's size.
        thresholds: The default thresholds.
        settings_prefix: The settings of its thresholds begin with this.
        clashes_with: The type whose workers hide a model from the status by taking its name (rule 7), if any.
        styles: Styles name its models, and ``model_mod_data.json`` dates them.
        families: Its names consist of backend, author, base name and endings, so that models form families, API names
            have backends, aliases apply, and ``db.json`` is generated from its catalogue.
    """

    model_type: HordeModelType
    title: str
    stats_path: str
    stats_params: tuple[tuple[str, str], ...] = ()
    file_name: str
    size: SizeMeasure
    thresholds: DefaultThresholds
    settings_prefix: str = ""
    clashes_with: HordeModelType | None = None
    styles: bool = False
    families: bool = False


IMAGE_THRESHOLDS = DefaultThresholds(low_usage_threshold_percentage=0.0065)
TEXT_THRESHOLDS = DefaultThresholds(
    low_usage_threshold_percentage=0.02,
    critical_usage_threshold=10,
    critical_worker_threshold=1,
    ignore_download_hosts=True,
)

USAGE: dict[MODEL_REFERENCE_CATEGORY, UsageTraits] = {
    MODEL_REFERENCE_CATEGORY.image_generation: UsageTraits(
        model_type=HordeModelType.IMAGE,
        title="Image models",
        stats_path="stats/img/models",
        stats_params=(("model_state", "all"),),
        file_name="ima?ge?",
        size=SizeMeasure.GIGABYTES,
        thresholds=IMAGE_THRESHOLDS,
        clashes_with=HordeModelType.TEXT,
        styles=True,
    ),
    MODEL_REFERENCE_CATEGORY.text_generation: UsageTraits(
        model_type=HordeModelType.TEXT,
        title="Text models",
        stats_path="stats/text/models",
        file_name="text",
        size=SizeMeasure.PARAMETERS,
        thresholds=TEXT_THRESHOLDS,
        settings_prefix="text_gen_",
        families=True,
    ),
}
"""The categories for which the Horde reports usage, in the order in which they are shown; all others have no traits."""


def usage_traits(category: MODEL_REFERENCE_CATEGORY) -> UsageTraits:
    """Return the traits of a category.

    Raises:
        UnsupportedCategoryError: The Horde reports no usage for the category.
    """
    found = USAGE.get(category)
    if found is None:
        known = ", ".join(sorted(USAGE))
        raise UnsupportedCategoryError(
            f"The Horde reports no usage for category {category.value!r}.",
            hint=f"Deletion risk exists for: {known}.",
        )
    return found


def traits_of_type(model_type: HordeModelType) -> UsageTraits:
    """Return the traits of the category of a type of model."""
    return next(traits for traits in USAGE.values() if traits.model_type is model_type)


def measured_in(measure: SizeMeasure) -> Callable[[MODEL_REFERENCE_CATEGORY], bool]:
    """Return the function that tells whether a measure is that of a category's models."""
    return lambda category: category in USAGE and USAGE[category].size is measure


def has_families(category: MODEL_REFERENCE_CATEGORY) -> bool:
    """Return whether the names of a category form families; those of a category without usage do not."""
    return category in USAGE and USAGE[category].families


def has_styles(category: MODEL_REFERENCE_CATEGORY) -> bool:
    """Return whether styles name the models of a category; those of a category without usage are named by none."""
    return category in USAGE and USAGE[category].styles
