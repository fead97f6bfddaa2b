"""Possible use: names that are attributed to no model, but could well be one's (rule 2c).

Such a name is compared word by word with the models' short names. It could be a model's that

- has all its words in that order among the name's,
- has all the name's words among its own, or
- has the same base name (compared without separators) and the same sizes;

of the models that it could be, those that share most letters with it, unless the name has a word that tells of other
weights and that the model has not. Ambiguous names could be any of their candidates'.

Words are looked up by the rarest one of a name or model, so that each name is compared with few models.
"""

from __future__ import annotations

import polars as pl

from horde_model_reference.catalogue.families import base_names
from horde_model_reference.integrations.attribution import AMBIGUOUS, UNATTRIBUTED
from horde_model_reference.integrations.name_lookups import short
from horde_model_reference.name_parts import OTHER_WEIGHTS, SIZE, TELLING_WORD
from horde_model_reference.name_text import folded_names
from horde_model_reference.polars_queries import collected, collected_together

MOST_WORDS = 24
"""Words of a name that is compared at all; the names of real models have fewer."""

MOST_NAMES = 5_000
"""Names with use that are compared at all; with more of them, all possible use is unknown."""

MOST_MODELS = 100
"""Models that a name could be at most by its rarest word: one that fits more tells of none."""

PAIRS: dict[str, pl.DataType | type[pl.DataType]] = {"name_index": pl.UInt32, "model_index": pl.UInt32}
"""The schema of :func:`possible_uses`: ``name_index`` counts along the API names, ``model_index`` along the models."""


def possible_uses(api_names: pl.DataFrame, model_names: pl.Series, *, by_words: bool) -> pl.DataFrame | None:
    """Return which models each API name could be, of those that are attributed to none and have use in the month.

    Args:
        api_names: The rows of an attribution, with ``usage_month``.
        model_names: The names that its ``model_index`` counts along.
        by_words: Whether unattributed names are compared word by word, as those of text models are.

    Returns:
        Distinct pairs as ``PAIRS``; None, which is unknown, where more than ``MOST_NAMES`` names would be compared.
    """
    numbered = api_names.lazy().with_row_index("name_index").filter((pl.col("usage_month") != 0).fill_null(value=True))
    ambiguous, unknown = collected_together(
        numbered.filter(pl.col("outcome") == AMBIGUOUS)
        .select("name_index", pl.col("candidates").alias("model_index"))
        .explode("model_index")
        .cast(pl.Schema(PAIRS)),
        numbered.filter(pl.col("outcome") == UNATTRIBUTED).select("name_index", name=short(pl.col("looked_up"))),
    )
    if not by_words:
        return ambiguous
    if unknown.height > MOST_NAMES:
        return None
    folded = unknown.with_columns(name=folded_names(unknown["name"]))
    return pl.concat([ambiguous, _likely(folded.lazy(), folded_names(model_names))])


def _likely(names: pl.LazyFrame, model_names: pl.Series) -> pl.DataFrame:
    names_words = collected(
        names.with_columns(words=_words("name")).filter(pl.col("words").list.len().is_between(1, MOST_WORDS))
    )
    models_words = _models_with_a_word_of(names_words, model_names)
    if models_words.is_empty():
        return pl.DataFrame(schema=PAIRS)
    pairs = pl.concat(
        [
            _holding_all_words_of_a_model(names_words.lazy(), models_words.lazy()),
            _held_by_a_model(names_words.lazy(), models_words.lazy()),
            _of_equal_base_and_size(names_words, models_words),
        ]
    )
    longest = pairs.filter(pl.col("letters") == pl.col("letters").max().over("name_index"))
    likely = _without_other_weights(longest, names_words.lazy(), models_words.lazy())
    return collected(likely.select(*PAIRS).unique()).cast(pl.Schema(PAIRS))


def _models_with_a_word_of(names: pl.DataFrame, model_names: pl.Series) -> pl.DataFrame:
    """Return ``model_index``, ``name`` and ``words`` of the models in whose name a telling part of any name occurs.

    A part is a run of letters that is no variant. A model that shares anything with a name shares one of these.
    """
    runs = pl.col("name").str.extract_all(r"\p{L}{2,}").explode().unique().drop_nulls()
    parts = names.lazy().select(part=runs).filter(~pl.col("part").is_in(OTHER_WEIGHTS))
    found = collected(parts)["part"]
    if found.is_empty():
        return pl.DataFrame(schema={"model_index": pl.UInt32, "name": pl.String, "words": pl.List(pl.String)})
    models = (
        model_names.alias("name").to_frame().lazy().select(name=short(pl.col("name"))).with_row_index("model_index")
    )
    alike = models.filter(pl.col("name").str.contains_any(found.implode()))
    return collected(alike.with_columns(words=_words("name")))


_DOT = "\x01"


def _words(column: str) -> pl.Expr:
    """Return the words of casefolded names; a dot between digits belongs to its word."""
    name = pl.col(column)
    for _ in range(2):  # The second time for the digit that two dots share.
        name = name.str.replace_all(r"([0-9])\.([0-9])", f"${{1}}{_DOT}${{2}}")
    words = name.str.replace_all(r"[-_./:\s]+", " ").str.strip_chars(" ").str.split(" ")
    return words.list.eval(pl.element().filter(pl.element() != "").str.replace_all(_DOT, ".", literal=True))


def _letters(words: str) -> pl.Expr:
    return pl.col(words).list.eval(pl.element().str.len_chars()).list.sum().alias("letters")


