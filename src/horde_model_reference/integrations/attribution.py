"""Attribution of API names to catalogue models (rules 2 and 2a), for all names at once.

The look-ups of ``name_lookups`` are tried in turn, and the first that finds anything decides: one model found is the
answer, several are *ambiguous*. Where nothing is found, one ending is taken off at the right and the look-ups start
again, until nothing comes off. Names that are still *unattributed* go through the wide look-ups in the same way: joined
with an author, after a quantiser's name, as a path of another form.

The work is done on columns. The look-up without author and case finds every match of the other plain look-ups. So one
join on it settles every name with a single candidate, and only the few names with several go through the look-ups
in turn. By which of them a name was found is worked out afterwards, for the names that somebody looks at.
"""

from __future__ import annotations

from functools import reduce
from typing import Final

import polars as pl

from horde_model_reference.catalogue.aliases import NO_ALIASES, Aliases
from horde_model_reference.integrations.aliased_names import aliased_names
from horde_model_reference.integrations.name_lookups import (
    DROPPED,
    LOOKUPS,
    PLAIN_COUNT,
    WIDE_KEYS,
    first_lookup,
    pointed,
    short,
)
from horde_model_reference.integrations.name_steps import (
    SEPARATOR,
    NameRules,
    lookup_key,
    nothing_off,
    steps_of,
    without_leading_word,
)
from horde_model_reference.name_parts import (
    APEX,
    CANONICAL_BACKEND,
    DROPPABLE_ENDINGS,
    PATH_FORMS,
    QUANTISERS,
    TUNED_ENDINGS,
)
from horde_model_reference.name_text import FOLDED, spelled, with_unicode
from horde_model_reference.polars_queries import collected, collected_together

ATTRIBUTED: Final = "attributed"
AMBIGUOUS: Final = "ambiguous"
UNATTRIBUTED: Final = "unattributed"
OUTCOMES = (ATTRIBUTED, AMBIGUOUS, UNATTRIBUTED)
"""Where an API name can go; every name goes to exactly one of them (rule 1)."""

RESULT_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "api_name": pl.String,
    "backend": pl.String,
    "looked_up": pl.String,
    "outcome": pl.Enum(OUTCOMES),
    "model_index": pl.UInt32,
    "candidates": pl.List(pl.UInt32),
    "alias": pl.String,
}
"""The schema of :func:`attribute_names`: one row an API name, in the order given.

``looked_up`` is the text that was found, or the one that is left when nothing more comes off; ``model_index`` is a row
of the catalogue, null unless attributed; ``candidates`` are rows of the catalogue, null unless ambiguous; ``alias`` is
the place of the alias that decided, null if none did.
"""


def attribute_names(
    reported: pl.LazyFrame, model_names: pl.Series, rules: NameRules, aliases: Aliases = NO_ALIASES
) -> pl.LazyFrame:
    """Decide for every API name which model it belongs to.

    Args:
        reported: In ``api_name``, distinct names as the Horde sends them; its other columns are kept.
        model_names: Distinct names of the catalogue; ``model_index`` counts along them.
        rules: The parts of the names.
        aliases: The curators' aliases; they win over the rules if their target exists.

    Returns:
        The rows of ``reported`` with the columns of ``RESULT_SCHEMA``.
    """
    names, models = _spelled(reported, model_names, rules)
    aliased = aliased_names(names, models, aliases)
    wanted = names.join(aliased, on="at", how="anti", maintain_order="left") if aliased.height else names
    finds, pending = _search(wanted, names, models, rules)
    if rules.authors:
        paths = _paths(names, pending)
        if paths.height:
            read = names.update(paths, on="at")
            more, _ = _search(read.join(paths, on="at", how="semi"), read, models, rules)
            finds, pending = pl.concat([finds, more]), _unfound(pending, more)
        if names["rest_folded"].str.contains(APEX.lower(), literal=True).any():
            finds = _with_tuned_siblings(finds, names, models)
    rest = pending.unique("at", keep="last", maintain_order=True).select("at", looked_up=_looked_up(names["rest"]))
    decided = pl.concat([finds, aliased.lazy(), rest], how="diagonal").sort("at").select(_DECISION)
    return pl.concat([names.lazy().drop("at", "rest", "rest_folded"), decided], how="horizontal")


