"""Names of hosts: one spelling for all that people type, nothing for what is none, and below means below."""

import pytest
from hypothesis import given, strategies as st

from chaupal.text import hosts


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("Example.ORG", "example.org"),
        (" https://example.org/a?b#c ", "example.org"),
        ("*.example.org.", "example.org"),
        ("localhost", "localhost"),
        ("समाचार.भारत", "xn--61b3bh3a5ab.xn--h2brj9c"),
        ("xn--h2brj9c", "xn--h2brj9c"),
        ("", ""),
        ("a b", ""),
        ("a..b", ""),
        ("-a.b", ""),
        ("a@b", ""),
        ("a:1", ""),
        ("é" * 300, ""),
        ("a\ud800", ""),
        ("..", ""),
    ],
)
def test_a_host_has_one_spelling(typed: str, host: str):
    assert hosts.plain(typed) == host


@given(st.text(max_size=600))
def test_whatever_is_typed_is_a_host_or_nothing(typed: str):
    host = hosts.plain(typed)
    assert hosts.plain(host) == host and len(host) <= hosts.MOST and host.isascii()
    assert isinstance(hosts.readable(host), str)


def test_people_read_it_in_its_own_letters():
    assert hosts.readable("xn--61b3bh3a5ab.xn--h2brj9c") == "समाचार.भारत"
    assert hosts.readable("example.org") == "example.org"


def test_below_is_below():
    those = ("example.org",)
    assert hosts.stands_below("example.org", those) and hosts.stands_below("a.b.example.org", those)
    assert not any(hosts.stands_below(host, those) for host in ("org", "notexample.org", "example.org.evil", ""))
    assert not hosts.stands_below("", ("",))


@pytest.mark.parametrize(
    ("typed", "server"),
    [
        ("Far.Example", "far.example"),
        ("*.far.example.", "far.example"),
        ("https://far.example/", "far.example"),
        ("https://far.example:443/", "far.example"),
        ("far.example:443", "far.example"),
        ("far.example:0443", "far.example"),
        ("http://far.example:80", "far.example"),
        ("far.example:8443", "far.example:8443"),
        ("localhost:08000", "localhost:8000"),
        ("", ""),
        ("ravi", ""),
        ("ravi@far.example", ""),
        ("far.example/path", ""),
        ("far.example:", ""),
        ("far.example:x", ""),
    ],
)
def test_a_server_has_one_name_however_it_is_typed(typed: str, server: str):
    assert hosts.server_named(typed) == server
