"""Failures of standard output."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import pytest

from horde_model_reference.cli.standard_output import escape_what_the_encoding_lacks, standard_output
from horde_model_reference.errors import OutputError


def test_a_closed_standard_output_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(OutputError, match="is closed"), standard_output():
        pytest.fail("written to nothing")


def test_a_failure_is_told_once_and_the_buffer_is_dropped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as file:
        monkeypatch.setattr(sys, "stdout", file)
        file.write("lost")
        with pytest.raises(OutputError, match=os.strerror(errno.ENOSPC)), standard_output():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert (tmp_path / "out").read_text() == ""


def test_a_reader_that_has_seen_enough_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BrokenPipeError), standard_output():
        raise BrokenPipeError


def test_characters_that_the_encoding_lacks_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    escape_what_the_encoding_lacks()
    with standard_output():
        sys.stdout.write("Größe")
    assert written.getvalue() == rb"Gr\xf6\xdfe"
