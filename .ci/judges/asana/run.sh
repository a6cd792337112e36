#!/bin/sh
# Lets two Asana clients that nobody here wrote, and Asana's specification, judge a running Asana sandbox.
# Usage: run.sh BASE_URL TOKEN      BASE_URL as the sandbox prints it: http://127.0.0.1:4001/api/1.0
# The specification is asana.yaml in the folder that BOARDVAULT_SPECS names; without it that part is skipped,
# which in CI is an error.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
base_url=${1:?BASE_URL} token=${2:?TOKEN}
# Installed outside the repository, once for each set of pinned versions.
pins=$(cat "$here/package-lock.json" "$here/requirements.txt" | cksum | cut -d ' ' -f 1)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/boardvault-judges/asana-$pins

if [ ! -e "$cache/installed" ]; then
    rm -rf "$cache"
    mkdir -p "$cache"
    cp "$here/package.json" "$here/package-lock.json" "$cache/"
    # The command-line tools that the client names as a dependency are not needed to run it.
    (cd "$cache" && npm ci --silent --no-audit --no-fund --omit=optional)
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$cache/installed"
fi

# Node finds packages beside the script that imports them.
cp "$here/judge.mjs" "$cache/judge.mjs"
node "$cache/judge.mjs" "$base_url" "$token"
"$cache/venv/bin/python" "$here/judge.py" "$base_url" "$token"

specification=${BOARDVAULT_SPECS:-}/asana.yaml
if [ -e "$specification" ]; then
    "$cache/venv/bin/python" "$here/spec.py" "$base_url" "$token" "$specification"
elif [ -n "${CI:-}" ]; then
    echo "BOARDVAULT_SPECS names no folder with asana.yaml; in CI the specification has to be there" >&2
    exit 1
else
    echo "SKIPPED: the Asana sandbox was not compared with the specification; set BOARDVAULT_SPECS" >&2
fi
