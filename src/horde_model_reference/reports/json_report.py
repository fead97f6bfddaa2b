"""Answers as JSON: the bytes of the HTTP endpoint, and of ``--format json``."""

from __future__ import annotations

import re

from horde_model_reference.analytics.risk_schema import Answer

# JSON leaves these as they are, and terminals obey them: DEL, the C1 controls, line separators, and the marks that
# reverse the reading direction (see ``escaping``).
_ACTIVE = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2(?:\x80[\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])")

_DELETE = b"\x7f"


def to_json(answer: Answer) -> bytes:
    """Return an answer as compact UTF-8 JSON, in the order of its schema."""
    return escaped_json(answer.model_dump_json().encode())


def escaped_json(body: bytes) -> bytes:
    """Return JSON in which control characters are escaped; parsers read the same values."""
    return body if body.isascii() and _DELETE not in body else _ACTIVE.sub(_escape, body)


def _escape(found: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(found.group().decode())
