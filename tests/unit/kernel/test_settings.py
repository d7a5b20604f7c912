"""Settings: read once, checked, each with its help line."""

import pytest

from chaupal.kernel.settings import FIELDS, BadSettings, Settings, load_settings, strange_words


def test_every_setting_says_what_it_is_for():
    from msgspec.inspect import Metadata, StructType, type_info

    described = type_info(Settings)
    assert isinstance(described, StructType)
    for field in described.fields:
        kind = field.type
        assert isinstance(kind, Metadata), field.name
        assert (kind.extra_json_schema or {}).get("description", "").endswith("."), field.name


def test_the_environment_overrides_the_file_and_the_command_line_both(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text('port = 1\ntitle = "एक"\nhost = "::1"\n', "utf-8")
    found = load_settings(file, {"CHAUPAL_PORT": "2", "CHAUPAL_HOST": "127.0.0.1"}, port=3)
    assert (found.port, found.host, found.title) == (3, "127.0.0.1", "एक")


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0", "10.0.0.0/7", "nonsense"])
def test_trusting_the_whole_internet_is_refused(network):
    with pytest.raises(BadSettings, match="trusted_proxies"):
        load_settings(environ={"CHAUPAL_TRUSTED_PROXIES": network})


def test_a_country_header_without_trusted_proxies_is_refused():
    with pytest.raises(BadSettings, match="country_header"):
        load_settings(environ={"CHAUPAL_COUNTRY_HEADER": "CF-IPCountry"})


def test_many_processes_need_a_postgresql_and_a_valkey_by_its_url():
    with pytest.raises(BadSettings, match="valkey: many processes need a PostgreSQL"):
        load_settings(environ={"CHAUPAL_VALKEY": "valkey://localhost"})
    database = {"CHAUPAL_DATABASE": "postgresql://localhost/chaupal"}
    with pytest.raises(BadSettings, match="valkey: leave it empty, or begin with valkey://"):
        load_settings(environ=database | {"CHAUPAL_VALKEY": "localhost:6379"})
    assert load_settings(environ=database | {"CHAUPAL_VALKEY": "valkey://localhost"}).many
    assert not load_settings(environ=database).many


@pytest.mark.parametrize(
    "bad",
    [
        {"port": "70000"},
        {"home_country": "india"},
        {"registrations": "maybe"},
        {"public_url": "ftp://x"},
        {"public_url": "http://example.org"},
        {"public_url": "https://exam\tple.org"},
        {"public_url": "https://exam\N{NO-BREAK SPACE}ple.org"},
        {"public_url": "https://example.org?a=1"},
        {"public_url": "https://example.org#"},
        {"smtp_url": "mail.example.org:587"},
        {"smtp_url": "smtp://"},
        {"smtp_url": "smtp://mail.example.org:many"},
    ],
)
def test_what_cannot_be_used_is_named(bad):
    with pytest.raises(BadSettings) as caught:
        load_settings(environ={f"CHAUPAL_{k.upper()}": v for k, v in bad.items()})
    assert next(iter(bad)) in str(caught.value)
    assert ("; it is one of open, approval, closed" in str(caught.value)) == ("registrations" in bad)


def test_an_unknown_setting_in_the_file_is_refused(tmp_path):
    file = tmp_path / "c.toml"
    file.write_text("colour = 1\n")
    with pytest.raises(BadSettings, match="colour"):
        load_settings(file, {})


def test_a_word_in_the_environment_that_is_no_setting_is_named_and_not_used():
    environ = {
        "CHAUPAL_TRUSTED_PROXY": "127.0.0.1/32",
        "CHAUPAL_CONFIG": "c.toml",
        "CHAUPALX": "1",
        "CHAUPAL_PORT": "9",
    }
    assert strange_words(environ) == ["CHAUPAL_TRUSTED_PROXY"]
    assert load_settings(environ=environ).port == 9


@pytest.mark.parametrize(
    ("word", "meant"), [("off", False), ("0", False), ("False", False), ("on", True), ("yes", True), ("1", True)]
)
def test_a_switch_is_understood_however_a_shell_says_it(word, meant):
    assert load_settings(environ={"CHAUPAL_RATE_LIMITS": word}).rate_limits is meant


def test_plain_http_is_for_loopback_only():
    assert load_settings(environ={}, port=8123).origin == "http://127.0.0.1:8123"
    assert "port" in FIELDS
