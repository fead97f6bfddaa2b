"""Names that try to be more than text (rule 13)."""

from __future__ import annotations

import re

HOSTILE_NAMES: dict[str, str] = {
    "quotes": 'it\'s a "model"',
    "script": "<script>alert('x')</script>",
    "ampersand": "a & b &amp; c",
    "markup": "[bold red]brackets[/]",
    "closing markup": "[/]",
    "emoji code": "a :warning: model",
    "ansi": "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "c1": "\x9b31mred",
    "delete": "a\x7fb",
    "right to left": "abc\u202etxt.exe",
    "isolate": "\u2067abc\u2069",
    "newline": "one\r\ntwo",
    "line separator": "one\u2028two\u0085three",
    "tab": "\t=1+1",
    "null": "a\0b",
    "equals": '=HYPERLINK("http://evil.example","x")',
    "plus": "+1+1",
    "minus": "-1+cmd|' /C calc'!A0",
    "at": "@SUM(A1:A9)",
    "space formula": "  =1+1",
    "emoji": "\U0001f98a fox \U0001f469\u200d\U0001f680",
    "wide": "模型模型",
    "combining": "e\u0301" * 20,
    "pipes": "a|b||c",
    "escaped pipe": "a\\|b",
    "backslash": "a\\",
    "backticks": "`a` ``b``",
    "only backticks": "```",
    "link": "[x](javascript:alert(1)) ![i](https://evil.example/i.png)",
    "mention": "@everyone #1",
    "heading": "# heading",
    "emphasis": "**bold** _it_ ~~gone~~",
    "percent": "%s {0} {name} $HOME",
    "spaces": "  two  spaces  ",
    "long": "very-long-name " * 20,
    "long word": "x" * 300,
    "commas": "a,b;c",
    "slashes": "author/../name::user#12?x=1",
}
"""What they try, and the name itself."""

ACTIVE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that act instead of being seen."""
