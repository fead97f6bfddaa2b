#!/usr/bin/env bash
# Install the project of this checkout, with pinned dependencies, and put its command on the path of later steps.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
python -m venv "$RUNNER_TEMP/horde-model-reference"
bin="$RUNNER_TEMP/horde-model-reference/bin"
"$bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$source/constraints.txt" "$source"
echo "$bin" >>"$GITHUB_PATH"
