"""Formats told apart by content: strict about files, forgiving of single records (rule 11)."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from horde_model_reference.catalogue.catalogue import records_to_frame
from horde_model_reference.catalogue.formats import ParsedCatalogue, parse_catalogue
from horde_model_reference.catalogue.raw_catalogue import CUT_SHORT, EXPECTED
from horde_model_reference.catalogue.records import MAX_SIZE
from horde_model_reference.data_warnings import MAX_OF_A_KIND
from horde_model_reference.errors import CatalogueFormatError
from tests.support.builders import IMAGE, TEXT

PLACE = "folder/models.json"
GOOD_JSON = '"good": {"description": "x"}'
HEADER = "name,parameters_bn,settings"


def read(content: str | bytes) -> ParsedCatalogue:
    return parse_catalogue(content.encode() if isinstance(content, str) else content, TEXT, PLACE)


def codes(parsed: ParsedCatalogue) -> list[str]:
    return [warning.code for warning in parsed.warnings]


# Files that are no catalogue.


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        (b"", "", "is empty"),
        (b" \r\n\t", "", "is empty"),
        (b"\xef\xbb\xbf", "", "is empty"),
        (b'<!doctype html><html lang="en">\n<title>404</title>', ", line 1", "'<!doctype html>"),
        (b'<p class="a"b>', ", line 1", "is no header"),
        (b'"a"b,c\n', ", line 1", "is no header"),
        (b"name,size\na,1\n", ", line 1", "is no header"),
        (b"\nname,parameters_bn\na,1\n", ", line 1", "is no header"),
        (b"null", ", line 1", "is no header"),
        (b"\x1b[31mred", ", line 1", r"'\\x1b[31mred' is no header"),
        (b'[{"name": "a"}]', ", line 1", "a JSON list"),
        (b'[{"name": "a"}', ", line 1", "a JSON list"),
        (b'{\n "a": {"name": "a"', ", line 2, column 19", "the text ends too early in record 'a'"),
        (b'{"a": {"name": "a"}', ", line 1, column 20", "the text ends too early after record 'a'"),
        (b'{\n "a": {"description": "x', ", line 2, column 23", "a string that never closes in record 'a'"),
        (b'{"a": {"name": "a"}} {}', ", line 1, column 22", "text after the end after record 'a'"),
        (b'{"a": {"name": "a",}}', ", line 1, column 20", "a comma before '}' in record 'a'"),
        (b'{"a": {},\n"b": {"x": [1,\n  ]}}', ", line 3, column 3", "a comma before ']' in record 'b'"),
        (b'{"a": {},\n}', ", line 2, column 1", "a comma before '}' after record 'a'"),
        (b'{"a": {"x": tru}}', ", line 1, column 13", "'t' cannot stand here in record 'a'"),
        (b'{"a": {"x": "1\n2"}}', ", line 1, column 15", "a control character in a string"),
        (b'{"a": {"x": "\\q"}}', ", line 1, column 14", "an escape that JSON does not have in record 'a'"),
        (b'{"a" {}}', ", line 1, column 6", "'{' cannot stand here in record 'a'"),
        (b'{"a": {} "b": {}}', ", line 1, column 10", "'\"' cannot stand here after record 'a'"),
        (b"{a: 1}", ", line 1, column 2", "'a' cannot stand here"),
        (b"name,parameters_bn,url,url\na,1,,\n", ", line 1", "the column 'url' stands there twice"),
        (b'{\n"a": {"description": "caf\xe9"}}', ", line 2", "not UTF-8"),
        ('{"a": {}}'.encode("utf-16"), ", line 1", "not UTF-8"),
        (b'name,parameters_bn\na,1\n"b,2\nc,3\n', ", line 3", "a quote that never closes"),
    ],
)
def test_a_file_that_is_no_catalogue_is_an_error_with_place_and_expectation(
    content: bytes, where: str, what: str
) -> None:
    with pytest.raises(CatalogueFormatError) as caught:
        read(content)
    message = caught.value.message
    assert message.startswith(f"{PLACE}{where}")
    assert what in message
    assert message.endswith(f"expected {EXPECTED}.")
    assert message.isprintable()


@pytest.mark.parametrize(
    "content",
    [
        '{"day": {"Deliberate": 1}, "month": {"Deliberate": 2}, "total": {"Deliberate": 3}}',
        '{"day": {}, "month": {}, "total": {}}',
        '{"message": "90 per 1 minute"}',
        '{"a": null, "b": 1, "c": [], "d": "x", "e": true}',
        '{"": {"description": "x"}}',
        f"{HEADER}\na,much,\n",
    ],
)
def test_a_file_without_one_readable_record_is_an_error(content: str) -> None:
    with pytest.raises(CatalogueFormatError, match=rf"{PLACE}: no record could be read; .* was skipped"):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        f"{{{GOOD_JSON}}}",
        f"\ufeff\n {{{GOOD_JSON}}}\n\n",
        "name,parameters_bn\ngood,1\n",
        "name,parameters_bn\r\ngood,1\r\n",
        "\ufeffname,parameters_bn\r\ngood,1",
        "parameters_bn , name\n1, good \n\n",
        'name,parameters_bn,description\ngood,1,"a comma, and ""quotes"""\n',
        '\ufeff"name","parameters_bn"\r\n"good","7"\r\n',
    ],
)
def test_formats_are_told_by_content_not_by_name(content: str) -> None:
    parsed = read(content)
    assert list(parsed.records) == ["good"]
    assert parsed.warnings == []


