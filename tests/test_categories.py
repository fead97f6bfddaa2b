"""The categories, and for which the Horde reports usage."""

from __future__ import annotations

import pytest

from horde_model_reference.categories import (
    MODEL_REFERENCE_CATEGORY,
    USAGE,
    DefaultThresholds,
    HordeModelType,
    traits_of_type,
    usage_traits,
)
from horde_model_reference.errors import UnsupportedCategoryError
from horde_model_reference.settings import Settings

NAMES = (
    "blip clip codeformer controlnet controlnet_annotator esrgan gfpgan safety_checker image_generation "
    "text_generation video_generation audio_generation miscellaneous lora ti"
)
REPORTED = {"image_generation": HordeModelType.IMAGE, "text_generation": HordeModelType.TEXT}


def test_the_names_of_the_categories() -> None:
    assert [category.value for category in MODEL_REFERENCE_CATEGORY] == NAMES.split()


@pytest.mark.parametrize(("name", "kind"), REPORTED.items())
def test_categories_the_horde_reports_on(name: str, kind: HordeModelType) -> None:
    assert usage_traits(MODEL_REFERENCE_CATEGORY(name)).model_type is kind


@pytest.mark.parametrize("name", sorted(set(NAMES.split()) - REPORTED.keys()))
def test_other_categories_are_an_error_that_names_those(name: str) -> None:
    with pytest.raises(UnsupportedCategoryError, match=f"'{name}'") as caught:
        usage_traits(MODEL_REFERENCE_CATEGORY(name))
    assert "image_generation, text_generation" in caught.value.hint


def test_every_type_of_model_has_the_traits_of_one_category() -> None:
    assert [traits.model_type for traits in USAGE.values()] == list(HordeModelType)
    assert all(traits_of_type(kind).model_type is kind for kind in HordeModelType)


def test_settings_of_thresholds_are_named_after_the_defaults_and_hold_their_values() -> None:
    given = {
        name: (field.default, getattr(traits.thresholds, threshold))
        for traits in USAGE.values()
        for threshold in DefaultThresholds.__slots__
        if (field := Settings.model_fields.get(name := traits.settings_prefix + threshold))
    }
    assert len(given) == 5
    assert all(default == declared for default, declared in given.values())
    assert {name for name in Settings.model_fields if name.startswith("text_gen_")} < given.keys()
