"""The key of a table changes with each of its inputs, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from horde_model_reference.analytics.deletion_risk_analysis import ModelDeletionRiskInfoFactory, make_table
from horde_model_reference.analytics.table_inputs import TableInputs
from horde_model_reference.analytics.usage_trend import RecentUse
from horde_model_reference.data_warnings import DataWarning
from tests.support.builders import catalogue_of, observation_of, stats_of

WARNING = DataWarning("styles_unknown", "Which styles name a model is unknown.")


def inputs() -> TableInputs:
    factory = ModelDeletionRiskInfoFactory.create_default()
    return factory.inputs(catalogue_of(["a", "b"]), observation_of(stats_of({"a": 1})))


@pytest.mark.parametrize(
    "changed",
    [
        {"catalogue": catalogue_of(["a", "c"])},
        {"observation": observation_of(stats_of({"a": 2}))},
        {"style_counts": {}},
        {"style_counts": {"a": 1}},
        {"recent": RecentUse(pl.DataFrame(), "another past")},
        {"warnings": (WARNING,)},
    ],
    ids="-".join,
)
def test_another_input_is_another_key(changed: dict[str, object]) -> None:
    assert replace(inputs(), **changed).key != inputs().key  # type: ignore[arg-type]


def test_other_thresholds_are_another_key() -> None:
    plain = inputs()
    harder = replace(plain.thresholds, hosts_matter=False)
    assert replace(plain, thresholds=harder).key != plain.key


def test_the_order_of_style_counts_changes_nothing() -> None:
    one, other = ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert replace(inputs(), style_counts=one).key == replace(inputs(), style_counts=other).key


def test_a_table_carries_the_key_and_the_warnings_of_its_inputs() -> None:
    given = replace(inputs(), warnings=(WARNING,))
    table = make_table(given)
    assert table.key == given.key == inputs_again(given).key
    assert WARNING in table.warnings
    assert WARNING not in given.catalogue.warnings


def inputs_again(given: TableInputs) -> TableInputs:
    """Equal inputs that were never asked for their key."""
    return replace(given)
