"""Each module of the package has the test file of its name; the exceptions are few, and say why."""

from __future__ import annotations

from pathlib import Path

TESTS = Path(__file__).parent
SOURCE = TESTS.parent / "src/horde_model_reference"

EXCEPTIONS = {
    "analytics/detail_schema.py": "a schema without logic",
    "analytics/risk_level.py": "an enumeration",
    "catalogue/listing.py": "a record without logic",
    "cli/actions/session.py": "every command's test runs it",
    "curation/listing_histories.py": "tests/curation/test_sources.py reads real clones through it",
    "curation/model_facts.py": "a record without logic",
    "compat/schema.py": "a schema without logic",
    "demo/engine.py": "tests/demo/test_demo.py",
    "demo/seed.py": "tests/demo/test_past.py",
    "events.py": "records without logic",
    "history/changes_schema.py": "a schema without logic",
    "history/exporting.py": "tests/cli/test_history.py exports both formats",
    "history/history_schema.py": "a schema without logic",
    "history/migrations/env.py": "tests/history/test_database.py migrates with it",
    "history/migrations/versions/v0001_history.py": "tests/history/test_database.py compares it with the tables",
    "history/migrations/versions/v0002_listings.py": "tests/history/test_database.py compares it with the tables",
    "history/migrations/versions/v0003_link_checks.py": "tests/history/test_database.py compares it with the tables",
    "history/migrations/versions/v0004_changes.py": "tests/history/test_database.py compares it with the tables",
    "history/reading.py": "tests/history/test_history.py and test_catalogue_history.py read through it",
    "history/store.py": "tests/history/test_history.py and test_writing.py go through it",
    "history/kept_history.py": "tests/history/test_history.py keeps one, and lets it fail",
    "integrations/name_steps.py": "tests/integrations/test_attribution.py and test_worker_names.py take parts off",
    "links/link_check.py": "tests/history/test_link_record.py tells the states of kept results",
    "optional_sources.py": "tests/test_engine.py and tests/curation/test_sources.py read through it",
    "reports/formats.py": "enumerations",
    "reports/report_columns.py": "tests/reports/test_terminal.py and test_markdown_report.py show its columns",
    "review/review_schema.py": "a schema without logic",
    "setting_groups.py": "tests/test_settings.py",
    "service/connections_h11.py": "tests/service/test_connections.py runs on both parsers",
    "service/connections_httptools.py": "tests/service/test_connections.py runs on both parsers",
    "service/processes.py": "tests/cli/test_serve.py starts real processes",
}
"""Modules without a test file of their own, and the reason."""


def mirror_of(module: Path) -> Path:
    """Return the path of a module's test file; a command's two halves are tested together."""
    folders = [part for part in module.parent.parts if part not in {"actions", "commands"}]
    return TESTS.joinpath(*folders, f"test_{module.name}")


def test_each_module_has_the_mirror_of_its_name() -> None:
    modules = [path.relative_to(SOURCE) for path in SOURCE.rglob("*.py") if not path.name.startswith("__")]
    missing = {str(module) for module in modules if not mirror_of(module).exists()}
    assert missing - EXCEPTIONS.keys() == set(), "write the test file, or say why there is none"
    assert EXCEPTIONS.keys() - missing == set(), "an exception that is none"