# Malformed records among good ones.

LEGACY = '"type": "ckpt"'


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("a", "null", "a null, expected an object"),
        ("a", "true", "a boolean, expected an object"),
        ("a", "[]", "a list, expected an object"),
        ("a", "{}", "none of the keys of a record"),
        ("a", '{"nonsense": 1}', "none of the keys of a record"),
        ("", '{"description": "x"}', "name: String should have at least 1 character"),
        ("a", '{"description": 1}', "description: Input should be a valid string"),
        ("a", '{"nsfw": "perhaps"}', "nsfw: Input should be a valid boolean"),
        ("a", '{"size_on_disk_bytes": -1}', "size_on_disk_bytes: Input should be greater"),
        ("a", f'{{"size_on_disk_bytes": {MAX_SIZE + 1}}}', "size_on_disk_bytes: Input should be less"),
        ("a", '{"tags": "x"}', "tags: Input should be a valid tuple"),
        ("a", '{"config": []}', "config: Input should be a valid dictionary"),
        ("a", '{"config": {"download": {"x": 1}}}', "config.download: Input should be a valid tuple"),
        ("a", '{"config": {"download": ["x"]}}', "config.download.0: Input should be a valid dictionary"),
        ("a", '{"config": {"download": [{"file_url": null}]}}', "config.download.0.file_url"),
        ("a", f'{{"config": {{"download": [{{"size_bytes": {2**63}}}]}}}}', "config.download.0.size_bytes"),
        ("a", f'{{"config": {{"download": [{{"size_bytes": {MAX_SIZE}}}, {{"size_bytes": 1}}]}}}}', "add up to more"),
        ("a", f'{{{LEGACY}, "config": {{"files": ["x"]}}}}', "config.files: expected a list of objects"),
        ("a", f'{{{LEGACY}, "config": {{"files": [{{"path": []}}]}}}}', "unhashable"),
        ("a", f'{{{LEGACY}, "config": {{"download": {{"x": 1}}}}}}', "config.download: expected a list of objects"),
        ("a", f'{{{LEGACY}, "config": "x"}}', "config: Input should be a valid dictionary"),
        ("a", '{"description": "\\ud800"}', "text that is no valid Unicode"),
        ("a", '{"description": "x", "note": [{"deep": "\\ud800"}]}', "text that is no valid Unicode"),
        ("a", '{"description": "x", "\\udfff": 1}', "unable to parse raw data as a unicode string"),
        ("\\ud83d", '{"description": "x"}', "name: Input should be a valid string"),
    ],
)
def test_a_malformed_json_record_is_reported_and_skipped_rule_11(name: str, raw: str, reason: str) -> None:
    for content in (f'{{"{name}": {raw}, {GOOD_JSON}}}', f'{{{GOOD_JSON}, "{name}": {raw}}}'):
        parsed = read(content)
        assert list(parsed.records) == ["good"]
        assert codes(parsed) == ["record_skipped"]
        assert reason in parsed.warnings[0].message
        assert parsed.warnings[0].message.isprintable()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,1", "Record 'a' (line {line}) is malformed and was skipped: 2 columns, expected 3"),
        ("a,1,,", "Record 'a' (line {line}) is malformed and was skipped: 4 columns, expected 3"),
        ("a", "1 columns, expected 3"),
        ("a,seven,", "parameters_bn: 'seven' is no number of billions"),
        ("a,,", "parameters_bn: '' is no number of billions"),
        ("a,nan,", "parameters_bn: 'nan'"),
        ("a,-1,", "parameters_bn: '-1'"),
        ("a,\x1b[1m,", r"parameters_bn: '\x1b[1m'"),
        (",1,", "name: String should have at least 1 character"),
        ("  ,1,", "name: String should have at least 1 character"),
        ("a,1,{", "settings: no JSON"),
        ("a,1,[]", "settings: expected a JSON object"),
        ('a,1,"{""x"": ""\\ud800""}"', "text that is no valid Unicode"),
        ("a,1," + "[" * 100_000, "recursion"),
        ('a,1,"{""x"": ' + "[" * 500 + "]" * 500 + '}"', "depth exceeded"),
        ('"a"b,1,', "(line {line}) is malformed and was skipped: ',' expected"),
        ("a,1," + "x" * 140_000, "Record 'a' (line {line}) is malformed and was skipped: field larger"),
    ],
)
def test_a_malformed_csv_row_is_reported_and_skipped_rule_11(row: str, reason: str) -> None:
    for rows, line in (([row, "good,1,", "fine,1,"], 2), (["good,1,", "fine,1,", row], 4)):
        parsed = read("\r\n".join([HEADER, *rows, ""]))
        assert list(parsed.records) == ["good", "fine"]
        assert codes(parsed) == ["record_skipped"]
        assert reason.replace("{line}", str(line)) in parsed.warnings[0].message


