"""What is kept, by the keys that it was made from: forgotten with any of them, and what nobody asks for makes room."""

import pytest

from chaupal.store.machine.keeping import EMPTY, Keeping
from chaupal.store.machine.shelves import EVERY, NEVER, PEOPLE, POSTS, REACTIONS, Noted


class Name:
    """A name that counts how often it is hashed."""

    hashed = 0

    def __hash__(self) -> int:
        self.hashed += 1
        return 1


def made_of(*posts: int, people: tuple[int, ...] = (), everything: bool = False) -> Noted:
    noted = Noted(set())
    noted.note(POSTS, posts)
    noted.note(PEOPLE, people)
    noted.everything = everything
    return noted


def test_it_is_forgotten_with_any_of_its_keys_and_with_no_other():
    for touched, left in (
        ((POSTS, 2), "b"),
        ((PEOPLE, 7), "b"),
        ((POSTS, 9), "ab"),
        ((POSTS, EVERY), ""),
        ((PEOPLE, EVERY), "b"),
    ):
        keeping = Keeping(1_000)
        keeping.put("a", 1, 10, made_of(1, 2, people=(7,)), NEVER)
        keeping.put("b", 1, 10, made_of(3), NEVER)
        keeping.put("c", 1, 10, made_of(everything=True), NEVER)
        keeping.forget([touched])
        assert [name for name in "abc" if keeping.get(name, 0)] == [*left]
        assert keeping.size == 10 * len(left) and len(keeping) == len(left)


def test_a_mark_on_a_post_leaves_whoever_made_it_what_was_made_without_that_post():
    keeping, likes = Keeping(1_000), (REACTIONS, 7)
    for name in "abc":
        noted = made_of(*([3] if name == "b" else [1, 2]))
        noted.note(REACTIONS, (8 if name == "c" else 7,))
        keeping.put(name, 1, 10, noted, NEVER)
    keeping.forget([likes], marked={likes: {3, 9}})
    assert [name for name in "abc" if keeping.get(name, 0)] == ["a", "c"]
    keeping.forget([likes])  # whatever else became of what they did with posts
    assert [name for name in "abc" if keeping.get(name, 0)] == ["c"]


def test_what_only_counts_otherwise_is_brought_up_to_date_or_made_anew():
    seen = list[object]()

    def renew(value: int, news: object) -> tuple[int, int] | None:
        seen.append(news)
        return (value + 1, 12) if value < 3 else None

    keeping = Keeping(1_000)
    keeping.put("a", 1, 10, made_of(1, people=(7,)), NEVER, renew)
    keeping.put("b", 1, 10, made_of(1), NEVER)
    keeping.forget([(POSTS, 1)], {(POSTS, 1): (POSTS, 1)})
    keeping.forget([(PEOPLE, 7)], {(PEOPLE, 7): (PEOPLE, 70)})
    assert keeping.get("b", 0) is None and len(keeping) == 1
    assert keeping.get("a", 0) == keeping.get("a", 0) == 2 and seen == [{(POSTS, 1), (PEOPLE, 70)}]
    assert keeping.size == 12
    keeping.put("a", 3, 10, made_of(1), NEVER, renew)
    keeping.forget([(POSTS, 1)], {(POSTS, 1): (POSTS, 1)})
    assert keeping.get("a", 0) is None and keeping.size == 0
    keeping.put("a", 1, 10, made_of(1), NEVER, renew)
    keeping.forget([(POSTS, 1)], {(POSTS, 1): (POSTS, 1)})
    keeping.forget([(POSTS, 1)])  # something else of it was changed, too
    assert keeping.get("a", 0) is None and len(seen) == 2


def test_what_could_not_be_brought_up_to_date_is_not_given_as_it_was():
    def renew(value: int, news: object) -> tuple[int, int]:
        raise LookupError

    keeping = Keeping(1_000)
    keeping.put("a", 1, 10, made_of(1), NEVER, renew)
    keeping.forget([(POSTS, 1)], {(POSTS, 1): (POSTS, 1)})
    with pytest.raises(LookupError):
        keeping.get("a", 0)
    assert keeping.get("a", 0) is None and keeping.size == 0


def test_what_is_put_again_is_known_by_its_new_keys_alone():
    keeping = Keeping(1_000)
    keeping.put("a", 1, 10, made_of(1), NEVER)
    keeping.put("a", 2, 20, made_of(2), NEVER)
    keeping.forget([(POSTS, 1)])
    assert keeping.get("a", 0) == 2 and keeping.size == 20
    keeping.forget([(POSTS, 2)])
    assert keeping.get("a", 0) is None and keeping.size == 0


def test_what_is_made_again_after_it_was_forgotten_is_known_by_its_new_keys_alone():
    keeping = Keeping(1_000)
    keeping.put("a", 1, 10, made_of(1, 2, people=(7,)), NEVER)
    keeping.forget([(POSTS, 1)])
    assert keeping.get("a", 0) is None and keeping.size == 0 and len(keeping) == 0
    keeping.forget([(POSTS, 2)])  # of what is not there any more
    keeping.put("a", 2, 20, made_of(2, 3), NEVER)
    assert keeping.size == 20 and len(keeping) == 1
    keeping.forget([(POSTS, 1), (PEOPLE, 7)])
    assert keeping.get("a", 0) == 2
    for key in (2, 3):
        keeping.put("a", 2, 20, made_of(2, 3), NEVER)
        keeping.forget([(POSTS, key)])
        assert keeping.get("a", 0) is None and keeping.size == 0


@pytest.mark.parametrize("first", [True, False])
def test_what_rests_on_everything_before_or_after_is_forgotten_with_anything_then_alone(first):
    keeping = Keeping(1_000)
    keeping.put("a", 1, 10, made_of(1, everything=first), NEVER)
    keeping.put("a", 2, 10, made_of(1, everything=not first), NEVER)
    keeping.forget([(POSTS, 9)])
    assert keeping.get("a", 0) == (2 if first else None)
    keeping.put("a", 3, 10, made_of(1), NEVER)
    keeping.forget([(POSTS, 1)])
    assert keeping.get("a", 0) is None and keeping.size == 0


def test_places_that_are_empty_are_few():
    keeping = Keeping(100 * EMPTY)
    for at in range(3 * EMPTY):
        keeping.put(at, at + 1, 10, made_of(1, people=(at,)), NEVER)
        if at % EMPTY == EMPTY - 1:
            keeping.forget([(POSTS, 1)])
    assert len(keeping) == 0 and keeping.size == 0
    assert len(keeping._kept) == len(keeping._empty) == EMPTY
    assert len(keeping._made_of[PEOPLE]) == EMPTY and len(keeping._made_of[POSTS][1]) == EMPTY


def test_what_was_asked_for_outlives_what_was_not():
    keeping = Keeping(30)
    for name in "abc":
        keeping.put(name, name, 10, made_of(1), NEVER)
    assert keeping.get("a", 0)
    keeping.put("d", "d", 10, made_of(1), NEVER)
    assert [name for name in "abcd" if keeping.get(name, 0)] == ["a", "c", "d"]
    keeping.put("e", "e", 30, made_of(1), NEVER)  # all were asked for, and yet there is room for one alone
    assert [name for name in "abcde" if keeping.get(name, 0)] == ["e"] and keeping.size == 30


def test_a_name_is_hashed_a_few_times_however_many_keys_there_are():
    keeping, name = Keeping(1_000), Name()
    keeping.put(name, 1, 10, made_of(*range(500)), NEVER)
    keeping.get(name, 0)
    keeping.forget([(POSTS, 3)])
    assert keeping.get(name, 0) is None
    assert name.hashed < 8
