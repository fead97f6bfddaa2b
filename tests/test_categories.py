"""The categories, and for which the Horde reports usage."""

from __future__ import annotations

import pytest

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY, HordeModelType, reported_type
from horde_model_reference.errors import UnsupportedCategoryError

NAMES = (
    "blip clip codeformer controlnet controlnet_annotator esrgan gfpgan safety_checker image_generation "
    "text_generation video_generation audio_generation miscellaneous lora ti"
)
REPORTED = {"image_generation": HordeModelType.IMAGE, "text_generation": HordeModelType.TEXT}


def test_the_names_of_the_categories() -> None:
    assert [category.value for category in MODEL_REFERENCE_CATEGORY] == NAMES.split()


@pytest.mark.parametrize(("name", "kind"), REPORTED.items())
def test_categories_the_horde_reports_on(name: str, kind: HordeModelType) -> None:
    assert reported_type(MODEL_REFERENCE_CATEGORY(name)) is kind


@pytest.mark.parametrize("name", sorted(set(NAMES.split()) - REPORTED.keys()))
def test_other_categories_are_an_error_that_names_those(name: str) -> None:
    with pytest.raises(UnsupportedCategoryError, match=f"'{name}'") as caught:
        reported_type(MODEL_REFERENCE_CATEGORY(name))
    assert "image_generation, text_generation" in caught.value.hint
