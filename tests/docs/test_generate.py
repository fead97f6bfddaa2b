"""What is generated is what would be generated now, and nothing is generated for nobody."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from docs.generator import markup, reference
from docs.generator.pages import FILES, PARTS, rendered
from pydantic.fields import FieldInfo

from docs import generate
from horde_model_reference.settings import ENV_PREFIX
from tests.support.pages import PAGES, ROOT


def test_running_the_generator_changes_nothing() -> None:
    generated = rendered(ROOT)
    assert {path.relative_to(ROOT).as_posix() for path in generated} == {*PAGES, *FILES}
    stale = [path.name for path, text in generated.items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "run: make docs"


def test_only_what_is_out_of_date_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "README.md"
    page.write_text("# A page\n\n<!-- generated: presets -->\n<!-- end -->\n", encoding="utf-8")
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setenv(f"{ENV_PREFIX}TEXT_GEN_CRITICAL_USAGE_THRESHOLD", "77")
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    generate.main()
    assert capsys.readouterr().out.splitlines() == [f"written: {name}" for name in ("README.md", *FILES)]
    assert "zero_usage" in page.read_text(encoding="utf-8")
    assert "THRESHOLD=10\n" in (tmp_path / "docs/example.env").read_text(encoding="utf-8")
    generate.main()
    assert not capsys.readouterr().out


def test_every_part_is_on_a_page() -> None:
    assert {name for text in PAGES.values() for name in markup.parts_of(text)} == set(PARTS)


def test_every_marker_is_closed() -> None:
    for page, text in PAGES.items():
        begun = text.count("<!-- generated: ") - text.count("`<!-- generated: ... -->`")
        assert begun == len(markup.parts_of(text)), page


def test_the_picture_shows_the_report_and_loads_nothing() -> None:
    svg = (ROOT / "docs/images/report.svg").read_text(encoding="utf-8")
    shown = " ".join("".join(ET.fromstring(svg).itertext()).split())
    assert "Cobalt" in shown
    assert "critical" in shown
    assert "Horde asked just now" in shown
    assert "url(http" not in svg
    assert "@import" not in svg
    assert "<script" not in svg


class TestMarkup:
    PAGE = "before\n<!-- generated: one -->\nold\n<!-- end -->\nafter\n"

    def test_a_part_is_replaced_and_the_rest_is_left_alone(self) -> None:
        filled = markup.fill(self.PAGE, {"one": lambda: "new"})
        assert filled == "before\n<!-- generated: one -->\nnew\n<!-- end -->\nafter\n"
        assert markup.fill(filled, {"one": lambda: "new"}) == filled

    def test_an_empty_part_is_filled(self) -> None:
        assert "new" in markup.fill("<!-- generated: one -->\n<!-- end -->", {"one": lambda: "new"})

    def test_a_part_that_there_is_none_of_is_an_error(self) -> None:
        with pytest.raises(KeyError, match="one"):
            markup.fill(self.PAGE, {})

    def test_a_bar_within_a_cell_is_no_border(self) -> None:
        assert markup.table(["a"], [["x | y"]]).splitlines()[-1] == "| x \\| y |"


def test_a_number_without_a_unit_is_an_error() -> None:
    with pytest.raises(LookupError, match="has no unit"):
        reference._unit(("height",), FieldInfo(annotation=int))
