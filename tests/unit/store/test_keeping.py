"""What is kept, by the keys that it was made from: forgotten with any of them, and what nobody asks for makes room."""

from chaupal.store.machine.keeping import Keeping
from chaupal.store.machine.noted import NEVER, Noted
from chaupal.store.machine.shelves import EVERY, PEOPLE, POSTS


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
        ((POSTS, 2), "b"), ((PEOPLE, 7), "b"), ((POSTS, 9), "ab"), ((POSTS, EVERY), ""), ((PEOPLE, EVERY), "b"),
    ):  # fmt: skip
        keeping = Keeping(1_000)
        keeping.put("a", 1, 10, made_of(1, 2, people=(7,)), NEVER)
        keeping.put("b", 1, 10, made_of(3), NEVER)
        keeping.put("c", 1, 10, made_of(everything=True), NEVER)
        keeping.forget([touched])
        assert [name for name in "abc" if keeping.get(name, 0)] == [*left]
        assert keeping.size == 10 * len(left) and len(keeping) == len(left)


def test_what_is_put_again_is_known_by_its_new_keys_alone():
    keeping = Keeping(1_000)
    keeping.put("a", 1, 10, made_of(1), NEVER)
    keeping.put("a", 2, 20, made_of(2), NEVER)
    keeping.forget([(POSTS, 1)])
    assert keeping.get("a", 0) == 2 and keeping.size == 20
    keeping.forget([(POSTS, 2)])
    assert keeping.get("a", 0) is None and keeping.size == 0


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
