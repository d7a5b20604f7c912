"""Names of people in the one form in which they are stored: ours, and those of other servers."""

import pytest

from chaupal.text.handles import host_of, plain_host, stored, user_of, whole

HERE = "chaupal.example"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("asha", "asha"), ("@Asha", "asha"), (" asha@chaupal.example ", "asha"), ("@asha@CHAUPAL.example", "asha"),
        ("Ravi@Other.Example", "ravi@other.example"), ("@a.b-c@other.example", "a.b-c@other.example"),
        ("ravi@चौपाल.भारत", "ravi@xn--61b6aya1cxd.xn--h2brj9c"), ("ravi@127.0.0.1:8101", "ravi@127.0.0.1:8101"),
        ("", ""), ("@", ""), ("ravi@", ""), ("@@other.example", ""), ("a b@other.example", ""), ("ravi@other example", ""),
        ("ravi@other.example/x", ""), ("ravi@a@b", ""), (".ravi@other.example", ""), ("ravi.@other.example", ""), ("रवि", ""),
        ("a.b", ""), ("a" * 31, ""), ("a" * 31 + "@other.example", "a" * 31 + "@other.example"), ("a" * 101 + "@other.example", ""),
        ("ravi@other.example:x", ""), ("ravi@other.example:", ""),
    ],
)  # fmt: skip
def test_a_name_has_one_form_or_is_nobodys(typed: str, kept: str):
    assert stored(typed, HERE) == kept


def test_a_server_with_a_port_knows_its_own():
    assert stored("asha@127.0.0.1:8101", "127.0.0.1:8101") == "asha"
    assert stored("asha@127.0.0.1:8102", "127.0.0.1:8101") == "asha@127.0.0.1:8102"


def test_the_parts_of_a_handle():
    assert (user_of("ravi@other.example"), host_of("ravi@other.example")) == ("ravi", "other.example")
    assert (user_of("asha"), host_of("asha")) == ("asha", "")
    assert whole("asha", HERE) == "asha@chaupal.example" and whole("ravi@other.example", HERE) == "ravi@other.example"
    assert plain_host("OTHER.example:80") == "other.example:80" and plain_host("a/b") == ""
