"""The tree of errors: statuses, codes, and what a client may be told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from horde_model_reference import errors
from horde_model_reference.errors import HordeModelReferenceError


def tree(root: type[HordeModelReferenceError]) -> Iterator[type[HordeModelReferenceError]]:
    yield root
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


TREE = list(tree(HordeModelReferenceError))
MODULE = [found for found in vars(errors).values() if isinstance(found, type) and issubclass(found, Exception)]


def test_every_error_hangs_in_the_tree() -> None:
    assert set(MODULE) == set(TREE)


def test_codes_are_unique() -> None:
    codes = [error.code for error in TREE if "code" in vars(error)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("error", TREE)
def test_codes_are_names_for_programs(error: type[HordeModelReferenceError]) -> None:
    assert error.code.replace("_", "").isalpha()
    assert error.code == error.code.lower()


@pytest.mark.parametrize(
    ("error", "status", "exit_code"),
    [
        (errors.UnsupportedCategoryError, 400, 2),
        (errors.UnknownPresetError, 400, 2),
        (errors.UnknownSortColumnError, 400, 2),
        (errors.UnknownRiskLevelError, 400, 2),
        (errors.EmptyCategoryError, 404, 1),
        (errors.UnknownModelError, 404, 1),
        (errors.CatalogueSourceError, 500, 1),
        (errors.CatalogueFormatError, 500, 1),
        (errors.CatalogueCutError, 409, 1),
        (errors.HordeAPIDegradedError, 502, 1),
        (errors.SettingsError, 500, 1),
        (errors.OutputError, 500, 1),
        (errors.NoHistoryError, 404, 1),
        (errors.HistoryError, 503, 1),
        (errors.SavedAnswerError, 400, 1),
        (errors.PolicyError, 400, 1),
        (errors.PlanError, 409, 1),
        (errors.PlanProcessError, 503, 1),
        (errors.ServeError, 500, 1),
        (HordeModelReferenceError, 500, 1),
    ],
)
def test_statuses_and_exit_codes(error: type[HordeModelReferenceError], status: int, exit_code: int) -> None:
    assert (error.status, error.exit_code) == (status, exit_code)


@pytest.mark.parametrize("error", TREE)
def test_a_500_tells_nothing_internal(error: type[HordeModelReferenceError]) -> None:
    assert (error.public_detail is not None) is (error.status in {500, 503})


@pytest.mark.parametrize("error", TREE)
def test_every_error_carries_message_hint_and_wait(error: type[HordeModelReferenceError]) -> None:
    raised = error("what", hint="do", retry_after=3)
    assert (str(raised), raised.message, raised.hint, raised.retry_after) == ("what", "what", "do", 3)
    assert (error("what").hint, error("what").retry_after) == ("", None)
