"""Results on the screen, on standard output, and in files."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from horde_model_reference.cli.actions.output import keep_from_terminal, show_lines, warn, write
from horde_model_reference.errors import OutputError
from tests.support.command_line import Terminal


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    output = tmp_path / "report.csv"
    output.write_bytes(b"a longer one from before")
    write(b"new", output)
    assert output.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [output]


def test_a_pipe_is_written_to_instead_of_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(b"report", pipe)
    reader.join()
    assert read == [b"report"]
    assert pipe.is_fifo()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no-folder"):
        write(b"x", tmp_path / "no-folder" / "report")


def test_long_lines_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    show_lines(["x" * 500, "[bold]"])
    assert capsys.readouterr().out == "x" * 500 + "\n[bold]\n"


def test_binary_content_is_kept_from_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    with pytest.raises(OutputError, match="Parquet is binary"):
        keep_from_terminal("Parquet", None)
    keep_from_terminal("Parquet", Path("file"))


def test_a_warning_is_one_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    warn("a\x1b[31mb")
    assert capsys.readouterr() == ("", "warning: a\\x1b[31mb\n")
