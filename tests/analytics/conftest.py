"""One table of image models and one of text models in which nearly every case of a figure occurs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from horde_model_reference.analytics.mark_columns import with_marks
from horde_model_reference.analytics.risk_table import RiskTable
from horde_model_reference.marks.mark_state import MarkState, deletion_mark
from tests.support.builders import GOOD_URL, TEXT, catalogue_of, observation_of, stats_of, status_of, table_of
from tests.support.marks import mark_of
from tests.support.rows import files


@pytest.fixture(scope="session")
def varied() -> RiskTable:
    """Image models: ties, unknown figures, every flag, and names that only code points put in order."""
    catalogue = catalogue_of(
        {
            "Zebra": {},
            "apple": {"nsfw": True, "baseline": "stable_diffusion_1", "size_on_disk_bytes": 4 * 2**30},
            "Äpfel": {"nsfw": None, "baseline": None},
            "dead": files("https://civitai.com/x"),
            "dead and large": {"size_on_disk_bytes": 8 * 2**30, "nsfw": True},
            "dead and small": {"size_on_disk_bytes": 2**28},
            "retired": {"description": "  "},
            "clash": {"baseline": "flux_1"},
            "odd": {},
            "no size": {"size_on_disk_bytes": None},
            "many hosts": files(GOOD_URL, "https://civitai.com/x"),
            "bad address": files(GOOD_URL, "huggingface.co/x"),
            "no files": files(),
            "\uffff": {},
            "\U0001f98a": {},
        }
    )
    stats = stats_of(
        {
            "Zebra": (50, 5000, 60000),
            "apple": (0, 5000, 4000),
            "Äpfel": (0, 1, 10),
            "retired": (0, 0, 900),
            "odd": (1, 20, 30),
            "no size": (2, 20, 30),
            "many hosts": (3, 30, 300),
            "bad address": (3, 30, 300),
            "no files": (3, 30, 300),
            "\uffff": (10, 2000, 20000),
            "\U0001f98a": (10, 2000, 20000),
            "gone from the catalogue": (100, 1000, 10000),
        }
    )
    stats["month"]["odd"] = -1
    threads = {"Zebra": 3, "apple": 1, "retired": 1, "odd": 2, "no size": 1, "many hosts": 4, "\uffff": 1}
    observation = observation_of(stats, status_of(threads, {"Zebra": 7}), other_type_names=frozenset({"clash"}))
    table = table_of(catalogue, observation)
    mark = deletion_mark(mark_of("retired"), MarkState.WAITING, [])
    return replace(table, rows=with_marks(table.rows, {"retired": mark}))


@pytest.fixture(scope="session")
def text() -> RiskTable:
    """Text models in families, served under several names."""
    catalogue = catalogue_of(
        [
            "Qwen/Qwen2.5-Coder-14B-Instruct",
            "Qwen/Qwen2.5-Coder-7B",
            "other/qwen2.5-coder-32B",
            "Sao10K/L3-8B-Stheno-v3.2",
            "plain",
            "unused/model",
        ],
        TEXT,
    )
    figures = {
        "Qwen/Qwen2.5-Coder-14B-Instruct": (1, 10, 100),
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q4_K_M": (2, 20, 200),
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q5_K_M": (2, 20, 210),
        "KoboldCpp/Qwen2.5-Coder-14B-Instruct": (0, 5, 5),
        "aphrodite/Qwen/Qwen2.5-Coder-14B-Instruct": (3, 30, 300),
        "other/qwen2.5-coder-32B": (4, 4, 4),
        "Sao10K/L3-8B-Stheno-v3.2": (0, 900, 9000),
        "koboldcpp/plain-Q4": (9, 90, 900),
        "nobody's": (7, 7, 7),
    }
    threads = {
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q4_K_M": 3,
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q5_K_M": 1,
        "KoboldCpp/Qwen2.5-Coder-14B-Instruct": 5,
        "aphrodite/Qwen/Qwen2.5-Coder-14B-Instruct": 2,
        "koboldcpp/plain-Q4": 0,
    }
    speeds = {
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q4_K_M": 10.0,
        "koboldcpp/Qwen2.5-Coder-14B-Instruct-Q5_K_M": 50.0,
        "KoboldCpp/Qwen2.5-Coder-14B-Instruct": 0.0,
        "aphrodite/Qwen/Qwen2.5-Coder-14B-Instruct": 0.0,
    }
    return table_of(catalogue, observation_of(stats_of(figures), status_of(threads, performance=speeds), category=TEXT))
