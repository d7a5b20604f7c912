"""From a request to an answer, the same for every route: who, from where, may they, what did they send, run, say."""

import contextlib
import copy
from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Any

import msgspec

from chaupal.governance.orders import portal
from chaupal.http import csrf
from chaupal.http.asker import Asker, Askers, accepted_language, bearer
from chaupal.http.call import Answer, Call, House, Renew, Route, Shape, Upload, json
from chaupal.http.limits import Limits, check_limit, limit_headers, retry_after
from chaupal.http.params import check, nest, pairs_of
from chaupal.http.sending import FAST, gzip, pack
from chaupal.kernel.countries import known_country
from chaupal.kernel.errors import (
    AppAlone,
    Closed,
    Coded,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    TooMany,
    coded,
)
from chaupal.kernel.faults import FAULTS
from chaupal.kernel.faults.fault import OTHER
from chaupal.kernel.ids import parse_id
from chaupal.kernel.logger import log
from chaupal.kernel.page_languages import LANGUAGES
from chaupal.kernel.secrets import digest
from chaupal.policy.sentences import placeholders, ruling_texts
from chaupal.policy.viewer import ACTIVE, FROZEN, SUSPENDED, Caller, Role, Surface, Viewer, allows, may
from chaupal.ports.country import Locator
from chaupal.ports.meter import Meter
from chaupal.reads import kept
from chaupal.reads.people import account_status as standing
from chaupal.social.people import ip_and_mail_blocks, push
from chaupal.social.signin import sessions

ABOUT = 2_000  # bytes of an answer beside its body: headers, and the keys of what it was made from
LARGE = 1_000_000  # bytes of a body, from which on it is read only for those who are known

# Bytes of a form that is read of somebody who is logged out by now, or came too often, and shown again.
MOST_TYPED = 100_000
NOBODYS = (Surface.NONE, Surface.RECORD)  # on which nothing that people wrote is judged
LIMITED = (SUSPENDED, FROZEN)  # states in which one still reads what was decided about one, and appeals

# Programs know the English; another language is for a program that asks for it, so that its people may read what went wrong.
PROGRAMS_SPEAK = "en"
VARY = ("vary", "accept-language")
# RFC 9110 §10.2.3, seconds: whoever comes again finds a store that is back, or is told so at once.
SOON = ("retry-after", "1")

type Words = tuple[str, Mapping[str, str]]  # what went wrong, and what is wrong by field
type InWords = Callable[[Problem, str], Words]
type ErrorPage = Callable[[Call[Any], Problem], Awaitable[Answer]]
type FieldsAndFiles = tuple[dict[str, Any], dict[str, Upload]]
type Receive = Callable[[], Awaitable[FieldsAndFiles]]


class Request(msgspec.Struct):
    """What a server adapter hands over. Header names in lower case; `receive` reads and unpacks the body."""

    peer: str
    headers: Mapping[str, str]
    path: dict[str, str]
    query: str
    link: str
    receive: Receive
    target: str = ""  # path and query as they were sent, of a request of another server's
    asker: Asker | None = None  # whose headers these are, where the adapter asked for it


class KeptAnswer(msgspec.Struct, frozen=True):
    """What a viewer was answered; good for the same question of the same viewer until what it was made from changes."""

    body: bytes
    mime: str
    headers: list[tuple[str, str]]
    packed: bytes = b""  # a page as gzip, too, for whoever reads that
    renew: Renew | None = None

    def renewed(self, news: Set[kept.Touched]) -> "tuple[KeptAnswer, int] | None":
        """The same and its size, where some of what is told only counts otherwise by now, or more came; None where that cannot be said."""
        found = None if self.renew is None else self.renew(news)
        if found is None:
            return None
        renewed = msgspec.structs.replace(self, body=found[0], headers=found[1])
        return renewed, renewed.size

    @property
    def size(self) -> int:
        """Bytes, roughly: what is told of it in memory takes some more; what can be brought up to date is there twice."""
        return ABOUT + len(self.body) * (2 if self.renew else 1) + len(self.packed)


