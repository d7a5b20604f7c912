#!/bin/sh
# Bring what the server has from packages into src/chaupal/assets: the country file (IP address to country, built from the
# regional registries' records) and the words for typing in Latin letters. Without them the server still runs: a country that
# it cannot know counts as its own (see docs: fails closed), and only words that its own people use are suggested.
# usage: assets.sh [country | words]
set -eu
cd "$(dirname "$0")/.."

package=@ip-location-db/geo-whois-asn-country-mmdb@2
into=src/chaupal/assets

bring() {
    rm -rf .assets && mkdir -p .assets "$into"
    tools/npm.sh pack --silent --fetch-retries=2 --fetch-timeout=60000 --pack-destination .assets "$package" >/dev/null || return 1
    tar -xzf .assets/*.tgz -C .assets || return 1
    cp .assets/package/NRO_LICENSE "$into/country.licence.txt"
    mv .assets/package/geo-whois-asn-country.mmdb "$into/country.mmdb"
    touch "$into/country.mmdb"
}

country() {
    if bring; then
        echo "chaupal: country file in $into"
    else
        echo "chaupal: the country file could not be fetched; every visitor whose country is not known counts as at home" >&2
    fi
}

words() {
    if .venv/bin/python tools/lexicon.py "$into/lexicon"; then
        echo "chaupal: words for typing in $into/lexicon"
    else
        echo "chaupal: the words for typing could not be made; only words that people here use are suggested" >&2
    fi
}

case "${1:-}" in
    country | words) "$1" ;;
    *) country; words ;;
esac
