"""A plan's files as one archive."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.curation.archive import zipped
from tests.support.archives import unzipped

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\x00/\\"), min_size=1, max_size=20)


@given(st.dictionaries(NAMES, st.binary(max_size=50)))
def test_the_files_come_out_as_they_went_in_sorted_by_name(files: dict[str, bytes]) -> None:
    archive = zipped(files)
    assert unzipped(archive) == files
    assert list(unzipped(archive)) == sorted(files)


@given(st.dictionaries(NAMES, st.binary(max_size=50)))
def test_rule_12_same_files_same_bytes(files: dict[str, bytes]) -> None:
    """Neither the order of the files nor the moment is in them."""
    archive = zipped(files)
    assert archive == zipped(dict(reversed(files.items())))
    with zipfile.ZipFile(io.BytesIO(archive)) as zip_file:
        assert {member.date_time for member in zip_file.infolist()} <= {(1980, 1, 1, 0, 0, 0)}
        assert {member.create_system for member in zip_file.infolist()} <= {3}
