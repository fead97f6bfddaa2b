"""Writing a file of marks: one writer at a time, the whole new file or the old one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from horde_model_reference.categories import MODEL_REFERENCE_CATEGORY
from horde_model_reference.curation.file_locks import PATIENCE, locked
from horde_model_reference.curation.plan_files import read_file
from horde_model_reference.errors import OutputError, PlanError
from horde_model_reference.escaping import quoted, visible
from horde_model_reference.marks.editing import with_marks, without_marks
from horde_model_reference.marks.mark import Mark
from horde_model_reference.marks.marks_file import entries_of, text_of
from horde_model_reference.safe_files import write_atomically

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Change = Callable[[str], str]
"""Returns the new text of a file of marks; a PlanError refuses the change."""


def add_marks(path: Path, marks: Sequence[Mark], patience: float = PATIENCE) -> None:
    """Add marks to a file, and make it where there is none.

    Args:
        path: The file.
        marks: The marks.
        patience: Seconds to wait for another run that changes it.

    Raises:
        CatalogueFormatError: The file is no file of marks.
        PlanError: It names one of the models already, cannot be read, or another run changes it.
        OutputError: It cannot be written.
    """

    def change(text: str) -> str:
        marked = {_key(entry) for entry in entries_of(text, str(path))}
        again = next((mark for mark in marks if (mark.category.value, mark.name) in marked), None)
        if again is not None:
            raise PlanError(
                f"{visible(str(path))}: {quoted(again.name)} is marked already.", hint="`unmark` takes the mark away."
            )
        return with_marks(text, marks)

    _change(path, change, patience)


def remove_marks(
    path: Path, category: MODEL_REFERENCE_CATEGORY, names: Collection[str], patience: float = PATIENCE
) -> None:
    """Remove the marks of some models from a file, malformed ones included; errors as for :func:`add_marks`.

    Raises:
        PlanError: Also where a model is not marked.
    """

    def change(text: str) -> str:
        keys = [_key(entry) for entry in entries_of(text, str(path))]
        wanted = {(category.value, name) for name in names}
        missing = sorted(name for _, name in wanted - set(keys))
        if missing:
            raise PlanError(
                f"{visible(str(path))}: {quoted(missing[0])} of {category.value} is not marked.",
                hint="`marks` lists the marks.",
            )
        return without_marks(text, [place for place, key in enumerate(keys) if key in wanted])

    _change(path, change, patience)


def _key(entry: dict[str, object]) -> tuple[object, object]:
    return str(entry.get("category")), str(entry.get("name"))


def _change(path: Path, change: Change, patience: float) -> None:
    with locked([path], patience):
        before = read_file(path) if path.exists() else b""
        after = change(text_of(before, str(path))).encode()
        bom = _BYTE_ORDER_MARK if before.startswith(_BYTE_ORDER_MARK) else b""
        try:
            write_atomically(path, bom + after)
        except OSError as error:
            raise OutputError(f"{visible(str(path))}: {error.strerror or error}.", hint="Check --file.") from error
