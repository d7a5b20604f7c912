"""What is kept out of trends and suggestions, where, until when and why; adding to it takes two people, taking away one."""

import msgspec

from chaupal.governance.cases import house as matters
from chaupal.governance.cases.house import MatterForm
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.kernel.errors import Invalid, NotAllowed, Problem
from chaupal.policy.draft import Draft
from chaupal.reads.court import desk, staffed
from chaupal.reads.explore import tags
from chaupal.web.office import case as office_case, room as office_room
from chaupal.web.pages import or_again
from chaupal.web.words import N_

MEASURE = "deamplify"
# In what way a tag may be the same.
NEARNESS = {
    "script": N_("the same sound in another script"),
    "spelling": N_("another spelling"),
    "number": N_("the same with a number"),
}


class DeamplifyTyped(msgspec.Struct, kw_only=True):
    """What to keep out (tags, addresses, handles; one to a line), by which rule, in which countries, until when and why."""

    targets: str = ""
    rule: str = ""
    territory: str = ""
    until: str = ""
    grounds: str = ""


async def show(call: Call[DeamplifyTyped], problem: Problem | None = None) -> Answer:
    house = call.house
    rules = house.court.rules.current(house.court.clock())
    made = await staffed.quieted(house.reads, call.viewer)
    return await office_room.render(
        call,
        "office/deamplified.html",
        N_("Kept out of trends"),
        problem,
        typed=call.args,
        made=made,
        book=rules,
        fitting=[rule for rule in rules.rules if MEASURE in rule.measures],
        nearness=NEARNESS,
        near=await tags.variants_of(house.reads, call.viewer, [row.term for row in made if row.term]),
        names=await desk.handles(house.reads, call.viewer, [row.owner_id for row in made]),
    )


@or_again(show, Invalid, NotAllowed)
async def propose(call: Call[DeamplifyTyped]) -> Answer:
    args = call.args
    form = MatterForm(targets=args.targets, rule=args.rule, grounds=args.grounds, territory=args.territory)
    draft = Draft(outcome=MEASURE, reason=args.grounds, until=args.until, rule=args.rule)
    done = await matters.open_and_decide(call.house.court, call.viewer, form, draft)
    if done.problem is not None:
        return await office_case.page(call, done.ref, 1, office_case.typed_of(done.ref, draft), done.problem)
    return redirect(f"/office/orders/{done.ref}")


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/deamplified", show),
    office_room.form("/office/deamplified", propose, "sanction"),
)
