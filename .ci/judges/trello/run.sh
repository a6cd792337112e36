#!/bin/sh
# Lets two Trello clients that nobody here wrote judge a running Trello sandbox.
# Usage: run.sh BASE_URL KEY TOKEN      BASE_URL as the sandbox prints it: http://127.0.0.1:4001/1
set -eu
here=$(cd "$(dirname "$0")" && pwd)
base_url=${1:?BASE_URL} key=${2:?KEY} token=${3:?TOKEN}
# Installed outside the repository, once for each set of pinned versions.
pins=$(cat "$here/package-lock.json" "$here/requirements.txt" | cksum | cut -d ' ' -f 1)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/boardvault-judges/trello-$pins

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
TRELLO_STRICT_SCHEMAS=true node "$cache/judge.mjs" "$base_url" "$key" "$token"
"$cache/venv/bin/python" "$here/judge.py" "$base_url" "$key" "$token"
