"""The law, rule by rule, each as a sentence."""

from chaupal.policy.facts import Facts, Relations, Subject, Visibility
from chaupal.policy.measures import Measure
from chaupal.policy.rules import RULES, SHADES, judge
from chaupal.policy.rulings import RulingIndex
from chaupal.policy.verdict import Hide, Placeholder, Show
from chaupal.policy.viewer import Role, Surface, Viewer
from unit.policy.worlds import ruling

INDIA, GERMANY = Viewer(account=9, country="IN"), Viewer(account=9, country="DE")


def post(author=1, visibility=Visibility.PUBLIC, inner=None, **more) -> Subject:
    names = frozenset((11, author, *more.get("media", ()))) | (inner.names if inner else frozenset())
    return Subject(id=11, author=author, visibility=visibility, names=names, inner=inner, **more)


def law(*rulings, **ties) -> Facts:
    apart = frozenset().union(*(ties.get(t, ()) for t in ("blocking", "blocked_by", "muting")))
    return Facts(Relations(**ties, apart=apart), RulingIndex(rulings, now=1))


def test_an_author_sees_their_own_post_and_the_ruling_on_it():
    withheld = law(ruling(11, Measure.WITHHOLD_POST))
    verdict = judge(Viewer(account=1, country="IN"), Surface.STATUS, post(), withheld)
    assert isinstance(verdict, Show) and verdict.banner is not None


def test_a_post_withheld_in_one_country_is_a_placeholder_there_and_whole_elsewhere():
    withheld = law(ruling(11, Measure.WITHHOLD_POST))
    assert isinstance(judge(INDIA, Surface.THREAD, post(), withheld), Placeholder)
    assert judge(GERMANY, Surface.THREAD, post(), withheld) == Show()


def test_a_withheld_post_is_left_out_of_lists_of_strangers_words():
    withheld = law(ruling(11, Measure.WITHHOLD_POST))
    for surface in (
        Surface.PUBLIC,
        Surface.TAG,
        Surface.SEARCH,
        Surface.TRENDS,
        Surface.NOTIFICATIONS,
        Surface.ACCOUNT,
    ):
        assert isinstance(judge(INDIA, surface, post(), withheld), Hide), surface


def test_a_private_post_that_is_withheld_tells_a_stranger_nothing():
    withheld = law(ruling(11, Measure.WITHHOLD_POST))
    assert judge(INDIA, Surface.STATUS, post(visibility=Visibility.PRIVATE), withheld) == Hide("not_for_you")


def test_a_follower_reads_a_private_post_and_a_stranger_does_not():
    private = post(visibility=Visibility.PRIVATE)
    assert judge(INDIA, Surface.HOME, private, law(following=frozenset({1}))) == Show()
    assert isinstance(judge(INDIA, Surface.HOME, private, law()), Hide)


def test_a_direct_post_is_for_those_it_names_even_if_others_follow():
    direct = post(visibility=Visibility.DIRECT, mentions=(9,))
    assert judge(INDIA, Surface.STATUS, direct, law()) == Show()
    assert isinstance(
        judge(Viewer(account=8, country="IN"), Surface.STATUS, direct, law(following=frozenset({1}))), Hide
    )


def test_a_block_hides_both_ways():
    for tie in ("blocking", "blocked_by"):
        assert isinstance(judge(INDIA, Surface.STATUS, post(), law(**{tie: frozenset({1})})), Hide), tie


def test_a_mute_hides_where_one_did_not_ask_and_not_where_one_did():
    muted = law(muting=frozenset({1}))
    assert isinstance(judge(INDIA, Surface.HOME, post(), muted), Hide)
    assert judge(INDIA, Surface.THREAD, post(), muted) == Show()


def test_a_repost_of_a_withheld_post_is_absent_there():
    withheld = law(ruling(12, Measure.WITHHOLD_POST))
    original = Subject(12, 2, Visibility.PUBLIC, frozenset((12, 2)))
    assert isinstance(judge(INDIA, Surface.HOME, post(inner=original), withheld), Hide)
    assert judge(GERMANY, Surface.HOME, post(inner=original), withheld) == Show()


def test_the_authors_own_repost_of_a_withheld_post_is_absent_for_them_too():
    withheld = law(ruling(12, Measure.WITHHOLD_POST))
    original = Subject(12, 2, Visibility.PUBLIC, frozenset((12, 2)))
    assert isinstance(judge(INDIA, Surface.HOME, post(author=9, inner=original), withheld), Hide)


def test_new_posts_of_a_withheld_account_are_withheld_at_creation():
    withheld = law(ruling(1, Measure.WITHHOLD_ACCOUNT))
    verdict = judge(INDIA, Surface.STATUS, post(), withheld)
    assert isinstance(verdict, Placeholder) and verdict.scope == "account"


