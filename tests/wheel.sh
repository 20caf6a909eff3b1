#!/bin/sh
# Builds the wheel, installs it into an empty environment, and asks it for its version.
set -eu
python=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m build --wheel --outdir "$work/dist" . >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip --disable-pip-version-check -q install -c constraints.txt "$work"/dist/*.whl
cd "$work"
"$work/venv/bin/fleettui" --version
"$work/venv/bin/fleettui" --snapshot --format json >"$work/snapshot.json"
"$work/venv/bin/python" - "$work/snapshot.json" <<'CHECK'
import json, sys
snapshot = json.load(open(sys.argv[1]))
assert snapshot["schema"] == "fleettui.snapshot/1", snapshot
assert snapshot["machines"][0]["system"]["memory_total"] > 0, snapshot
import fleettui.tui.theme
from importlib.resources import files
assert list(files("fleettui").joinpath("themes").iterdir()), "no themes in the wheel"
CHECK
echo "the wheel works in an empty environment"
