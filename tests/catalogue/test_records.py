"""What a record says, and the host of a download (rule 8)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from horde_model_reference.catalogue.formats import parse_catalogue
from horde_model_reference.catalogue.records import DownloadRecord, ModelRecord
from tests.support.builders import IMAGE, TEXT


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://huggingface.co/a/b.safetensors", "huggingface.co"),
        ("HTTPS://HuggingFace.CO/a", "huggingface.co"),
        ("https://huggingface.co:8443/a", "huggingface.co"),
        ("https://user:secret@huggingface.co/a", "huggingface.co"),
        ("https://huggingface.co@elsewhere.example/a", "elsewhere.example"),
        ("https://cdn.huggingface.co/a", "cdn.huggingface.co"),
        ("https://huggingface.co./a", "huggingface.co"),
        ("  https://huggingface.co/a\n", "huggingface.co"),
        ("http://127.0.0.1:80/a", "127.0.0.1"),
        ("http://[2001:DB8::1]:8080/a", "2001:db8::1"),
        ("https://huggingface.co?download=true", "huggingface.co"),
        ("huggingface.co/a", None),
        ("//huggingface.co/a", None),
        ("https:huggingface.co/a", None),
        ("ftp://huggingface.co/a", None),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https:///a", None),
        ("https://:443/a", None),
        ("https://./a", None),
        ("https://[::1/a", None),
        ("https://hugging face.co/a", None),
        ("https://elsewhere.example\\@huggingface.co/a", None),
        ("a b c", None),
        ("", None),
        ("  ", None),
        ("http://münchen.example/f", "xn--mnchen-3ya.example"),
        ("http://MU\u0308NCHEN.example:80/f", "xn--mnchen-3ya.example"),
        ("https://XN--Mnchen-3ya.example/f", "xn--mnchen-3ya.example"),
        ("https://straße.example/f", "xn--strae-oqa.example"),
        ("https://ｈuggingface。co/f", "huggingface.co"),
        ("https://模型.example./f", "xn--xgs754b.example"),
        ("https://a_b.example/f", "a_b.example"),
        ("https://\u00ad.example/f", None),
        ("https://☃.example/f", None),
    ],
)
def test_host_of_a_download_rule_8(url: str, host: str | None) -> None:
    assert DownloadRecord(file_url=url).host == host


LABEL = st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)


@given(
    scheme=st.sampled_from(["http", "https", "HTTP", "hTTpS"]),
    user=st.one_of(st.just(""), LABEL.map(lambda name: f"{name}:pw@")),
    labels=st.lists(LABEL, min_size=1, max_size=4),
    port=st.one_of(st.just(""), st.integers(1, 65535).map(lambda number: f":{number}")),
    rest=st.sampled_from(["", "/", "/a@b:c", "?x=http://y.example", "#z"]),
)
def test_host_depends_on_the_host_alone_rule_8(scheme: str, user: str, labels: list[str], port: str, rest: str) -> None:
    host = ".".join(labels)
    assert DownloadRecord(file_url=f"{scheme}://{user}{host}{port}{rest}").host == host.lower()


@given(st.one_of(st.text(), st.text().map(lambda text: f"http://{text}")))
def test_any_text_has_a_host_or_none(url: str) -> None:
    host = DownloadRecord(file_url=url).host
    assert host is None or (host and not set(host) & set("/@?# \t\r\n\\"))


FILE = {"file_name": "a", "file_url": "https://h.example/a"}


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({}, None),
        ({"size_on_disk_bytes": 7}, 7),
        ({"size_on_disk_bytes": 0}, 0),
        ({"config": {"download": [FILE | {"size_bytes": 3}, FILE | {"size_bytes": 4}]}, "size_on_disk_bytes": 9}, 7),
        ({"config": {"download": [FILE | {"size_bytes": 3}, FILE]}, "size_on_disk_bytes": 9}, 9),
        ({"config": {"download": [FILE | {"size_bytes": 3}, FILE]}}, None),
        ({"config": {"download": [FILE | {"size_bytes": 0}]}, "size_on_disk_bytes": 9}, 0),
        ({"config": {"download": []}, "size_on_disk_bytes": 9}, 9),
        ({"config": {"download": [FILE | {"file_size_bytes": 5}]}}, 5),
        ({"config": {"download": [FILE | {"size_on_disk_bytes": 6}]}}, 6),
    ],
)
def test_size_is_the_sum_of_the_files_where_all_have_one(fields: dict[str, Any], size: int | None) -> None:
    assert ModelRecord.model_validate({"name": "a"} | fields).size_bytes == size


def test_as_json_says_what_the_source_said_and_no_more() -> None:
    said = {
        "name": "a",
        "baseline": "flux_1",
        "trigger": ["x"],
        "config": {"download": [FILE | {"known_slow_download": False}], "note": 1},
        "metadata": {"schema_version": "2.0.0", "source": "pull request"},
    }
    assert ModelRecord.model_validate(said).as_json() == said


@pytest.mark.parametrize("key", ["size_bytes", "as_json", "model_fields", "model_config", "__class__", "__dict__"])
def test_unknown_keys_cannot_replace_what_a_record_does(key: str) -> None:
    record = ModelRecord.model_validate({"name": "a", "size_on_disk_bytes": 7, key: "hostile"})
    assert record.size_bytes == 7
    assert record.as_json()[key] == "hostile"


@pytest.mark.parametrize("odd", ['"soon"', "true", "1e999", "1e12", "[]"])
def test_rule_11_a_time_that_is_none_is_unknown_and_the_record_is_read(odd: str) -> None:
    content = f'{{"a": {{"metadata": {{"created_at": {odd}, "updated_at": 1700000000}}}}}}'.encode()
    metadata = parse_catalogue(content, IMAGE, "f").records["a"].metadata
    assert (metadata.created_at, metadata.updated_at) == (None, 1_700_000_000)


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        (7_240_000_000, 7_240_000_000),
        (1, 1),
        (3.5e8, 350_000_000),
        (10**18, 10**18),
        (None, None),
        (0, None),
        (-7, None),
        (0.5, None),
        (10**18 + 1, None),
        (float("inf"), None),
        (float("nan"), None),
        (True, None),
        ("7B", None),
        ([7], None),
    ],
)
def test_a_number_of_weights_without_sense_is_unknown(given: object, parameters: int | None) -> None:
    """Section 2: unknown is null, never 0; the record stays."""
    assert ModelRecord.model_validate({"name": "a", "parameters": given}).parameters == parameters


def test_a_csv_row_of_no_parameters_has_an_unknown_number() -> None:
    parsed = parse_catalogue(b"name,parameters_bn\r\na/none,0\r\na/some,0.35\r\n", TEXT, "models.csv")
    assert {name: record.parameters for name, record in parsed.records.items()} == {
        "a/none": None,
        "a/some": 350_000_000,
    }
