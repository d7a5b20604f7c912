"""Where a viewer is: what every look-up must do, and whom the locator believes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babel import Locale

from chaupal.kernel.countries import COUNTRIES
from chaupal.kernel.settings import BadSettings, Settings, load_settings
from chaupal.ports.country import PACKAGED, Locator, Lookup, country_file
from waiting import PATIENCE

LOOKUPS: dict[str, Lookup] = {
    "written out": lambda address: {"103.21.124.1": "IN", "193.99.144.80": "DE", "2a02:2e0:3fe:1001:302::": "DE"}.get(
        address
    )
}
if PACKAGED.exists():
    LOOKUPS["packaged file"] = country_file(Settings())

INDIA, GERMANY = "103.21.124.1", "193.99.144.80"
PROXY = "10.1.2.3"


@pytest.fixture(params=LOOKUPS)
def lookup(request: pytest.FixtureRequest) -> Lookup:
    return LOOKUPS[request.param]


def locator(lookup: Lookup, **settings: object) -> Locator:
    return Locator(load_settings(environ={}, **settings), lookup)


def behind_proxy(lookup: Lookup, header: str = "") -> Locator:
    return locator(lookup, trusted_proxies=["10.0.0.0/8", "fd00::/16"], country_header=header)


def test_a_known_address_has_a_country(lookup: Lookup):
    assert lookup(INDIA) == "IN"
    assert lookup(GERMANY) == "DE"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.0.9",
        "172.20.1.1",
        "100.64.3.4",
        "fd00::1",
        "::ffff:192.168.0.9",
        "::1",
        "fe80::1",
        "",
        "not an address",
        "1.2.3",
        "300.1.1.1",
    ],
)
def test_an_address_that_is_nowhere_is_the_servers_own(lookup: Lookup, address: str):
    place = locator(lookup, home_country="IN").place(address, {})
    assert (place.country, place.known) == ("IN", False)


def test_the_servers_own_country_is_a_setting(lookup: Lookup):
    assert locator(lookup, home_country="NP").place("127.0.0.1", {}).country == "NP"


def test_a_known_address_is_where_it_is(lookup: Lookup):
    place = locator(lookup).place(GERMANY, {})
    assert (place.address, place.country, place.known) == (GERMANY, "DE", True)


def test_nobody_chooses_their_own_country(lookup: Lookup):
    forged = {"x-forwarded-for": GERMANY, "cf-ipcountry": "DE", "forwarded": f"for={GERMANY}", "x-real-ip": GERMANY}
    for one in (locator(lookup), behind_proxy(lookup, "CF-IPCountry")):
        assert one.place(INDIA, forged).country == "IN"
        assert one.place(INDIA, forged).address == INDIA


def test_a_trusted_proxy_says_who_asks(lookup: Lookup):
    place = behind_proxy(lookup).place(PROXY, {"x-forwarded-for": GERMANY})
    assert (place.address, place.country) == (GERMANY, "DE")


def test_what_stands_further_left_may_be_forged(lookup: Lookup):
    place = behind_proxy(lookup).place(PROXY, {"x-forwarded-for": f"{GERMANY}, {INDIA}, 10.9.9.9"})
    assert (place.address, place.country) == (INDIA, "IN")


def test_a_chain_of_ones_own_proxies_only_is_nowhere(lookup: Lookup):
    place = behind_proxy(lookup).place(PROXY, {"x-forwarded-for": "10.4.4.4, 10.9.9.9"})
    assert not place.known


@pytest.mark.parametrize("chain", ["", " , ,", "nonsense", f"nonsense, {'x' * 5_000}"])
def test_a_chain_that_names_nobody_is_nowhere(lookup: Lookup, chain: str):
    assert not behind_proxy(lookup).place(PROXY, {"x-forwarded-for": chain}).known


def test_a_trusted_proxys_header_names_the_country(lookup: Lookup):
    one = behind_proxy(lookup, "CF-IPCountry")
    assert one.place(PROXY, {"x-forwarded-for": INDIA, "cf-ipcountry": "de"}).country == "DE"


# What CDNs and country files say beside countries: regions, what is reserved or user-assigned, who is unknown, who comes by Tor.
NO_COUNTRY = (
    "ZZ",
    "EU",
    "AP",
    "UK",
    "XK",
    "AN",
    "SU",
    "UN",
    "A1",
    "A2",
    "O1",
    "XX",
    "T1",
    "D",
    "DEU",
    "D1",
    "дe",
    "IN, DE",
)


@pytest.mark.parametrize("said", NO_COUNTRY)
def test_only_iso_3166_1_codes_are_known_and_the_rest_is_home_the_stricter(lookup: Lookup, said: str):
    one = behind_proxy(lookup, "CF-IPCountry")
    place = one.place(PROXY, {"x-forwarded-for": GERMANY, "cf-ipcountry": said})
    assert (place.country, place.known) == ("IN", False)


@pytest.mark.parametrize("said", NO_COUNTRY)
def test_a_country_file_that_names_a_region_names_no_country(said: str):
    place = locator(lambda _: said).place(GERMANY, {})
    assert (place.country, place.known) == ("IN", False)


@pytest.mark.parametrize("said", ["", "  "])
def test_a_header_that_says_nothing_leaves_it_to_the_address(lookup: Lookup, said: str):
    one = behind_proxy(lookup, "CF-IPCountry")
    assert one.place(PROXY, {"x-forwarded-for": GERMANY, "cf-ipcountry": said}).country == "DE"


def test_a_proxy_that_names_nobody_lends_nobody_its_own_country():
    one = locator(lambda _: "DE", trusted_proxies=["193.99.144.0/24"])
    assert not one.place(GERMANY, {}).known
    assert not one.place(GERMANY, {"x-forwarded-for": "193.99.144.81"}).known


@pytest.mark.parametrize("hop", ["193.99.144.80:4711", "193.99.144.80:9", "[2a02:2e0:3fe:1001:302::]:443"])
def test_a_port_that_a_proxy_writes_makes_nobody_new(lookup: Lookup, hop: str):
    place = behind_proxy(lookup).place(PROXY, {"x-forwarded-for": hop})
    assert place.address in (GERMANY, "2a02:2e0:3fe:1001:302::") and place.country == "DE"


def test_the_table_of_countries_is_what_babel_and_tzdata_know():
    # CLDR's territories of two letters that ISO 3166-1 has not assigned: reserved, user-assigned, unions, nobody's.
    more = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
    named = {code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()}
    assert named - more == COUNTRIES
    tzdata = Path("/usr/share/zoneinfo/iso3166.tab")
    if tzdata.exists():
        rows = (line.split("\t")[0] for line in tzdata.read_text().splitlines() if not line.startswith("#"))
        assert set(rows) == COUNTRIES


@pytest.mark.parametrize("code", ["EU", "UK", "XX", "ZZ", "in"])
def test_a_home_that_is_no_country_is_refused_at_the_start(code: str):
    with pytest.raises(BadSettings, match="home_country"):
        load_settings(environ={}, home_country=code)


def test_an_ipv4_address_in_ipv6_clothes_is_the_same_address(lookup: Lookup):
    one = behind_proxy(lookup, "CF-IPCountry")
    assert one.place("::ffff:10.1.2.3", {"cf-ipcountry": "DE"}).country == "DE"


def test_the_packaged_file_knows_clothed_and_ipv6_addresses():
    if not PACKAGED.exists():
        pytest.skip("no country file was built")
    find = country_file(Settings())
    assert find(f"::ffff:{INDIA}") == "IN"
    assert find("2a02:2e0:3fe:1001:302::") == "DE"


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "not a network", "10.0.0.1/8"])
def test_trusting_everybody_is_refused_at_the_start(network: str):
    with pytest.raises(BadSettings, match="trusted_proxies"):
        load_settings(environ={}, trusted_proxies=[network])


def test_a_country_header_without_a_proxy_to_set_it_is_refused():
    with pytest.raises(BadSettings, match="country_header"):
        load_settings(environ={}, country_header="CF-IPCountry")


def test_a_country_file_that_is_none_is_refused_at_the_start(tmp_path: Path):
    (tmp_path / "not.mmdb").write_bytes(b"not a database")
    for name in ("not.mmdb", "missing.mmdb"):
        with pytest.raises(Exception, match="mmdb"):
            country_file(load_settings(environ={}, country_file=str(tmp_path / name)))


@pytest.mark.skipif(not PACKAGED.exists(), reason="no packaged file")
def test_the_operators_file_may_be_written_over_while_it_is_read(tmp_path: Path):
    """A file that is mapped and then cut short ends the process that reads it (SIGBUS)."""
    file = tmp_path / "country.mmdb"
    file.write_bytes(PACKAGED.read_bytes())
    look = """
import sys
from chaupal.kernel.settings import Settings
from chaupal.ports.country import country_file
find = country_file(Settings(country_file=sys.argv[1]))
open(sys.argv[1], "w").close()
print(find(sys.argv[2]))
"""
    done = subprocess.run(
        [sys.executable, "-c", look, str(file), INDIA], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert (done.returncode, done.stdout.strip()) == (0, "IN"), done.stderr


@pytest.mark.skipif(not PACKAGED.exists(), reason="no packaged file")
def test_the_packaged_file_is_mapped_and_takes_no_memory_of_ours():
    find = country_file(Settings())
    assert find(INDIA) == "IN"
    maps = Path(f"/proc/{os.getpid()}/maps")
    assert not maps.exists() or str(PACKAGED) in maps.read_text()
