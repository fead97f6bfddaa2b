"""What the pages say of the code is so, and nothing that they should say is left out."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from docs.generator import api, reference

import horde_model_reference
from horde_model_reference import errors
from horde_model_reference.integrations.horde_api_models import FAULTS
from tests.support.pages import PAGES, ROOT, code_spans, headings, rows, section

SOURCES = sorted((ROOT / "src").rglob("*.py"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def trees() -> Iterator[tuple[Path, ast.Module]]:
    return ((path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES)


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


def texts(tree: ast.Module, call: ast.Call, at: int) -> list[str]:
    """Return the texts that an argument can be: a literal, or a name or look-up of the module's."""
    if len(call.args) <= at:
        return []
    literals = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    argument = call.args[at]
    if isinstance(argument, ast.Name):
        argument = literals.get(argument.id, argument)
    return [node.value for node in ast.walk(argument) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


class TestSettings:
    def test_every_setting_is_on_the_settings_page(self) -> None:
        documented = code_spans(PAGES["docs/settings.md"])
        assert [name for name in reference.environment_names() if name not in documented] == []

    @pytest.mark.parametrize("page", sorted(PAGES.keys() - {"CHANGELOG.md"}))  # it names retired ones, too
    def test_every_variable_that_is_named_exists(self, page: str) -> None:
        named = set(re.findall(r"\b(?:HORDE_MODEL_REFERENCE_[A-Z_]+|AI_HORDE_URL)\b", PAGES[page]))
        assert named - set(reference.environment_names()) == set()


class TestErrors:
    CLASSES = tuple(
        thing
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, errors.HordeModelReferenceError)
    )

    def service_codes(self) -> set[str]:
        found = {
            code
            for path, tree in trees()
            if "service" in path.parts
            for call in (*calls(tree, "problem"), *calls(tree, "Refusal"))
            for code in texts(tree, call, 1)
        }
        return found | set(import_module("horde_model_reference.service.problems").FRAMEWORK_CODES.values())

    def test_every_class_is_on_the_page_with_what_it_says(self) -> None:
        told = {code_spans(cells[0])[0]: cells for cells in rows(PAGES["docs/errors.md"]) if len(cells) == 6}
        assert set(told) == {error.__name__ for error in self.CLASSES}
        for error in self.CLASSES:
            assert told[error.__name__][1:4] == [str(error.status), f"`{error.code}`", str(error.exit_code)]

    def test_every_code_has_what_to_do(self) -> None:
        advised = {code for cells in rows(section("docs/errors.md", "What to do")) for code in code_spans(cells[0])}
        assert advised == {error.code for error in self.CLASSES} | self.service_codes()

    def test_the_service_s_own_codes_are_listed(self) -> None:
        assert {"url_too_long", "service_busy", "deadline_exceeded", "http_error"} <= self.service_codes()
        assert self.service_codes() <= set(code_spans(PAGES["docs/errors.md"]))


class TestWarnings:
    def codes(self) -> set[str]:
        found = set()
        for _, tree in trees():
            makers = [
                node.name
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef)
                and isinstance(node.returns, ast.Name)
                and node.returns.id == "DataWarning"
                and node.args.args
                and node.args.args[0].arg == "code"
            ]
            found |= {
                code
                for maker in ("DataWarning", *makers)
                for call in calls(tree, maker)
                for code in texts(tree, call, 0)
            }
        return found | FAULTS.keys()

    def test_every_code_is_on_the_page(self) -> None:
        told = {code_spans(cells[0])[0] for cells in rows(section("docs/api.md", "Warnings"))}
        assert {"record_skipped", "usage_unknown", "catalogue_source_failed"} <= self.codes()
        assert told == self.codes()


