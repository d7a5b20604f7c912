"""A post's row: each field of a Post is a column of its name, and comes back as it was written."""

from msgspec.structs import replace

from chaupal.policy.facts import Visibility
from chaupal.policy.things import Mention, Post, Tag
from chaupal.store.square import posting, posts
from chaupal.store.tables.square import posts as table
from neighbours import Street


def test_each_field_of_a_post_is_a_column():
    assert [column.name for column in posts.COLUMNS] == [name for name in Post.__struct_fields__ if name != "inner"]
    assert {column.name for column in table.c} - set(posts.FIELDS) == {"listed", "answers"}


async def test_a_post_comes_back_as_it_was_written(street: Street):
    asha, ravi = await street.people("asha", "ravi")
    first = Post(
        id=street.make_id(), author=asha, created_at=street.clock(), visibility=Visibility.UNLISTED, text="@ravi #kisan", html="<p>…</p>",
        spoiler="of the fields", language="hi", sensitive=True, reply_to=None, reply_to_account=None, root=0, app="web",
        app_site="https://app.example", mentions=(Mention(ravi, "ravi"),), tags=(Tag("kisan", "kisan"),), quote_policy="nobody",
    )  # fmt: skip
    first = replace(first, root=first.id)
    async with street.work.writing() as w:
        await posting.add(w, first, answers=False)
        assert await posts.as_written(w, first.id) == first