@pytest.mark.parametrize(
    ("rows", "lines", "lost", "kept"),
    [
        (['a/x,1,"chat', 'b/y,2,""z""', 'c/v,3,"', "d/w,4,"], "lines 2 to 4", ["a/x", "b/y", "c/v"], ["d/w"]),
        (["d/w,4,", '"a/x', '",1,', "b/y,1,"], "lines 3 to 4", ["a/x"], ["d/w", "b/y"]),
        (["d/w,4,", 'a/x,1,"chat', 'b/y,2,"z"', "c/v,3,"], "lines 3 to 4", ["a/x", "b/y"], ["d/w", "c/v"]),
    ],
)
def test_rule_11_the_lines_that_an_open_quote_swallowed_are_named_as_lost(
    rows: list[str], lines: str, lost: list[str], kept: list[str]
) -> None:
    parsed = read("\r\n".join([HEADER, *rows, ""]))
    assert list(parsed.records) == kept
    assert codes(parsed) == ["lines_lost"]
    first = lines.split()[1]
    assert f"({lines}) is malformed and was skipped" in parsed.warnings[0].message
    assert f"a quote in line {first} is not closed there, so {lines} are lost" in parsed.warnings[0].message
    assert all(parsed.skipped[name] == parsed.warnings[0].message for name in lost)


def test_rule_11_a_skipped_name_is_kept_with_its_reason_unless_another_record_has_it() -> None:
    parsed = read(f"{HEADER}\na,1,,\nb,1,\nc,1,\nb,x,\n")
    assert list(parsed.records) == ["b", "c"]
    assert parsed.skipped == {"a": "Record 'a' (line 2) is malformed and was skipped: 4 columns, expected 3."}


@pytest.mark.parametrize(
    ("content", "limit"),
    [
        (b'{"a": {}, "b": ' + b"[" * 100_000, "DEPTH"),
        (b'{"a": ' * 100_000, "DEPTH"),
        (b'{"a": [' + b"{}," * 300_000, "ENTRIES"),
        (b"name,parameters_bn\n" + b"," * 300_000, "ENTRIES"),
        (b"name,parameters_bn" + b"\r\n" * 300_000, "ENTRIES"),
    ],
)
def test_a_file_beyond_a_limit_is_refused_with_its_setting(content: bytes, limit: str) -> None:
    with pytest.raises(CatalogueFormatError, match=f"^{PLACE}: more than .*_BODY_LIMITS__MAX_{limit}.$"):
        read(content)


@pytest.mark.parametrize("content", ["[]", "[\n]\n", "\ufeff [ ] "])
def test_an_empty_list_is_a_catalogue_without_models(content: str) -> None:
    assert read(content) == ParsedCatalogue()