def _by_word(rows: pl.LazyFrame, index: str) -> pl.LazyFrame:
    """Return ``index`` and each distinct ``word`` of its words."""
    return rows.select(index, word="words").explode("word").unique()


def _rarest_word(rows: pl.LazyFrame, index: str, frequencies: pl.LazyFrame) -> pl.LazyFrame:
    """Return ``index`` and that of its words that fewest models have, with their ``number`` (null: none has it)."""
    counted = _by_word(rows, index).join(frequencies, on="word", how="left")
    return counted.sort("number", "word", nulls_last=False).unique(index, keep="first", maintain_order=True)


def _frequencies(models: pl.LazyFrame) -> pl.LazyFrame:
    return _by_word(models, "model_index").group_by("word").agg(number=pl.len())


def _holding_all_words_of_a_model(names: pl.LazyFrame, models: pl.LazyFrame) -> pl.LazyFrame:
    """Return the pairs in which the name has all words of the model, in order."""
    keyed = _rarest_word(models, "model_index", _frequencies(models)).select("model_index", "word")
    pairs = _by_word(names, "name_index").join(keyed, on="word").drop("word")
    both = _with_words(pairs, names, models)
    has_all = both.filter(pl.col("model_words").list.set_difference("name_words").list.len() == 0)
    in_order = pl.struct("name_words", "model_words").map_elements(_in_order, pl.Boolean)
    return has_all.filter(in_order).select(*PAIRS, _letters("model_words"))


def _in_order(words: dict[str, list[str]]) -> bool:
    rest = iter(words["name_words"])
    return all(word in rest for word in words["model_words"])


def _held_by_a_model(names: pl.LazyFrame, models: pl.LazyFrame) -> pl.LazyFrame:
    """Return the pairs in which the model has all words of the name."""
    rarest = _rarest_word(names, "name_index", _frequencies(models)).filter(pl.col("number") <= MOST_MODELS)
    pairs = rarest.select("name_index", "word").join(_by_word(models, "model_index"), on="word").drop("word")
    both = _with_words(pairs, names, models)
    has_all = both.filter(pl.col("name_words").list.set_difference("model_words").list.len() == 0)
    return has_all.select(*PAIRS, _letters("name_words"))


def _with_words(pairs: pl.LazyFrame, names: pl.LazyFrame, models: pl.LazyFrame) -> pl.LazyFrame:
    return pairs.join(names.select("name_index", name_words="words"), on="name_index").join(
        models.select("model_index", model_words="words"), on="model_index"
    )


def _of_equal_base_and_size(names: pl.DataFrame, models: pl.DataFrame) -> pl.LazyFrame:
    """Return the pairs of equal base names, compared without separators, and equal sizes."""
    by_base = [
        rows.with_columns(base=_bare_base(rows["name"]), sizes=_SIZES).lazy().filter(pl.col("sizes").list.len() > 0)
        for rows in (names, models)
    ]
    pairs = by_base[0].join(by_base[1], on=["base", "sizes"], suffix="_of_model")
    letters = _letters("sizes") + pl.col("base").str.len_chars()
    return pairs.select(*PAIRS, letters.cast(pl.UInt32).alias("letters"))


_SIZES = pl.col("words").list.eval(pl.element().filter(pl.element().str.contains(f"(?i)^(?:{SIZE})$")).unique().sort())


def _bare_base(names: pl.Series) -> pl.Series:
    return base_names(names.str.replace_all("[:@]", "-")).str.replace_all("[-_. ]", "")


def _without_other_weights(pairs: pl.LazyFrame, names: pl.LazyFrame, models: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out the pairs in which the name has a word of other weights that the model's name does not hold."""
    is_telling = pl.col("word").is_in(OTHER_WEIGHTS) | pl.col("word").str.contains(f"^(?:{TELLING_WORD})$")
    telling = _by_word(names, "name_index").filter(is_telling)
    both = pairs.join(telling, on="name_index").join(models.select("model_index", "words"), on="model_index")
    held = pl.col("words").list.join("").str.contains(pl.col("word"), literal=True)
    return pairs.join(both.remove(held), on=list(PAIRS), how="anti")


def possible_usage_month(
    pairs: pl.DataFrame | None, api_names: pl.DataFrame, group_of: pl.Series, category_month: int | None
) -> pl.Series:
    """Return the month use of each group of models under names that could be one of theirs, each name once.

    Args:
        pairs: The possible uses; None where they are unknown.
        api_names: The rows of the attribution.
        group_of: The group of each model, counted from 0 without gaps.
        category_month: The category's month use; None where that is unknown.

    Returns:
        ``possible_usage_month``, a number for each group: 0 without such names; null where the use of one of them, or
        all use, is unknown.
    """
    every_group = group_of.unique().sort().alias("group").to_frame().lazy()
    if pairs is None or category_month is None:
        return pl.repeat(None, group_of.n_unique(), dtype=pl.Int64, eager=True).alias("possible_usage_month")
    month = pl.col("month")
    sums = (
        pairs.lazy()
        .select("name_index", group=pl.lit(group_of).gather("model_index"))
        .unique()
        .with_columns(month=pl.lit(api_names["usage_month"]).gather("name_index"))
        .group_by("group")
        .agg(pl.when(month.null_count() == 0).then(month.sum()).alias("month"), named=pl.lit(value=True))
    )
    joined = every_group.join(sums, on="group", how="left", maintain_order="left")
    possible = pl.when(pl.col("named").is_null()).then(0).otherwise(month).cast(pl.Int64)
    return collected(joined.select(possible_usage_month=possible))["possible_usage_month"]
