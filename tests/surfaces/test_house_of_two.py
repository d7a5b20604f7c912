"""A part of what every surface must hold, in a house that is two (`either`): in each run; STAGES=two runs all of it."""

import pytest

from either import Either
from surfaces.test_checklist_media import shown, test_a_download_under_way_ends_with_the_order_within_a_megabyte  # noqa: F401
from surfaces.test_not_there import stranger, test_an_account_that_is_hidden_answers_as_one_that_never_was  # noqa: F401
from surfaces.test_read_marks import (  # noqa: F401
    test_a_block_tells_nothing_whoever_blocks,
    test_of_who_is_suspended_nothing_is_told,
    test_what_is_withheld_from_the_reader_they_have_not_read,
    test_who_wrote_is_told_that_it_was_read_on_the_page_in_the_app_and_live,
)
from surfaces.test_said_to_few import said, test_what_a_withheld_post_takes_along_is_told_to_the_audience_of_the_repost  # noqa: F401
from village import Village

pytestmark = pytest.mark.parametrize("database", ["two"], indirect=True)


async def test_either_of_both_answers(village: Village):
    house = village.running
    assert isinstance(house, Either)
    for _ in range(20):
        assert (await village.api(village.asha, "GET", "/api/v1/timelines/home")).status_code == 200
    read = [one.house.square.work.vitals for one in house.both]
    assert len(read) == 2 and all(vitals.homes_found + vitals.homes_built for vitals in read)