class TestDependencies:
    def names(self, requirements: list[str]) -> list[str]:
        return [re.split(r"[\[><=;~! ]", requirement)[0] for requirement in requirements]

    def test_every_runtime_dependency_has_its_reason(self) -> None:
        told = rows(section("docs/dependencies.md", "Always installed"))
        assert [cells[0] for cells in told] == sorted(self.names(PROJECT["dependencies"]))
        assert all(all(cells) for cells in told)

    def test_every_extra_has_its_reason(self) -> None:
        told = rows(section("docs/dependencies.md", "Extras"))
        wanted = {
            (extra, name)
            for extra, requirements in PROJECT["optional-dependencies"].items()
            for name in self.names(requirements)
        }
        assert sorted((cells[0], cells[1]) for cells in told) == sorted(wanted)
        assert all(all(cells) for cells in told)


class TestApi:
    def test_every_public_route_is_on_the_page(self) -> None:
        routes = [
            f"{method.upper()} `{path}`" for path, operations in api.openapi()["paths"].items() for method in operations
        ]
        assert routes
        assert [route for route in routes if route not in PAGES["docs/api.md"]] == []

    @pytest.mark.parametrize("name", api.shown_schemas())
    def test_the_fields_are_those_of_the_schema(self, name: str) -> None:
        told = [code_spans(cells[0])[0] for cells in rows(section("docs/api.md", name))]
        fields = api.schema_fields(name)
        assert set(told) <= set(fields)
        assert told == [field for field in fields if field in told]
        assert told

    @pytest.mark.parametrize("page", PAGES)
    def test_every_metric_that_is_named_exists(self, page: str) -> None:
        named = set(re.findall(r"\bhorde_model_reference_[a-z_]+\b", PAGES[page]))
        assert named <= set(code_spans(api.metrics()))


class TestNames:
    def test_every_public_name_is_on_the_page(self) -> None:
        told = {code_spans(cells[0])[0] for cells in rows(PAGES["docs/library.md"])}
        assert set(horde_model_reference.__all__) <= told

    @pytest.mark.parametrize("cells", rows(section("docs/library.md", "The names of the field")), ids=lambda c: c[0])
    def test_the_names_of_the_field_are_where_the_table_says(self, cells: list[str]) -> None:
        modules = [import_module(f"horde_model_reference.{module}") for module in code_spans(cells[1])]
        names = code_spans(cells[0])
        owner = names[0].partition(".")[0]
        for name in names:
            first, *below = name.partition("(")[0].removeprefix(".").split(".")
            if name.startswith("."):
                first, below = owner, [first]
            for module in modules:
                assert hasattr(module, first), f"{module.__name__} has no {first}"
            for attribute in below:
                assert hasattr(getattr(modules[0], first), attribute)


class TestPages:
    @pytest.mark.parametrize("path", [*PAGES, "docs/example.env", "docs/images/report.svg", ".pre-commit-config.yaml"])
    def test_no_path_of_a_machine_is_named(self, path: str) -> None:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.findall(r"(?<![\w.])/(?:work|home|root|tmp|Users|opt)/\S*", text) == []

    def test_the_readme_begins_with_the_picture_and_the_two_commands(self) -> None:
        places = [PAGES["README.md"].index(found) for found in ("](docs/images/report.svg)", "make demo", "make test")]
        assert places == sorted(places)
        assert PAGES["README.md"][: places[-1]].count("\n") < 15

    def test_the_changelog_tells_of_this_version(self) -> None:
        assert PROJECT["version"] in headings("CHANGELOG.md")


class TestDecisions:
    RECORDS = sorted(page for page in PAGES if re.match(r"docs/decisions/\d{4}-", page))

    def test_they_are_numbered_and_listed(self) -> None:
        numbers = [int(Path(record).name[:4]) for record in self.RECORDS]
        assert numbers == list(range(len(numbers)))
        listed = rows(PAGES["docs/decisions/README.md"])
        assert [f"[{Path(record).name[:4]}]({Path(record).name})" for record in self.RECORDS[1:]] == [
            cells[0] for cells in listed
        ]

    @pytest.mark.parametrize("record", RECORDS)
    def test_they_have_the_template_s_form(self, record: str) -> None:
        title, *parts = headings(record)
        assert title.startswith(f"{Path(record).name[:4]}: ")
        assert parts == headings("docs/decisions/0000-template.md")[1:]
        assert "\nStatus: " in PAGES[record]