def test_withheld_pictures_take_only_the_pictures():
    withheld = law(ruling(21, Measure.WITHHOLD_MEDIA))
    verdict = judge(INDIA, Surface.STATUS, post(media=(21,)), withheld)
    assert isinstance(verdict, Show) and verdict.without_media is not None
    assert isinstance(judge(INDIA, Surface.MEDIA, post(media=(21,)), withheld), Placeholder)


def test_of_two_rulings_on_one_picture_the_one_that_says_whose_it_is_is_told():
    """One names the picture and may name nobody; the other, in the open, withheld a post in which its owner had used it."""
    by_itself = ruling(21, Measure.WITHHOLD_MEDIA, neutral=True)
    covering = ruling(12, Measure.WITHHOLD_POST, id_=2, covers=(21,))
    verdict = judge(INDIA, Surface.STATUS, post(media=(21,)), law(by_itself, covering))
    assert isinstance(verdict, Show) and verdict.without_media == covering


def test_a_suspended_author_is_gone_from_lists_and_told_to_be_gone_where_one_asks():
    suspended = law(ruling(1, Measure.SUSPEND, ("XX",)))
    for surface in Surface:
        verdict = judge(GERMANY, surface, post(), suspended)
        asked = surface in (
            Surface.STATUS,
            Surface.THREAD,
            Surface.QUOTE,
            Surface.SAVED,
            Surface.PROFILE,
            Surface.MEDIA,
            Surface.MESSAGES,
            Surface.PEER,
        )
        assert isinstance(verdict, Placeholder if asked else Hide), surface
    told = judge(GERMANY, Surface.STATUS, post(), suspended)
    assert isinstance(told, Placeholder) and told.scope == "suspended"
    assert judge(GERMANY, Surface.STATUS, post(visibility=Visibility.PRIVATE), suspended) == Hide("not_for_you")


def test_whoever_the_suspended_author_had_blocked_is_not_told_that_a_post_exists():
    both = law(ruling(1, Measure.SUSPEND, ("XX",)), blocked_by=frozenset({1}))
    assert judge(INDIA, Surface.STATUS, post(), both) == Hide("blocked_by_author")


def test_a_repost_of_a_suspended_authors_post_is_told_to_be_gone_where_one_asks_for_it():
    suspended = law(ruling(2, Measure.SUSPEND, ("XX",)))
    original = Subject(12, 2, Visibility.PUBLIC, frozenset((12, 2)))
    assert isinstance(judge(INDIA, Surface.STATUS, post(inner=original), suspended), Placeholder)
    assert isinstance(judge(INDIA, Surface.HOME, post(inner=original), suspended), Hide)


def test_a_removed_post_is_gone_for_all_but_its_author_and_staff_who_ask():
    removed = law(ruling(11, Measure.REMOVE_POST, ("XX",)))
    staff = Viewer(account=9, country="IN", role=Role.MODERATOR)
    for surface in Surface:
        assert judge(GERMANY, surface, post(), removed) == Hide("removed"), surface
        mine = judge(Viewer(account=1, country="IN"), surface, post(), removed)
        assert isinstance(mine, Show) and mine.banner is not None
    assert isinstance(judge(staff, Surface.STATUS, post(), removed), Show)
    assert isinstance(judge(staff, Surface.HOME, post(), removed), Hide)


def test_what_is_limited_is_offered_to_followers_only_and_found_by_whoever_asks():
    limited = law(ruling(1, Measure.LIMIT, ("XX",)))
    follower = law(ruling(1, Measure.LIMIT, ("XX",)), following=frozenset({1}))
    offered = {
        Surface.PUBLIC,
        Surface.TAG,
        Surface.TRENDS,
        Surface.SUGGEST,
        Surface.SEARCH,
        Surface.FEED,
        Surface.STREAM,
        Surface.NOTIFICATIONS,
        Surface.MAIL,
        Surface.QUOTE,
        Surface.MESSAGES,
    }
    for surface in Surface:
        assert judge(INDIA, surface, post(), limited) == (Hide("limited") if surface in offered else Show()), surface
        assert judge(INDIA, surface, post(), follower) == Show(), surface


def test_a_post_or_everything_by_an_account_can_be_marked_as_sensitive():
    for subject in (11, 1):
        verdict = judge(INDIA, Surface.HOME, post(), law(ruling(subject, Measure.MARK_SENSITIVE)))
        assert isinstance(verdict, Show) and verdict.sensitive is not None
        assert judge(GERMANY, Surface.HOME, post(), law(ruling(subject, Measure.MARK_SENSITIVE))) == Show()


