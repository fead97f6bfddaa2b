#!/usr/bin/env bash
# Review a change: review.md and review.json in the folder OUTPUT, the job summary, and the exit code of the review.
set -euo pipefail
mkdir -p "$OUTPUT"
options=(--repository "$REPOSITORY" --fail-on "$FAIL_ON")
options+=(--format markdown --output "$OUTPUT/review.md" --json "$OUTPUT/review.json")
[ -z "$STYLES_REPOSITORY" ] || options+=(--styles-repository "$STYLES_REPOSITORY")
[ -z "$POLICY" ] || options+=(--policy "$POLICY")
[ "$OFFLINE" != true ] || options+=(--offline)
status=0
horde-model-reference review "${options[@]}" -- "$CATEGORY" "$BASE" "$HEAD" || status=$?
echo "exit-code=$status" >>"$GITHUB_OUTPUT"
[ "$status" != 0 ] && [ "$status" != 3 ] || cat "$OUTPUT/review.md" >>"$GITHUB_STEP_SUMMARY"
exit "$status"