@pytest.mark.parametrize(
    ("content", "cut_short"),
    [
        ('{"a": {"x": 1', True),
        ('{"a": {}', True),
        ('{"a": {"x": "y', True),
        ('{"a": {"x": [1,]}}', False),
        ('{"a": {}} {}', False),
        ('{"a": {}} x', False),
    ],
)
def test_only_a_fault_at_the_end_of_the_file_hints_that_it_was_cut_short(content: str, *, cut_short: bool) -> None:
    with pytest.raises(CatalogueFormatError) as caught:
        read(content)
    assert (caught.value.hint == CUT_SHORT) is cut_short


CUT = f'{HEADER}\r\ngood,1,\r\n"fine",2,\r\na/last,13,{{}}\r\n'


@pytest.mark.parametrize("length", range(len(CUT) - 2 - len("a/last,13,{}") + 1, len(CUT) - len("{}\r\n")))
def test_a_csv_file_that_ends_within_a_row_is_none(length: int) -> None:
    """It is still being written, or was not sent to its end."""
    for ending in ("", "\x1b"):
        with pytest.raises(CatalogueFormatError, match=rf"^{PLACE}, line 4: the file ends within a row") as caught:
            read(CUT[:length] + ending)
        assert caught.value.message.isprintable()
        assert "cut short" in caught.value.hint


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_a_malformed_last_row_with_a_line_end_is_a_malformed_record(end: str) -> None:
    parsed = read(f"{HEADER}{end}good,1,{end}a,1{end}")
    assert (list(parsed.records), codes(parsed)) == (["good"], ["record_skipped"])


def test_without_a_last_line_end_only_the_last_row_must_be_sound() -> None:
    parsed = read(f"{HEADER}\na,1\ngood,1,")
    assert (list(parsed.records), codes(parsed)) == (["good"], ["record_skipped"])


@pytest.mark.parametrize("row", ['"a"b,1,', "a,1," + "x" * 140_000, "a,1,{"])
def test_whatever_is_malformed_in_a_last_row_without_line_end_is_of_the_file(row: str) -> None:
    with pytest.raises(CatalogueFormatError, match=rf"^{PLACE}, line 3: the file ends within a row"):
        read(f"{HEADER}\ngood,1,\n{row}")


def test_many_malformed_records_do_not_flood_the_notices() -> None:
    count = MAX_OF_A_KIND + 7
    parsed = read(json.dumps({"good": {"name": "good"}} | dict.fromkeys(map(str, range(count)))))
    assert list(parsed.records) == ["good"]
    assert len(parsed.warnings) == MAX_OF_A_KIND + 1
    assert parsed.warnings[-1].message == "... and 7 more of this kind."


# Names.


@pytest.mark.parametrize(
    "content",
    [
        '{"a": {"baseline": "old"}, "b": {"name": "b"}, "a": {"baseline": "new"}}',
        "name,parameters_bn,baseline\na,1,old\nb,1,\n a ,1,new\n",
    ],
)
def test_a_name_given_twice_takes_the_later_rule_11(content: str) -> None:
    parsed = read(content)
    assert set(parsed.records) == {"a", "b"}
    assert parsed.records["a"].baseline == "new"
    assert codes(parsed) == ["name_repeated"]
    assert "'a' is given twice, in line" in parsed.warnings[0].message


@pytest.mark.parametrize(
    "content",
    [
        '{"a": {"baseline": "old"}, "a": null}',
        "name,parameters_bn,baseline\na,1,old\na,x,new\n",
    ],
)
def test_a_later_record_that_is_malformed_leaves_the_earlier(content: str) -> None:
    parsed = read(content)
    assert parsed.records["a"].baseline == "old"
    assert codes(parsed) == ["record_skipped"]


def test_a_record_goes_by_its_key_and_a_mismatch_is_noticed() -> None:
    parsed = read('{"key": {"name": "own\\u001b"}}')
    assert parsed.records["key"].name == "key"
    assert codes(parsed) == ["name_mismatch"]
    assert "'key'" in parsed.warnings[0].message
    assert parsed.warnings[0].message.isprintable()