def test_labels_add_up_and_come_along_with_a_repost():
    labels = law(ruling(11, Measure.LABEL, text="एक"), ruling(1, Measure.LABEL, id_=2), ruling(8, Measure.LABEL, id_=3))
    verdict = judge(INDIA, Surface.HOME, post(), labels)
    assert isinstance(verdict, Show) and [r.id for r in verdict.labels] == [1, 2]
    repost = Subject(20, 8, Visibility.PUBLIC, frozenset((20, 8, 11, 1)), inner=post())
    carried = judge(INDIA, Surface.HOME, repost, labels)
    assert isinstance(carried, Show) and {r.id for r in carried.labels} == {1, 2, 3}


def test_measures_that_do_not_hide_add_up_on_one_post():
    several = law(
        ruling(21, Measure.WITHHOLD_MEDIA), ruling(11, Measure.LABEL, id_=2), ruling(1, Measure.MARK_SENSITIVE, id_=3)
    )
    verdict = judge(INDIA, Surface.HOME, post(media=(21,)), several)
    assert isinstance(verdict, Show) and verdict.without_media and verdict.sensitive and verdict.labels
    # Pictures that are withheld do not carry a post past what keeps it out of trends.
    quiet = law(ruling(21, Measure.WITHHOLD_MEDIA), ruling(11, Measure.DEAMPLIFY, id_=2))
    assert isinstance(judge(INDIA, Surface.TRENDS, post(media=(21,)), quiet), Hide)


def test_freezing_and_warning_hide_nothing():
    for measure in (Measure.FREEZE, Measure.WARN):
        assert judge(INDIA, Surface.PUBLIC, post(), law(ruling(1, measure))) == Show()


def test_overlapping_measures_the_most_severe_is_shown_and_the_author_is_told_all():
    several = [
        ruling(11, Measure.LABEL, id_=1),
        ruling(11, Measure.WITHHOLD_POST, id_=2),
        ruling(1, Measure.WITHHOLD_ACCOUNT, ("IN", "DE"), id_=3),
        ruling(11, Measure.DEAMPLIFY, id_=4),
    ]
    seen = judge(INDIA, Surface.STATUS, post(), law(*several))
    assert isinstance(seen, Placeholder) and seen.scope == "account"
    mine = judge(Viewer(account=1, country="IN"), Surface.STATUS, post(), law(*several))
    assert isinstance(mine, Show) and [r.id for r in mine.banners] == [3, 2, 4, 1]
    left = judge(INDIA, Surface.STATUS, post(), law(*several[:2], several[3]))
    assert isinstance(left, Placeholder) and left.scope == "post"


def test_staff_see_withheld_posts_with_a_marker_but_no_private_ones():
    staff = Viewer(account=9, country="IN", role=Role.REVIEWER)
    verdict = judge(staff, Surface.STATUS, post(), law(ruling(11, Measure.WITHHOLD_POST)))
    assert isinstance(verdict, Show) and verdict.banner is not None
    assert isinstance(judge(staff, Surface.STATUS, post(visibility=Visibility.PRIVATE), law()), Hide)
    assert isinstance(judge(staff, Surface.OFFICE, post(visibility=Visibility.PRIVATE), law()), Show)


def test_a_deamplified_tag_is_carried_nowhere_and_found_where_it_is_looked_for():
    quiet = law(ruling(0, Measure.DEAMPLIFY, term="किसान"))
    tagged = post(terms=("किसान",))
    assert isinstance(judge(INDIA, Surface.TRENDS, tagged, quiet), Hide)
    for surface in (Surface.SEARCH, Surface.TAG, Surface.HOME):
        assert judge(INDIA, surface, tagged, quiet) == Show()
    assert judge(GERMANY, Surface.TRENDS, tagged, quiet) == Show()


def test_lifting_one_of_two_rulings_leaves_the_other():
    both = [ruling(11, Measure.WITHHOLD_POST, id_=1), ruling(11, Measure.WITHHOLD_POST, ("IN", "DE"), id_=2)]
    assert isinstance(judge(GERMANY, Surface.STATUS, post(), law(*both)), Placeholder)
    assert judge(GERMANY, Surface.STATUS, post(), law(both[0])) == Show()
    assert isinstance(judge(INDIA, Surface.STATUS, post(), law(both[1])), Placeholder)


def test_a_ruling_binds_from_its_start_to_its_end():
    timed = ruling(11, Measure.WITHHOLD_POST, starts_at=10, ends_at=20)
    shown = {
        now: isinstance(judge(INDIA, Surface.STATUS, post(), Facts(rulings=RulingIndex([timed], now))), Show)
        for now in (9, 10, 19, 20)
    }
    assert shown == {9: True, 10: False, 19: False, 20: True}
    assert RulingIndex([timed], 9).until == 10 and RulingIndex([timed], 10).until == 20


def test_rules_and_shades_have_names_of_their_own():
    """The canary takes out one after the other, and for each there is a case that only it decides."""
    named = [rule.__name__ for rule in (*RULES, *SHADES)]
    assert len(set(named)) == len(named) == 19
