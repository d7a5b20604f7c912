"""Keys that are kept for tests: no two in one test are the same, however many it makes."""

from pathlib import Path
from typing import Any
from unittest.mock import Mock

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

import kept_keys

KIND = (65_537, 2_048)


def new(*kind: int) -> object:
    return object()


def made() -> Mock:
    return Mock(side_effect=new)


def many(keys: Any, n: int, kind: tuple[int, int] = KIND) -> list[object]:
    return [keys(*kind) for _ in range(n)]


def test_what_was_made_is_handed_out_again_and_never_twice_in_one_test():
    makes = made()
    keys = kept_keys.KeptKeys(makes, many=4)
    first = many(keys, 4)
    for _ in range(5):
        keys.begin()
        again = many(keys, 3)
        assert len(set(again)) == 3 and set(again) <= set(first)
    assert makes.call_count == 4


def test_a_test_that_makes_more_than_are_kept_is_given_new_ones():
    makes = made()
    keys = kept_keys.KeptKeys(makes, many=4)
    many(keys, 4)
    keys.begin()
    assert len(set(many(keys, 12))) == 12 and makes.call_count == 12


def test_a_key_of_another_size_is_a_new_one():
    makes = made()
    keys = kept_keys.KeptKeys(makes, many=2)
    kept = many(keys, 2)
    keys.begin()
    (other,) = many(keys, 1, (65_537, 4_096))
    assert other not in kept and makes.call_args.args == (65_537, 4_096)


def test_processes_of_a_run_have_the_same_keys_each_made_by_whichever_asks_first(tmp_path: Path):
    makes = Mock(side_effect=lambda exponent, _: generate_private_key(exponent, 1_024))
    one, other = (kept_keys.of_a_run(makes, tmp_path / "keys") for _ in range(2))
    first, second, theirs, their_second, their_third = one(*KIND), one(*KIND), other(*KIND), other(*KIND), other(*KIND)
    numbers = [key.private_numbers() for key in (first, second, their_third)]
    assert [theirs.private_numbers(), their_second.private_numbers()] == numbers[:2] and numbers[2] not in numbers[:2]
    assert one(*KIND).private_numbers() == numbers[2] and makes.call_count == 3
