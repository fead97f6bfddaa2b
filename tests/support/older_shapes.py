"""The documented shapes that clients of the older implementation read, as JSON Schemas.

They are written from its documentation and say nothing of how ours are made: a field more is allowed, one less is not.
"""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FIGURE: Schema = {"type": ["integer", "null"], "minimum": 0}
NUMBER: Schema = {"type": ["number", "null"], "minimum": 0}
PERCENTAGE: Schema = {"type": "number", "minimum": 0, "maximum": 100}


def obj(**fields: Schema) -> Schema:
    """An object with at least these fields."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def listed(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def by_name(value: Schema) -> Schema:
    """An object of names."""
    return {"type": "object", "additionalProperties": value}


def or_null(value: Schema) -> Schema:
    return {"anyOf": [value, {"type": "null"}]}


RECORD = {"type": "object", "properties": {"name": TEXT, "config": {"type": "object"}}, "required": ["name"]}
TEXT_RECORD = obj(name=TEXT, text_model_group=TEXT)
RECORDS, TEXT_RECORDS = by_name(RECORD), by_name(TEXT_RECORD)

REPLICATE_MODE = obj(
    replicate_mode={"enum": ["PRIMARY", "REPLICA"]}, canonical_format={"enum": ["v2", "legacy"]}, writable=FLAG
)
HEARTBEAT = obj(status=TEXT, ai_horde=obj(degraded=FLAG, consecutive_failures=COUNT, seconds_until_retry=NUMBER))
SEARCH = obj(results=listed(RECORD), total=COUNT, offset=COUNT, limit=COUNT, has_more=FLAG)

USAGE = obj(
    worker_count=FIGURE,
    queued_jobs=FIGURE,
    performance=NUMBER,
    eta=FIGURE,
    queued=NUMBER,
    usage_stats=obj(day=FIGURE, month=FIGURE, total=FIGURE),
    worker_summaries=or_null(
        by_name(
            obj(
                name=TEXT,
                uptime=FIGURE,
                online={"type": ["boolean", "null"]},
                trusted={"type": ["boolean", "null"]},
            )
        )
    ),
    backend_variations=or_null(by_name(obj(backend=TEXT))),
)
WITH_STATS = by_name(USAGE)
POPULAR = listed(USAGE | {"required": [*USAGE["required"], "name"]})

_SHARES = listed(obj(tag=TEXT, count=COUNT, percentage=PERCENTAGE))
STATISTICS = obj(
    category=TEXT,
    total_models=COUNT,
    returned_models=COUNT,
    offset=COUNT,
    limit=FIGURE,
    nsfw_count=COUNT,
    baseline_distribution=by_name(obj(baseline=TEXT, count=COUNT, percentage=PERCENTAGE)),
    download_stats=or_null(
        obj(
            total_models_with_downloads=COUNT,
            total_download_entries=COUNT,
            total_size_bytes=FIGURE,
            models_with_size_info=COUNT,
            average_size_bytes=NUMBER,
            hosts=by_name(COUNT),
        )
    ),
    top_tags=_SHARES,
    top_styles=_SHARES,
    parameter_buckets=listed(
        obj(bucket_label=TEXT, min_params=FIGURE, max_params=FIGURE, count=COUNT, percentage=PERCENTAGE)
    ),
    models_without_param_info=COUNT,
    models_with_trigger_words=COUNT,
    models_with_inpainting=COUNT,
    models_with_requirements=COUNT,
    models_with_showcases=COUNT,
    computed_at=FIGURE,
)


def faults(body: object, schema: Schema) -> list[str]:
    """Return where a body is not of a shape."""
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(body)]
