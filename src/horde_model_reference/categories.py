"""The categories of the catalogue, and for which of them the Horde reports usage."""

from __future__ import annotations

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
    """The two kinds of model whose usage the Horde reports (its ``type`` parameter)."""

    IMAGE = "image"
    TEXT = "text"


REPORTED_TYPES: dict[MODEL_REFERENCE_CATEGORY, HordeModelType] = {
    MODEL_REFERENCE_CATEGORY.image_generation: HordeModelType.IMAGE,
    MODEL_REFERENCE_CATEGORY.text_generation: HordeModelType.TEXT,
}


def reported_type(category: MODEL_REFERENCE_CATEGORY) -> HordeModelType:
    """Return the Horde's type for a category.

    Raises:
        UnsupportedCategoryError: The Horde reports no usage for the category.
    """
    found = REPORTED_TYPES.get(category)
    if found is None:
        known = ", ".join(sorted(REPORTED_TYPES))
        raise UnsupportedCategoryError(
            f"The Horde reports no usage for category {category.value!r}.",
            hint=f"Deletion risk exists for: {known}.",
        )
    return found
