"""Whole records leave a file; every other byte stays."""

from __future__ import annotations

import csv
import io
import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from horde_model_reference.catalogue.formats import parse_catalogue
from horde_model_reference.curation.catalogue_files import Pieces, catalogue_names, cut, generated_names, remove_records
from horde_model_reference.demo import DATA
from horde_model_reference.errors import CatalogueCutError
from tests.support.builders import IMAGE, TEXT
from tests.support.catalogue_files import Sample, csv_sample, json_sample, removals

JSON = json_sample({"one": {"a": 1}, "two": {"b": [2, {}]}, "three": {}}, indent=4)
CSV = csv_sample([["one", "1"], ["two", "2"], ["one", "again"], ["three", "3"]])


@settings(max_examples=120)
@given(removals())
def test_the_file_is_as_if_the_records_had_never_been_there(removal: tuple[Sample, list[str]]) -> None:
    sample, gone = removal
    assert remove_records(sample.content, gone, "file") == sample.without(gone)
    assert cut(sample.content, "file").order() == sample.names
    assert remove_records(sample.content, (), "file") == sample.content


@pytest.mark.parametrize("sample", [JSON, CSV], ids=["json", "csv"])
@pytest.mark.parametrize(
    "gone", [["one"], ["two"], ["three"], ["one", "two"], ["two", "three"], ["one", "two", "three"]]
)
def test_first_last_all_but_one_and_all(sample: Sample, gone: list[str]) -> None:
    assert remove_records(sample.content, gone, "file") == sample.without(gone)


@pytest.mark.parametrize(
    ("content", "gone", "rest"),
    [
        pytest.param(b'{"a":{"x":"}"},"b":{}}', ["a"], b'{"b":{}}', id="minified, a brace in a string"),
        pytest.param(b'{"a": {}, "b": {}}', ["b"], b'{"a": {}}', id="one line"),
        pytest.param(b'{"only": {}}\n', ["only"], b"{}\n", id="the only one"),
        pytest.param(b'{\r\n\t"a": {},\r\n\t"b": {}\r\n}', ["a"], b'{\r\n\t"b": {}\r\n}', id="tabs and CRLF"),
        pytest.param(b'{"\\u0061\\"": {}, "b": {}}', ['a"'], b'{"b": {}}', id="an escaped key"),
        pytest.param(b'{"a": {}, "b": {}, "a": {"x": 1}}', ["a"], b'{"b": {}}', id="a repeated key"),
        pytest.param(b'{"a": {"x": 1.50, "y": 1E5}, "b": {}}', ["b"], b'{"a": {"x": 1.50, "y": 1E5}}', id="numbers"),
        pytest.param(
            b'{"a": {"x": ' + b"9" * 5000 + b'}, "b": {}}',
            ["b"],
            b'{"a": {"x": ' + b"9" * 5000 + b"}}",
            id="a long number",
        ),
        pytest.param(b'{ "a" : {} ,\n\n "b":{} , "c": {} }', ["b"], b'{ "a" : {} ,\n\n "c": {} }', id="uneven"),
        pytest.param(b'\xef\xbb\xbf {"a": {}}', ["a"], b"\xef\xbb\xbf {}", id="a byte order mark"),
        pytest.param(b" { } ", ["a"], b" { } ", id="no records"),
        pytest.param(b"name,parameters_bn\na,1\nb,2", ["b"], b"name,parameters_bn\na,1\n", id="no end to the last row"),
        pytest.param(
            b"name,parameters_bn\na,1\nb,2", ["a"], b"name,parameters_bn\nb,2", id="no end to the last row that stays"
        ),
        pytest.param(
            b"parameters_bn,name\r\n1, a \r\n2,b\r\n",
            ["a"],
            b"parameters_bn,name\r\n2,b\r\n",
            id="another column, blanks",
        ),
        pytest.param(
            b"name,parameters_bn\na\r\nb\nc\r\n", ["b"], b"name,parameters_bn\na\r\nc\r\n", id="mixed line ends"
        ),
        pytest.param(b"name,parameters_bn\n\na\n\nb\n", ["a"], b"name,parameters_bn\n\n\nb\n", id="empty lines"),
        pytest.param(
            b'name,parameters_bn\na,1\na,"1\nb,2"\nb,""""\n',
            ["a"],
            b'name,parameters_bn\na,"1\nb,2"\nb,""""\n'.replace(b"a,1\n", b""),
            id="an open quote",
        ),
        pytest.param(
            b'name,parameters_bn\na,1\n"b"x,1\n', ["a"], b'name,parameters_bn\n"b"x,1\n', id="a row that is no CSV"
        ),
        pytest.param(
            b"\xef\xbb\xbfname,parameters_bn\na\n",
            ["a"],
            b"\xef\xbb\xbfname,parameters_bn\n",
            id="csv with a byte order mark",
        ),
        pytest.param(b"name,parameters_bn\na\nb,2,3\n", ["b"], b"name,parameters_bn\na\n", id="rows of other lengths"),
        pytest.param(b"name,parameters_bn", ["a"], b"name,parameters_bn", id="no rows"),
        pytest.param(
            b'\xef\xbb\xbf"name","parameters_bn"\r\n"a/x","7"\r\n"b/y","8"\r\n',
            ["a/x"],
            b'\xef\xbb\xbf"name","parameters_bn"\r\n"b/y","8"\r\n',
            id="csv in quotes with a byte order mark",
        ),
        pytest.param(b"[]", ["a"], b"[]", id="an empty list"),
        pytest.param(
            b'{\n\t"a": {},\n    "b": {},\n\t"c": {}\n}',
            ["b"],
            b'{\n\t"a": {},\n\t"c": {}\n}',
            id="lines that are indented otherwise",
        ),
    ],
)
def test_layouts(content: bytes, gone: list[str], rest: bytes) -> None:
    assert remove_records(content, gone, "file") == rest


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a": {}', "line 1, column 9"),
        (b'{"a": {},\n}', "line 2, column 1"),
        (b'{"a": {}}\n{}', "line 2, column 1"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (b'[{"name": "a"}]', "a JSON list"),
        (b"title,x\na,1\n", "no header"),
        (b'name,parameters_bn\na,1\n"b,1\n', "line 3"),
        (b'{"\xff": {}}', "UTF-8"),
        (b"", ""),
    ],
)
def test_a_file_that_cannot_be_cut_is_refused_with_its_line(content: bytes, words: str) -> None:
    with pytest.raises(CatalogueCutError) as refused:
        cut(content, "the file")
    assert refused.value.message.startswith("the file")
    assert words in refused.value.message