class Dispatcher:
    """Answers requests. `error_page` draws problems for pages, `in_words` says them in a language for programs."""

    def __init__(self, house: House, locator: Locator, meter: Meter, error_page: ErrorPage, in_words: InWords) -> None:
        self.house = house
        self.askers = Askers(house.settings, locator)
        self._limits = Limits(house.settings, meter)
        self._error_page = error_page
        self._words = in_words
        self._keeps = house.settings.keep_answers

    async def answer(self, route: Route, request: Request) -> Answer:
        """The answer, or the problem in the shape that the route promises; never an exception."""
        asker = request.asker or self.askers.by_headers(request.peer, request.headers)
        if route.bare:
            return as_answer(await route.run(self._call(route, request, asker, {})))
        call: Call[Any] | None = None
        limits: list[tuple[str, str]] = []
        try:
            await self.house.reads.work.fresh()
            call = self._call(route, request, asker, asker.cookies)
            if not (route.suspended or route.unblocked):  # a net is shut out of the square, not of the court
                await ip_and_mail_blocks.check_access(self.house.square, call.address)
            try:
                call.caller = caller = await self._identify(route, asker)
                call.viewer = self._viewer(call, asker)
                call.lapsed = caller is None and sessions.COOKIE in asker.cookies and not route.offices
            finally:  # who comes with a wrong token spends what their address has
                spent = await self._limits.spend(call)
                limits = limit_headers(spent, self.house.square.clock())
                check_limit(spent)
            self._admit(route, call)
            await self._check_standing(route, call)
            if caller is not None and caller.csrf:
                await sessions.note_seen(
                    self.house.square, caller, call.viewer.country if call.viewer.country_known else ""
                )
            if caller is not None and caller.device_in is not None:
                await push.note_place(self.house.square, caller, call.viewer.country)
            answer = await self._run(route, request, call)
        except Exception as error:
            call = call or self._call(route, request, asker, {})
            if isinstance(error, (NotSignedIn, TooMany)):
                await self._keep_typed(route, request, call)
            answer = await self._say(route, call, self.problem_for(error, route))
            if isinstance(error, TooMany) and error.retry_at and not any(name == "retry-after" for name, _ in limits):
                limits = [*limits, retry_after(error.retry_at, self.house.square.clock())]
        if answer.status == 503 and SOON not in answer.headers:
            limits = [*limits, SOON]
        answer.headers = [*answer.headers, *limits]
        drawn = route.shape is Shape.PAGE or answer.mime.startswith("text/html")
        return self._dress(request, call, answer) if drawn else answer

    async def enter(self, route: Route, request: Request) -> Call[Any]:
        """Let somebody in whose connection stays open: the call as `answer` makes it, with its arguments. Raises Problem."""
        await self.house.reads.work.fresh()
        asker = self.askers.by_headers(request.peer, request.headers)
        call = self._call(route, request, asker, {})
        await ip_and_mail_blocks.check_access(self.house.square, call.address)
        try:
            call.caller = await self._identify(route, asker)
            call.viewer = self._viewer(call, asker)
        finally:
            check_limit(await self._limits.spend(call))
        self._admit(route, call)
        await self._check_standing(route, call)
        await self._take(route, request, call)
        return call

    async def ask(self, route: Route, call: Call[Any], sent: dict[str, Any]) -> Any:
        """What another route answers to whoever holds an open connection, by the same rules. Raises Problem."""
        await self.house.reads.work.fresh()
        asked = copy.copy(call)
        asked.route = route
        self._admit(route, asked)
        await self._check_standing(route, asked)
        asked.args = check(route.takes, sent)
        return await route.run(asked)

    def problem_for(self, error: Exception, route: Route) -> Problem:
        """What is said of an error. Of one that nobody foresaw: what the machine is short of, or that the mistake is ours."""
        if isinstance(error, Problem):
            # In plain words, for whoever runs the server: a key or a file that is not here, and only they can bring back.
            if error.status == Problem.status:
                log.exception("unexpected", route=route.name)
            return error
        known = self.house.square.fault(error)
        if known is None or isinstance(known, Conflict):  # a constraint: two came at once, or the mistake is ours
            log.exception("unexpected", route=route.name)
            return known or Problem()
        log.error("the machine failed", route=route.name, status=known.status, error=error)
        return known

    def heed(self, call: Call[Any]) -> None:
        """One more message of whoever holds an open connection. Raises TooMany."""
        self._limits.heed(call)

    async def still(self, call: Call[Any]) -> bool:
        """Whether the token and the account of an open connection are still valid. Updates the call."""
        if call.caller is None:
            return True
        look = sessions.caller_by_cookie if call.caller.csrf else sessions.caller_by_token
        caller = await look(self.house.square, call.caller.key)
        if caller is None or caller.state not in (ACTIVE, FROZEN) or caller.account != call.caller.account:
            return False
        call.caller = caller
        call.viewer = msgspec.structs.replace(call.viewer, role=self._role_of(caller))
        return True

    async def _run(self, route: Route, request: Request, call: Call[Any]) -> Answer:
        if not route.kept or not self._keeps:
            await self._take(route, request, call)
            return as_answer(await route.run(call))
        reads = self.house.reads
        name = (request.link, request.query, call.viewer, call.caller and call.caller.key, *shape_of(call))
        known: KeptAnswer | None = kept.find(reads, name)
        if known is not None:
            return Answer(known.body, 200, known.mime, known.headers, packed=known.packed)
        # What an account wishes (its language, how pages look) comes with its caller.
        with kept.making(reads, call.caller.key if call.caller else "") as noted:
            await self._take(route, request, call)
            answer = as_answer(await route.run(call))
        if answer.status == 200:
            if route.shape is Shape.PAGE and not csrf.worded(answer.body):
                answer.packed = gzip(answer.body, FAST)
            known = KeptAnswer(answer.body, answer.mime, answer.headers, answer.packed, answer.renew)
            renew = None if answer.renew is None else KeptAnswer.renewed
            kept.keep(reads, name, known, known.size, noted, route.kept_for, renew)
        return answer

    def _dress(self, request: Request, call: Call[Any], answer: Answer) -> Answer:
        """Compress a page; or put the asker's CSRF word into its forms, uncompressed."""
        if not csrf.worded(answer.body):
            return pack(request.headers, answer)
        answer.headers = [*answer.headers, *csrf.cookie(call)]
        answer.body = csrf.put_in(call, answer.body)
        return answer

    def _call(self, route: Route, request: Request, asker: Asker, cookies: Mapping[str, str]) -> Call[Any]:
        return Call(  # pyrefly: ignore[bad-specialization] - what it takes is read once it is known who asks
            house=self.house,
            route=route,
            viewer=asker.stranger,
            caller=None,
            args=None,
            headers=request.headers,
            cookies=cookies,
            link=self.house.settings.origin + request.link,
            query=request.query,
            address=asker.address,
            csrf=csrf.token(request.headers, cookies) if route.shape is Shape.PAGE else "",
            target=request.target,
        )

    async def _identify(self, route: Route, asker: Asker) -> Caller | None:
        if route.offices:
            return None
        if asker.token and route.shape is not Shape.PAGE:
            caller = await sessions.caller_by_token(self.house.square, asker.token)
            if caller is None:
                raise NotSignedIn("token_invalid")
            return caller
        cookie = asker.cookies.get(sessions.COOKIE)
        # The cookie opens pages and files only: an API that took it could be called from a foreign page.
        if cookie and route.shape is not Shape.API:
            return await sessions.caller_by_cookie(self.house.square, digest(cookie))
        return None

    def _viewer(self, call: Call[Any], asker: Asker) -> Viewer:
        caller = call.caller
        if caller is None:
            return self._as_whom(asker, caller)
        if caller.csrf and call.csrf:
            call.csrf = caller.csrf
        if asker.caller is not caller:
            self.askers.came_as(asker, caller, self._as_whom(asker, caller))
        return asker.viewer

    def _as_whom(self, asker: Asker, caller: Caller | None) -> Viewer:
        viewer, cookies = asker.stranger, asker.cookies
        country, known = viewer.country, viewer.country_known
        look = cookies.get("look_as", "").upper() if self.house.settings.village else ""
        if known_country(look):
            country, known = look, True
        wishes = (cookies.get("language", ""), caller.language if caller else "")
        language = next((wish for wish in wishes if wish in LANGUAGES), viewer.language)
        if caller is None:
            return Viewer(country=country, country_known=known, language=language)
        role = self._role_of(caller)
        return Viewer(account=caller.account, country=country, country_known=known, role=role, language=language)

    def _role_of(self, caller: Caller) -> Role:
        return Role.MEMBER if self._unsure(caller) else caller.role

    def _unsure(self, caller: Caller | None) -> bool:
        """Whether somebody of the staff has no second factor where the settings ask for one: they count as a member."""
        wanted = self.house.settings.staff_second_step
        return wanted and caller is not None and not caller.second and caller.role is not Role.MEMBER

    def _admit(self, route: Route, call: Call[Any]) -> None:
        caller = call.caller
        if route.village and not self.house.settings.village:
            raise NotFound
        if not route.public and (caller is None or (caller.account is None and not route.scope)):
            raise AppAlone() if caller else NotSignedIn("token_invalid")
        if route.scope and caller is not None and not allows(caller.scopes, route.scope) and route.shape is Shape.API:
            raise NotAllowed("scope_missing")
        if not route.public and caller is not None and caller.account is None:
            raise AppAlone
        if caller is not None and caller.state == "pending" and not (route.public or route.unready):
            raise NotAllowed("login_unready")
        if route.may and self._unsure(caller):
            raise NotAllowed("staff_second_step")
        if route.may and not may(call.viewer, route.may):
            if route.surface is Surface.OFFICE and may(call.viewer, "see_office"):
                raise NotAllowed("not_your_role")  # staff know that the room is there
            raise NotFound  # missing and forbidden look the same

    async def _check_standing(self, route: Route, call: Call[Any]) -> None:
        """Whoever is suspended or frozen is told so, why, and where to appeal. Raises NotAllowed, Closed."""
        caller = call.caller
        if caller is None or caller.account is None or caller.state not in LIMITED or _open_to(route, caller.state):
            return
        ruling = await standing.closed_by(self.house.reads, caller.account)
        if ruling is None:
            return  # over by the clock, which is written down a little later
        page = self.house.settings.origin + ruling_texts.notice_page(ruling.id)
        said = placeholders.closed(ruling, call.viewer.language, page)
        limits = Closed if caller.state == SUSPENDED else NotAllowed
        raise limits("account_limited", said=said)

    async def _check_office(self, call: Call[Any]) -> None:
        """Nobody unknown has millions of bytes read, and the people of one authority file no more than one. Raises NotSignedIn, TooMany."""
        if call.route.shape is Shape.API:
            filing = await portal.by_token(self.house.court, bearer(call.headers.get("authorization", "")) or "")
        else:
            filing = await portal.by_cookie(self.house.court, call.cookies.get(portal.COOKIE, ""))
        await self._limits.spend_besides(call.route, f"o{filing.authority.id}")

    async def _take(self, route: Route, request: Request, call: Call[Any]) -> None:
        if route.first is not None:
            await route.first(call, request.path)
        sent = query_of(request.query)
        if route.method != "GET" or route.sent:
            if route.offices and route.body > LARGE:
                await self._check_office(call)
            body, call.files = await request.receive()
            sent.update(body)
            if route.shape is Shape.PAGE:
                csrf.check(call, str(sent.get("csrf", "")))
                call.sent = body
        sent.update(request.path)
        for name in request.path:
            if (name == "id" or name.endswith("_id")) and parse_id(request.path[name]) is None:
                raise NotFound
        call.args = check(route.takes, sent)
        await self._limits.spend_rest(call)
        if route.guesses is None or await route.guesses(call):
            await self._limits.guard(call)

    async def _keep_typed(self, route: Route, request: Request, call: Call[Any]) -> None:
        """What somebody typed whose session has ended meanwhile, or who came too often, for the page that says so."""
        size = request.headers.get("content-length", "")
        if call.sent or route.shape is not Shape.PAGE or route.method != "POST":
            return
        if not size.isdecimal() or len(size) > len(str(MOST_TYPED)) or int(size) >= MOST_TYPED:
            return
        with contextlib.suppress(Problem):
            body, files = await request.receive()
            csrf.check(call, str(body.get("csrf", "")))
            call.sent, call.files = body, files

    async def _say(self, route: Route, call: Call[Any], problem: Problem) -> Answer:
        if route.shape is Shape.API:
            wished = accepted_language(call.headers.get("accept-language", "")) or PROGRAMS_SPEAK
            return problem_json(problem, None if wished == PROGRAMS_SPEAK else self._words(problem, wished))
        plain = Answer(problem.message.encode(), problem.status, "text/plain; charset=utf-8")
        if route.shape is Shape.FILE and route.surface in NOBODYS and "text/html" not in call.headers.get("accept", ""):
            return plain
        try:
            return await self._error_page(call, problem)
        except Exception:  # a page asks the store: where that is what failed, the same is said in plain words
            log.exception("the error page failed", route=route.name)
            return plain


