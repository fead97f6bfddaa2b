"""All rules of the review."""

from __future__ import annotations

from horde_model_reference.review import file_rules, link_rules, record_rules, removal_rules
from horde_model_reference.review.rule import Rule

RULES: tuple[Rule, ...] = (
    file_rules.catalogue_missing,
    file_rules.catalogue_unreadable,
    file_rules.base_unreadable,
    file_rules.catalogue_shrunk,
    file_rules.rows_lost,
    file_rules.record_malformed,
    file_rules.name_repeated,
    file_rules.name_mismatch,
    file_rules.name_unsafe,
    file_rules.name_unattributed,
    record_rules.same_hash,
    record_rules.same_address,
    record_rules.field_missing,
    record_rules.download_missing,
    record_rules.address_unusable,
    record_rules.hash_missing,
    record_rules.host_not_preferred,
    record_rules.size_unknown,
    link_rules.link_gone,
    link_rules.link_wrong,
    link_rules.link_gated,
    link_rules.link_unreachable,
    link_rules.link_unasked,
    record_rules.files_changed,
    record_rules.kind_crowded,
    removal_rules.removal_protected,
    removal_rules.removal_used,
    removal_rules.removal_kept,
    removal_rules.removal_unknown,
    removal_rules.removal_unmarked,
    removal_rules.removal_early,
    removal_rules.style_broken,
    removal_rules.style_orphaned,
    removal_rules.styles_unknown,
    removal_rules.added_again,
    removal_rules.renamed,
    removal_rules.generated_out_of_step,
)
"""All rules, in the order of the documentation."""