def test_a_file_that_would_not_be_written_again_exactly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such file is known; should there be one, its first differing line is named."""
    monkeypatch.setattr(Pieces, "text", lambda self: '{\n  "a": {},\n  "c": {}\n}')
    with pytest.raises(CatalogueCutError, match="the file, line 3: cannot be written again exactly"):
        cut(b'{\n  "a": {},\n  "b": {}\n}', "the file")


class TestRealLayouts:
    """Any names of the bundled and the real files, through the formats' own writers."""

    def check_json(self, path: Path) -> None:
        content = path.read_bytes()
        records = json.loads(content)
        sample = json_sample(records, indent=4, ensure_ascii="\\u" in content.decode() or content.isascii())
        assert sample.content == content
        for gone in self.choices(list(records)):
            assert remove_records(content, gone, path.name) == sample.without(gone)

    def check_csv(self, path: Path) -> None:
        content = path.read_bytes()
        header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
        line_end = "\r\n" if b"\r\n" in content else "\n"

        def written(gone: set[str]) -> bytes:
            text = io.StringIO(newline="")
            kept = [row for row in rows if row[header.index("name")].strip() not in gone]
            csv.writer(text, lineterminator=line_end).writerows([header, *kept])
            return text.getvalue().encode()

        assert written(set()) == content
        for gone in self.choices([row[header.index("name")] for row in rows]):
            new = remove_records(content, gone, path.name)
            assert new == written(set(gone))
            if len(gone) < len(rows):
                assert not parse_catalogue(new, TEXT, path.name).records.keys() & set(gone)

    def choices(self, names: list[str]) -> list[list[str]]:
        dice = random.Random(4)
        repeated = [name for name in names if names.count(name) > 1]
        strange = [name for name in names if not name.isascii()]
        some = [dice.sample(names, min(number, len(names))) for number in (1, 2, 5, 20, len(names) // 2)]
        return [names[:1], names[-1:], names[:-1], names[1:], names, strange, repeated, [], *some]

    @pytest.mark.parametrize("name", ["stable_diffusion.json", "controlnet.json", "esrgan.json"])
    def test_the_bundled_json(self, name: str) -> None:
        self.check_json(DATA / name)

    def test_the_bundled_csv(self) -> None:
        self.check_csv(DATA / "models.csv")

    @pytest.mark.parametrize("name", ["catalogue/stable_diffusion.json"])
    def test_the_real_json(self, shared_data: Path, name: str) -> None:
        self.check_json(shared_data / name)

    def test_the_real_csv(self, shared_data: Path) -> None:
        self.check_csv(shared_data / "catalogue" / "models.csv")

    def test_the_real_db_json_loses_the_generated_entries(self, shared_data: Path) -> None:
        content = (shared_data / "catalogue" / "db.json").read_bytes()
        raw = json.loads(content)
        plain = [name for name in raw if name.count("/") == 1 and f"aphrodite/{name}" in raw]
        gone = plain[10:20]
        lost = generated_names(gone, set(plain) - set(gone))
        new = json.loads(remove_records(content, lost, "db.json"))
        assert new == {name: record for name, record in raw.items() if name not in lost}
        assert 20 <= len(raw) - len(new) <= 30
        left = parse_catalogue(remove_records(content, lost, "db.json"), TEXT, "db.json").records
        assert left.keys() == parse_catalogue(content, TEXT, "db.json").records.keys() - set(gone)


class TestGeneratedNames:
    @pytest.mark.parametrize(
        ("gone", "staying", "expected"),
        [
            (["a/X"], [], {"a/X", "aphrodite/a/X", "koboldcpp/X"}),
            (["a/X"], ["b/Y"], {"a/X", "aphrodite/a/X", "koboldcpp/X"}),
            (["a/X"], ["b/X"], {"a/X", "aphrodite/a/X"}),
            (["a/X", "b/X"], ["c/Y"], {"a/X", "b/X", "aphrodite/a/X", "aphrodite/b/X", "koboldcpp/X"}),
            (["X"], ["a/X"], {"X", "aphrodite/X"}),
            (["X"], [], {"X", "aphrodite/X", "koboldcpp/X"}),
            ([], ["a/X"], set()),
            (
                ["https://hub.example/a/X"],
                ["b/Y", "c/X"],
                {"https://hub.example/a/X", "aphrodite/https://hub.example/a/X", "koboldcpp/"},
            ),
            (["a/b/X"], ["b/X", "c/b"], {"a/b/X", "aphrodite/a/b/X"}),
            (["a/b/X"], ["b/X"], {"a/b/X", "aphrodite/a/b/X", "koboldcpp/b"}),
        ],
    )
    def test_a_short_name_stays_while_another_model_has_it(
        self, gone: list[str], staying: list[str], expected: set[str]
    ) -> None:
        assert generated_names(gone, staying) == expected

    def test_a_db_json_that_is_the_catalogue_loses_them_too(self) -> None:
        assert catalogue_names(TEXT, ["a/X"], ["b/Y"]) == {"a/X", "aphrodite/a/X", "koboldcpp/X"}
        assert catalogue_names(IMAGE, ["a/X"], ["b/Y"]) == {"a/X"}


@given(
    st.lists(st.sampled_from([",\n\t", ",\n    ", " ,\r\n  ", ", ", ","]), min_size=1, max_size=6),
    st.data(),
)
def test_records_come_back_with_their_own_indentation(separators: list[str], data: st.DataObject) -> None:
    names = [f"m{number}" for number in range(len(separators) + 1)]
    members = [f'"{name}": {{}}' for name in names]
    body = "".join(text for pair in zip(members, [*separators, ""], strict=True) for text in pair)
    content = f"{{\n\t{body}\n}}".encode()
    gone = data.draw(st.lists(st.sampled_from(names[1:]), unique=True))
    whole = cut(content, "file")
    pieces = cut(whole.without(gone).encode(), "file")
    for record in whole.taken(gone):
        pieces = pieces.with_record(record, whole.order())
    assert pieces.text().encode() == content