HOSTILE_NAMES = ["n" * 300, "a/b/c", "=1+1", "<b>&", "\"quoted\", 'too'", "[red]", "\x1b[31m", "\U0001f600", "\u202e"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_names_rule_13(name: str) -> None:
    quoted = name.replace('"', '""')
    for content in (json.dumps({name: {"name": name}}), f'name,parameters_bn\r\n"{quoted}",1\r\n'):
        parsed = read(content)
        assert list(parsed.records) == [name]
        assert parsed.warnings == []


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_notices_show_hostile_names_inert_rule_13(name: str) -> None:
    key = json.dumps(name)
    parsed = read(f'{{"good": {{"name": "good"}}, {key}: null, {key}: {{"name": ""}}, {key}: {{"name": {key}}}}}')
    assert codes(parsed) == ["record_skipped", "name_mismatch", "name_repeated"]
    assert all(warning.message.isprintable() for warning in parsed.warnings)


def test_db_json_folds_for_text_alone_rule_11() -> None:
    content = json.dumps({name: {"name": name} for name in ("x/M", "koboldcpp/M", "aphrodite/x/M")}).encode()
    assert list(parse_catalogue(content, TEXT, PLACE).records) == ["x/M"]
    assert len(parse_catalogue(content, IMAGE, PLACE).records) == 3


def test_the_generated_entries_of_a_name_with_two_slashes_fold_as_well_rule_11() -> None:
    """The converter takes the part between the first and the second slash as the short name."""
    names = ("https://hub.example/x/M", "koboldcpp/", "aphrodite/https://hub.example/x/M", "a/b/M", "koboldcpp/b")
    content = json.dumps({name: {"name": name} for name in names}).encode()
    assert list(parse_catalogue(content, TEXT, PLACE).records) == ["https://hub.example/x/M", "a/b/M"]


# Whatever comes.


@given(
    st.one_of(
        st.binary(),
        st.text().map(str.encode),
        st.lists(st.text(alphabet='ab1,"\r\n {}[]:\\')).map(
            lambda rows: "\n".join(["name,parameters_bn", *rows]).encode()
        ),
        st.text(alphabet='{}[]",:ab1 ').map(lambda text: f"{{{text}".encode()),
    )
)
@example(b"name,parameters_bn\n\x00,1\n")
def test_any_bytes_are_a_catalogue_or_a_format_error(content: bytes) -> None:
    with suppress(CatalogueFormatError):
        read(content)


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=8)  # lone surrogates too
NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([2**50, 2**63, 10**400]))
ANY_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, ANY_TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(ANY_TEXT, inner, max_size=3)),
    max_leaves=6,
)
FILES = st.one_of(
    ANY_JSON,
    st.lists(
        st.dictionaries(
            st.sampled_from(["path", "file_name", "file_url", "sha256sum", "size_bytes", "file_size_bytes"]),
            st.one_of(st.sampled_from(["m", "https://h.example/m", 2**49, None]), ANY_JSON),
        ),
        max_size=3,
    ),
)
RECORD = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(st.just("a"), ANY_JSON),
        "description": st.one_of(ANY_TEXT, ANY_JSON),
        "baseline": st.one_of(st.just("stable diffusion 1"), ANY_JSON),
        "nsfw": ANY_JSON,
        "type": ANY_JSON,
        "tags": ANY_JSON,
        "parameters": st.one_of(NUMBERS, ANY_JSON),
        "size_on_disk_bytes": st.one_of(NUMBERS, ANY_JSON),
        "metadata": st.one_of(ANY_JSON, st.fixed_dictionaries({"created_at": NUMBERS})),
        "config": st.one_of(ANY_JSON, st.fixed_dictionaries({}, optional={"files": FILES, "download": FILES})),
        "extra": ANY_JSON,
    },
)


@given(st.dictionaries(ANY_TEXT, st.one_of(RECORD, ANY_JSON), max_size=4))
def test_every_record_is_kept_or_reported_and_what_is_kept_can_be_written_and_read_again(raw: dict[str, Any]) -> None:
    content = json.dumps({"good": {"name": "good"}} | {name: found for name, found in raw.items() if name != "good"})
    parsed = parse_catalogue(content.encode(), IMAGE, PLACE)
    others = len(raw.keys() - {"good"})
    assert len(parsed.records) == 1 + others - codes(parsed).count("record_skipped")
    assert records_to_frame(parsed.records).height == len(parsed.records)
    written = {name: record.as_json() for name, record in parsed.records.items()}
    again = parse_catalogue(json.dumps(written, ensure_ascii=False, allow_nan=False).encode(), IMAGE, PLACE)
    assert {name: record.as_json() for name, record in again.records.items()} == written
    assert again.warnings == []