def _open_to(route: Route, state: str) -> bool:
    """Whether an account that is suspended or frozen may come here.

    Both may sign in and out, read about the house and its record, appeal and take their own along. Who is frozen may
    read everything, too, and take back what they wrote.
    """
    if route.unready or route.suspended:
        return True
    if state == SUSPENDED:
        plain = route.shape is Shape.FILE or route.surface in NOBODYS
        return route.public and plain and route.method == "GET"
    return route.method == "GET" or route.takes_back


def shape_of(call: Call[Any]) -> tuple[str | bool, ...]:
    """What an answer rests on beside its address, the law and who asks: how one wants pages to look, whether forms have a word, and
    whether a session is over."""
    names = call.route.shaped_by
    return (bool(call.csrf), call.lapsed, *[call.cookies.get(name, "") for name in names]) if names else ()


def as_answer(value: Any) -> Answer:
    """What a handler returned: an Answer as it is, anything else as JSON; nothing is told as `{}`, as Mastodon's clients expect."""
    return value if isinstance(value, Answer) else json({} if value is None else value)


def problem_json(problem: Problem, words: Words | None = None) -> Answer:
    """`{"error": …, "details"?}` as Mastodon's clients read it; in English, or in the words that were asked for."""
    said, about = words or (problem.message, problem.details)
    body: dict[str, Any] = {"error": said}
    if problem.details:
        body["details"] = {
            field: [{"error": kind_of(problem, field), "description": about.get(field, text)}]
            for field, text in problem.details.items()
        }
    if isinstance(problem, Coded):
        body |= problem.beside
    headers: list[tuple[str, str]] = [VARY]
    if problem.status == 401:
        headers.append(("www-authenticate", 'Bearer realm="Chaupal", error="invalid_token"'))
    if problem.status == 503:
        headers.append(SOON)
    return json(body, problem.status, headers)


def kind_of(problem: Problem, field: str) -> str:
    """Mastodon's word for what is wrong with a field; of several the first."""
    found = coded(problem).wrong.get(field)
    return FAULTS[found[0].code].kind if found else OTHER


def query_of(text: str) -> dict[str, Any]:
    """A query string as one dictionary. Raises Malformed."""
    return nest(pairs_of(text)) if text else {}
