#!/usr/bin/env bash
# Keep the comment of a pull request up to date; PULL_REQUEST is its number, or a file that holds it.
set -euo pipefail
[ ! -f "$PULL_REQUEST" ] || PULL_REQUEST=$(head -c 20 "$PULL_REQUEST")
exec horde-model-reference review-comment --pull-request "$PULL_REQUEST" --head "$HEAD" -- "$REVIEW"