def _search(
    wanted: pl.DataFrame, names: pl.DataFrame, models: pl.DataFrame, rules: NameRules
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return the matches of the wanted names, and the remaining steps of the names without one."""
    keyed = collected(models.lazy().select(lookup_key("model_folded", rules), "models"))
    steps = steps_of(nothing_off(wanted, rules), rules)
    pairs = _pairs(steps, keyed)
    finds, pending = [_decided_plainly(pairs, names, models)], collected(_unfound(steps.lazy(), pairs.lazy()))
    if not rules.endings:
        return finds[0], pending.lazy()
    while not (led := without_leading_word(pending)).is_empty():
        steps = steps_of(led, rules)
        pairs = _pairs(steps, keyed)
        finds.append(_decided_plainly(pairs, names, models))
        pending = collected(_unfound(pl.concat([pending, steps]).lazy(), pairs.lazy()))
    wide = _wide_finds(pending.lazy(), names, models).lazy()
    return pl.concat([*finds, wide]), _unfound(pending.lazy(), wide)


def _paths(names: pl.DataFrame, pending: pl.LazyFrame) -> pl.DataFrame:
    """Return those of the pending names that are paths of another form, as they are read."""
    texts = names.lazy().select("at", "rest", "rest_folded").join(pending, on="at", how="semi")
    return collected(texts.filter(_IS_PATH).with_columns(_READ_PATH))


def _spelled(reported: pl.LazyFrame, model_names: pl.Series, rules: NameRules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the API names, numbered by ``at``, with ``backend`` and ``rest``, and the models by ``models``.

    ``rest`` and the models' ``model`` have their casefolded columns beside them.
    """
    names, models = collected_together(
        _without_backend(spelled(reported.with_row_index("at").with_columns(rest="api_name"), "rest"), rules),
        spelled(model_names.alias("model").to_frame().lazy(), "model").with_row_index("models"),
    )
    return with_unicode(names, "rest"), with_unicode(models, "model")


def _unfound(steps: pl.LazyFrame, finds: pl.LazyFrame) -> pl.LazyFrame:
    """Return the steps of the names that are not among the finds, in their order."""
    return steps.join(finds.select("at"), on="at", how="anti", maintain_order="left")


def _looked_up(rest: pl.Series) -> pl.Expr:
    """Return of the ``rest`` of the names the text that a step looks up."""
    text, length = (pl.lit(of_rest).gather("at") for of_rest in (rest, rest.str.len_chars()))
    return text.str.head(length - pl.col("off"))


def _outcome(outcome: str) -> pl.Expr:
    return pl.lit(outcome, RESULT_SCHEMA["outcome"])


_COUNT = pl.col("models").list.len()
_DECISION = (
    pl.col("looked_up"),
    pl.when(_COUNT == 1)
    .then(_outcome(ATTRIBUTED))
    .when(_COUNT > 1)
    .then(_outcome(AMBIGUOUS))
    .otherwise(_outcome(UNATTRIBUTED))
    .alias("outcome"),
    pl.when(_COUNT == 1).then(pl.col("models").list.first()).alias("model_index"),
    pl.when(_COUNT > 1).then("models").alias("candidates"),
    pl.col("alias"),
)


def _without_backend(names: pl.LazyFrame, rules: NameRules) -> pl.LazyFrame:
    """Add ``backend``, and take it off the ``rest`` of names and its casefolded column."""
    begins = pl.col(f"rest{FOLDED}").str.starts_with
    backend = (pl.when(begins(f"{backend}/")).then(pl.lit(backend)) for backend in rules.backends)
    found = names.with_columns(backend=pl.coalesce(*backend, pl.lit(CANONICAL_BACKEND)))
    if not rules.backends:
        return found
    prefix = pl.when(pl.col("backend") == CANONICAL_BACKEND).then(0).otherwise(pl.col("backend").str.len_chars() + 1)
    return found.with_columns(pl.col("rest", f"rest{FOLDED}").str.slice(prefix).str.strip_chars())


def _pairs(steps: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """Return each step with each of the ``models`` that a plain look-up finds by it, ignoring case."""
    return collected(steps.lazy().join(keyed.lazy(), on="key", how="inner").drop("key"))


def _decided_plainly(pairs: pl.DataFrame, names: pl.DataFrame, models: pl.DataFrame) -> pl.LazyFrame:
    """Return the finds of plain look-ups: of the texts with the fewest parts off, the strongest look-up decides."""
    marked = pairs.lazy().with_columns(several=pl.col("at").is_duplicated())
    single, several = collected_together(marked.remove("several"), marked.filter("several"))
    finds = single.lazy().select("at", looked_up=_looked_up(names["rest"]), models=pl.concat_list("models"))
    if several.is_empty():
        return finds
    texts = several.lazy().filter(_FEWEST_OFF).select("at", "models", *_texts(names))
    return pl.concat([finds, _first_lookup_decides(texts, models, PLAIN_COUNT)])


_FEWEST_OFF = pl.col("step") == pl.col("step").min().over("at")


def _texts(names: pl.DataFrame) -> tuple[pl.Expr, ...]:
    return tuple(_looked_up(names[f"rest{case}"]).alias(f"looked_up{case}") for case in ("", FOLDED))


def _first_lookup_decides(pairs: pl.LazyFrame, models: pl.DataFrame, lookups: int) -> pl.LazyFrame:
    """Return for each name the text and the models that the strongest look-up finds.

    Args:
        pairs: ``at``, a text ``looked_up`` and in ``models`` one model that a look-up finds by it.
        models: The catalogue's names.
        lookups: How many of the look-ups can have found them.
    """
    return (
        pairs.join(models.lazy(), on="models")
        .with_columns(lookup=first_lookup(lookups))
        .group_by("at", "looked_up", "lookup")
        .agg(pl.col("models").unique().sort())
        .sort("lookup")
        .unique("at", keep="first", maintain_order=True)
        .select(_FOUND)
    )


_FOUND = ("at", "looked_up", "models")


def _wide_finds(pending: pl.LazyFrame, names: pl.DataFrame, models: pl.DataFrame) -> pl.DataFrame:
    """Return the names that a wide look-up finds: of those with the fewest parts off, the strongest decides.

    A text is tried as it is, then without the quantiser in front.
    """
    texts = collected(pending.select("at", pl.col("step") * 2, *_texts(names)).with_columns(_IS_QUANTISED))
    unquantised = short(_BOTH).str.replace(_QUANTISER, "")
    forms = [texts.lazy()]
    if texts["quantised"].any():
        forms.append(texts.lazy().filter("quantised").with_columns(pl.col("step") + 1, unquantised))
    keyed = pl.concat(forms).with_columns(key=pointed(short)(pl.col("looked_up_folded")))
    pairs = collected(keyed.join(_models_by_wide_key(models.lazy()), on="key"))
    if pairs.is_empty():
        return pairs.select("at", "looked_up", models=pl.lit([], pl.List(pl.UInt32)))
    return collected(_first_lookup_decides(pairs.lazy().filter(_FEWEST_OFF), models, len(LOOKUPS)))


def _models_by_wide_key(models: pl.LazyFrame) -> pl.LazyFrame:
    """Return every ``key`` that a wide look-up compares, with its model in ``models``."""
    name = pl.col("model_folded")
    has_ending = pl.any_horizontal(name.str.ends_with(ending) for ending in DROPPABLE_ENDINGS)
    dropped = models.filter(has_ending).with_columns(name.str.replace(DROPPED, ""))
    return pl.concat(
        frame.select("models", key=of_model(name)) for frame in (models, dropped) for of_model in WIDE_KEYS
    )


_BOTH = pl.col("looked_up", "looked_up_folded")
_QUANTISER = rf"(?i)^(?:{'|'.join(sorted(QUANTISERS, key=len, reverse=True))})[-_]+"
_IS_QUANTISED = short(pl.col("looked_up")).str.contains(_QUANTISER).alias("quantised")
_IS_PATH = pl.col("rest").str.contains("|".join(form.pattern for form in PATH_FORMS))
_READ_PATH = reduce(
    lambda text, form: text.str.replace(form.pattern, form.replacement), PATH_FORMS, pl.col("rest", "rest_folded")
)


_APEX = rf"(?i){SEPARATOR}{APEX}"


def _with_tuned_siblings(finds: pl.LazyFrame, names: pl.DataFrame, models: pl.DataFrame) -> pl.LazyFrame:
    """Add to the finds behind ``APEX`` the tuned models of the same name: APEX files drop ``-it`` (rule 2a)."""
    was_there, is_there = (
        text.str.contains(_APEX) for text in (pl.lit(names["rest"]).gather("at"), pl.col("looked_up"))
    )
    shorts = models.lazy().select("models", short=short(pl.col("model_folded")))
    marked = finds.with_columns(behind_apex=was_there & ~is_there)
    pairs = marked.filter("behind_apex").explode("models")
    based = pairs.join(shorts, on="models").drop("models")
    siblings = (based.with_columns(pl.col("short") + ending).join(shorts, on="short") for ending in TUNED_ENDINGS)
    widened = pl.concat(found.select(_FOUND) for found in (pairs, *siblings))
    return pl.concat(
        [
            marked.remove("behind_apex").select(_FOUND),
            widened.group_by("at", "looked_up").agg(pl.col("models").unique().sort()),
        ]
    )


def lookups_of(names: pl.DataFrame, model_names: pl.Series) -> pl.Series:
    """Return by which of ``LOOKUPS`` each name of an attribution was found (an index; null where by none).

    Args:
        names: Rows of an attribution.
        model_names: The names that its ``model_index`` counts along.
    """
    index = pl.coalesce("model_index", pl.col("candidates").list.first())
    spelt = [
        with_unicode(collected(spelled(names.lazy().select(name.alias(column)), column)), column)
        for name, column in ((pl.col("looked_up"), "looked_up"), (pl.lit(model_names).gather(index), "model"))
    ]
    return collected(pl.concat(spelt, how="horizontal").lazy().select(lookup=first_lookup()))["lookup"]


def candidates_of(names: pl.DataFrame, model_names: pl.Series, most: int = 10) -> dict[str, list[str]]:
    """Return for each ambiguous name of an attribution the models it could be, at most ``most``, by name."""
    ambiguous = names.filter(pl.col("outcome") == AMBIGUOUS).select("api_name", "candidates").explode("candidates")
    pairs = ambiguous.with_columns(model=pl.lit(model_names).gather("candidates")).sort("model")
    models = pairs.group_by("api_name").agg(pl.col("model").head(most))
    return dict(models.iter_rows())
