#!/usr/bin/env bash
# Keep one open issue up to date with a digest; while there is none, one is opened when something has changed.
set -euo pipefail
body="$RUNNER_TEMP/digest-of-issue.md"
# GitHub takes 65,536 characters; whole lines are left out, so that no code span stays open.
awk '{ size += length($0) + 1 } size > 60000 { print "\nThe rest is left out."; exit } { print }' "$DIGEST" >"$body"
number=$(
  gh api --method GET "repos/$GITHUB_REPOSITORY/issues" \
    -f state=open -f 'creator=github-actions[bot]' -F per_page=100 \
    --jq 'map(select(.pull_request == null and .title == env.TITLE)) | .[0].number // empty'
)
if [ -n "$number" ]; then
  gh issue edit "$number" --repo "$GITHUB_REPOSITORY" --body-file "$body"
elif grep -q '^### ' "$body"; then
  gh issue create --repo "$GITHUB_REPOSITORY" --title "$TITLE" --body-file "$body"
else
  echo 'Nothing has changed, and no issue is open.'
fi
