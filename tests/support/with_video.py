"""The project with one more category with usage, ``video_generation``, declared by one entry in ``USAGE``.

Run as a module with the arguments of the command line, or with ``get`` and a path of the API or the web page.
"""

from __future__ import annotations

import asyncio
import sys

from horde_model_reference import categories
from horde_model_reference.categories import DefaultThresholds, HordeModelType, SizeMeasure, UsageTraits


def new_type(value: str) -> HordeModelType:
    """Return a further member of the enumeration, as its source would declare it."""
    member = str.__new__(HordeModelType, value)
    member._name_, member._value_ = value.upper(), value
    HordeModelType._member_names_.append(member._name_)
    HordeModelType._member_map_[member._name_] = member
    HordeModelType._value2member_map_[value] = member
    return member


categories.USAGE[categories.MODEL_REFERENCE_CATEGORY.video_generation] = UsageTraits(
    model_type=new_type("video"),
    title="Video models",
    stats_path="stats/video/models",
    file_name="video",
    size=SizeMeasure.GIGABYTES,
    thresholds=DefaultThresholds(low_usage_threshold_percentage=1.0, critical_usage_threshold=7),
)


async def get(path: str) -> str:
    """Return the body that the service answers with."""
    from horde_model_reference.service.app import create_service  # noqa: PLC0415 - reads the table above
    from horde_model_reference.settings import load_settings  # noqa: PLC0415
    from tests.support.service import serving  # noqa: PLC0415

    async with serving(create_service(load_settings(), hydrate=False)) as client:
        return (await client.get(path)).raise_for_status().text


if __name__ == "__main__":
    if sys.argv[1] == "get":
        sys.stdout.write(asyncio.run(get(sys.argv[2])))
    else:
        from horde_model_reference.cli import main

        main()
