"""Names of models in paths: they may hold any character, slashes and line feeds too."""

from __future__ import annotations

from starlette.convertors import PathConvertor, register_url_convertor


class ModelNameConvertor(PathConvertor):
    """The rest of a path, line feeds included, which the framework's own convertor leaves out."""

    regex = "(?s:.*)"


ANY_TEXT = "any_text"
"""The convertor of a parameter that is a model's name."""
register_url_convertor(ANY_TEXT, ModelNameConvertor())
