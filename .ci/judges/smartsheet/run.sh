#!/bin/sh
# Lets the two official Smartsheet clients, which nobody here wrote, judge a running Smartsheet sandbox, and
# checks its answers against the official specification.
# Usage: run.sh BASE_URL TOKEN      BASE_URL as the sandbox prints it: http://127.0.0.1:4001/2.0
# BOARDVAULT_SPECS: the folder that holds smartsheet.json and smartsheet-2026-delta.yaml.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
base_url=${1:?BASE_URL} token=${2:?TOKEN}
# Installed outside the repository, once for each set of pinned versions.
pins=$(cat "$here/package-lock.json" "$here/requirements.txt" | cksum | cut -d ' ' -f 1)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/boardvault-judges/smartsheet-$pins

if [ ! -e "$cache/installed" ]; then
    rm -rf "$cache"
    mkdir -p "$cache"
    cp "$here/package.json" "$here/package-lock.json" "$cache/"
    (cd "$cache" && npm ci --silent --no-audit --no-fund)
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$cache/installed"
fi

# Node finds packages beside the script that imports them.
cp "$here/judge.mjs" "$cache/judge.mjs"
node "$cache/judge.mjs" "$base_url" "$token"
"$cache/venv/bin/python" "$here/judge.py" "$base_url" "$token"

specification=${BOARDVAULT_SPECS:-}/smartsheet.json
if [ -n "${BOARDVAULT_SPECS:-}" ] && [ -e "$specification" ]; then
    "$cache/venv/bin/python" "$here/spec.py" "$base_url" "$token" "$BOARDVAULT_SPECS"
elif [ -n "${CI:-}" ]; then
    echo "FAILED: BOARDVAULT_SPECS must name the folder that holds smartsheet.json" >&2
    exit 1
else
    echo "SKIPPED: the answers were not checked against the specification, as BOARDVAULT_SPECS names no folder with smartsheet.json" >&2
fi
