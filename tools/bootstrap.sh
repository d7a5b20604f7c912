#!/bin/sh
# Bring uv into .tools, and with it make .venv.   usage: bootstrap.sh uv | bootstrap.sh venv [options of uv sync]
set -eu
cd "$(dirname "$0")/.."

say() { echo "chaupal: $*" >&2; }

try() { # a network is allowed to fail twice
    "$@" || { sleep 3; "$@"; } || { sleep 10; "$@"; }
}

# Any Python 3 can carry uv. The python3 found first may be a shim that refuses this folder, so others are asked too.
tools_venv() {
    for python in python3 /usr/bin/python3 python3.13 python3.12 python3.14; do
        rm -rf .tools
        "$python" -m venv .tools >/dev/null 2>&1 && return 0
    done
    rm -rf .tools
    return 1
}

bring_uv() {
    if ! tools_venv; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            say "python3 -m venv does not work here: installing python3-venv"
            try apt-get -qq update >&2
            DEBIAN_FRONTEND=noninteractive try apt-get -qq install -y --no-install-recommends python3-venv >&2
        fi
        tools_venv || { say "no Python that can make a venv was found. On Debian: apt-get install python3-venv"; exit 1; }
    fi
    try .tools/bin/python -m pip -q --disable-pip-version-check install uv || { rm -rf .tools; say "uv could not be installed"; exit 1; }
}

make_venv() {
    export UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1
    # .python-version is what we develop on; any newer-enough Python of the machine will do.
    python=$(.tools/bin/uv python find --no-project 3.13 2>/dev/null || .tools/bin/uv python find --no-project '>=3.12' 2>/dev/null) || {
        say "Python 3.12 or newer is needed and none was found. On Debian 13: apt-get install python3"
        exit 1
    }
    # Compiled once, here: where Python may not write beside its modules, every command would compile a thousand anew.
    try .tools/bin/uv sync -q --frozen --python "$python" "$@"
    .venv/bin/python -m compileall -q src/chaupal verifier/src/chaupal_audit
}

case "${1:-}" in
    uv) bring_uv ;;
    venv) shift; make_venv "$@" ;;
    *) sed -n 2p "$0" >&2; exit 2 ;;
esac
