// A small server made with Fedify, for tests: its people do what they are told at /do, and what it heard stands at /told.
// usage: node server.mjs PORT
import { createServer } from "node:http";
import {
  createFederation, exportJwk, generateCryptoKeyPair, InProcessMessageQueue, MemoryKvStore,
} from "@fedify/fedify";
import {
  Accept, Activity, Announce, Block, Create, Delete, Document, Endpoints, Flag, Follow, Hashtag, Image, isActor,
  LanguageString, Like, Mention, Move, Note, Person, PUBLIC_COLLECTION, Question, QuoteAuthorization, QuoteRequest,
  Reject, Tombstone, Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

globalThis.navigator ??= { userAgent: "Node.js" }; // Fedify asks where it runs; Node knows since 21

const port = Number(process.argv[2]);
const origin = `http://localhost:${port}`;
const instant = (ms) => Temporal.Instant.fromEpochMilliseconds(ms);

/** What this server knows: its people, what they wrote, and all that other servers said. */
const people = new Map(); // name -> { keys, followers: Map(uri -> inbox), following: Map(uri -> asked | granted), … }
const objects = new Map(); // uri -> { kind, by, object, gone }
const told = []; // activities that other servers sent and signed, as JSON
const known = new Map(); // uri -> object of others, as JSON, that came or was fetched
const pictures = []; // bytes of PNGs
let next = 1;

const federation = createFederation({
  kv: new MemoryKvStore(),
  queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 50 } }),
  origin,
  allowPrivateAddress: true,
  firstKnock: process.env.FEDIFY_FIRST_KNOCK || "rfc9421",
});

function person(name) {
  if (!people.has(name)) {
    people.set(name, {
      keys: null, followers: new Map(), following: new Map(), blocked: new Set(), aliases: [], movedTo: null, posts: [],
    });
  }
  return people.get(name);
}

const idOf = (value) => (value == null ? null : value instanceof URL ? value.href : value.id?.href ?? null);

federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    if (!people.has(identifier)) return null;
    const who = people.get(identifier);
    const keys = await ctx.getActorKeyPairs(identifier);
    return new Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      name: identifier,
      summary: "lives on a server made with Fedify",
      inbox: ctx.getInboxUri(identifier),
      outbox: ctx.getOutboxUri(identifier),
      followers: ctx.getFollowersUri(identifier),
      endpoints: new Endpoints({ sharedInbox: ctx.getInboxUri() }),
      url: new URL(`/users/${identifier}`, origin),
      discoverable: true,
      indexable: true,
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((pair) => pair.multikey),
      aliases: who.aliases.map((uri) => new URL(uri)),
      successor: who.movedTo ? new URL(who.movedTo) : null,
    });
  })
  .setKeyPairsDispatcher(async (_ctx, identifier) => {
    const who = people.get(identifier);
    if (!who) return [];
    who.keys ??= Promise.all([generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), generateCryptoKeyPair("Ed25519")]);
    return await who.keys; // two who ask at once are given the same
  });

federation.setFollowersDispatcher("/users/{identifier}/followers", (_ctx, identifier) => ({
  items: [...people.get(identifier).followers].map(([uri, inboxes]) => ({
    id: new URL(uri), inboxId: new URL(inboxes.inbox),
    endpoints: inboxes.shared ? { sharedInbox: new URL(inboxes.shared) } : null,
  })),
}));

federation.setOutboxDispatcher("/users/{identifier}/outbox", (ctx, identifier) => ({
  items: people.get(identifier).posts.filter((uri) => !objects.get(uri).gone && objects.get(uri).open)
    .map((uri) => new Create({ id: new URL(`${uri}#create`), actor: ctx.getActorUri(identifier), object: objects.get(uri).object })),
}));

const dispatched = (kind) => async (ctx, values) => {
  const kept = objects.get(ctx.getObjectUri(kind, values).href);
  if (!kept || kept.gone || !(kept.object instanceof kind)) return null;
  if (kept.open) return kept.object;
  const asks = await ctx.getSignedKeyOwner();
  return asks && kept.audience.has(asks.id.href) ? kept.object : null;
};
federation.setObjectDispatcher(Note, "/users/{identifier}/notes/{id}", dispatched(Note));
federation.setObjectDispatcher(Question, "/users/{identifier}/polls/{id}", dispatched(Question));
federation.setObjectDispatcher(QuoteAuthorization, "/users/{identifier}/stamps/{id}", dispatched(QuoteAuthorization));
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "fedify-for-tests", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: { total: people.size }, localPosts: objects.size, localComments: 0 },
}));

/** The name of one of ours by their address. */
function ours(ctx, uri) {
  const parsed = uri ? ctx.parseUri(uri) : null;
  return parsed?.type === "actor" ? parsed.identifier : null;
}

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => (people.size ? { identifier: [...people.keys()][0] } : null))
  .on(Follow, async (ctx, follow) => {
    const name = ours(ctx, follow.objectId);
    if (!name) return;
    const actor = await follow.getActor(ctx);
    if (!actor) return;
    people.get(name).followers.set(actor.id.href, {
      inbox: actor.inboxId.href, shared: actor.endpoints?.sharedInbox?.href ?? null,
    });
    await ctx.sendActivity({ identifier: name }, actor, new Accept({
      id: new URL(`/accepts/${next++}`, origin), actor: ctx.getActorUri(name), object: follow,
    }));
  })
  .on(Accept, (_ctx, accept) => {
    for (const who of people.values()) {
      for (const uri of who.following.keys()) if (uri === accept.actorId?.href) who.following.set(uri, "granted");
    }
  })
  .on(Reject, (_ctx, reject) => {
    for (const who of people.values()) who.following.delete(reject.actorId?.href);
  })
  .on(Undo, async (ctx, undo) => {
    const undone = await undo.getObject(ctx);
    const name = undone instanceof Follow ? ours(ctx, undone.objectId) : null;
    if (name) people.get(name).followers.delete(undo.actorId.href);
  })
  .on(Create, async (ctx, create) => keep(await create.getObject(ctx)))
  .on(Update, async (ctx, update) => {
    const object = await update.getObject(ctx);
    if (object && !isActor(object)) await keep(object);
  })
  .on(Delete, (_ctx, deletion) => {
    if (deletion.objectId) known.delete(deletion.objectId.href);
  })
  .on(Move, async (ctx, move) => {
    const target = await move.getTarget(ctx);
    if (!target) return;
    for (const [name, who] of people) {
      if (who.following.delete(move.actorId.href)) await acts.follow(ctx, { who: name, whom: target.id.href });
    }
  })
  .on(QuoteRequest, async (ctx, request) => {
    const kept = objects.get(request.objectId?.href);
    if (!kept) return;
    const id = String(next++);
    const stamp = ctx.getObjectUri(QuoteAuthorization, { identifier: kept.by, id });
    const quote = idOf(request.instrumentId ?? (await request.getInstrument(ctx)));
    objects.set(stamp.href, {
      by: kept.by, open: true,
      object: new QuoteAuthorization({
        id: stamp, attribution: ctx.getActorUri(kept.by), interactingObject: new URL(quote), interactionTarget: request.objectId,
      }),
    });
    await ctx.sendActivity({ identifier: kept.by }, await request.getActor(ctx), new Accept({
      id: new URL(`/accepts/${next++}`, origin), actor: ctx.getActorUri(kept.by), object: request, result: stamp,
    }));
  })
  .on(Activity, () => {});

async function keep(object) {
  if (object?.id) known.set(object.id.href, await object.toJsonLd());
}

/** Actors by their addresses; whom we cannot reach is left out. */
async function actors(ctx, uris) {
  const found = await Promise.all(uris.map((uri) => ctx.lookupObject(uri).catch(() => null)));
  return found.filter((one) => one != null && isActor(one));
}

async function send(ctx, who, recipients, activity) {
  if (recipients.length) await ctx.sendActivity({ identifier: who }, recipients, activity, { preferSharedInbox: true });
}

async function toFollowersAnd(ctx, who, others, activity) {
  await ctx.sendActivity({ identifier: who }, "followers", activity, { preferSharedInbox: true });
  const followers = person(who).followers;
  await send(ctx, who, await actors(ctx, others.filter((uri) => !followers.has(uri))), activity);
}

/** Where a post goes, by the word that clients use. */
function addressed(ctx, who, visibility, named) {
  const followers = ctx.getFollowersUri(who), mentioned = named.map((one) => new URL(one));
  return {
    public: { tos: [PUBLIC_COLLECTION, ...mentioned], ccs: [followers] },
    unlisted: { tos: [followers, ...mentioned], ccs: [PUBLIC_COLLECTION] },
    private: { tos: [followers, ...mentioned], ccs: [] },
    direct: { tos: mentioned, ccs: [] },
  }[visibility];
}

/** The Note or Question that was asked for. `named`: { uri, name } of whom it mentions. */
function written(ctx, id, { who, text, visibility = "public", named = [], answers, warning, language, pictures = [], poll, quote, updated }) {
  const shared = {
    id, attribution: ctx.getActorUri(who), url: id, published: instant(Date.now()),
    content: language ? new LanguageString(text, language) : text,
    contents: language ? [text, new LanguageString(text, language)] : undefined,
    summary: warning, sensitive: Boolean(warning) || undefined,
    replyTarget: answers ? new URL(answers) : null,
    ...addressed(ctx, who, visibility, named.map((one) => one.uri)),
    tags: named.map((one) => new Mention({ href: new URL(one.uri), name: `@${one.name}` }))
      .concat([...text.matchAll(/#([\p{L}\p{M}\p{N}_]+)/gu)].map((found) => new Hashtag({ name: found[0], href: new URL(`/tags/${found[1]}`, origin) }))),
    attachments: pictures.map((one) => new Document({ mediaType: one.type, url: new URL(one.url), name: one.text })),
    quote: quote ? new URL(quote) : null, quoteUrl: quote ? new URL(quote) : null,
    updated: updated ? instant(Date.now()) : null,
  };
  if (shared.contents) delete shared.content;
  else delete shared.contents;
  if (!poll) return new Note(shared);
  return new Question({
    ...shared,
    [poll.multiple ? "inclusiveOptions" : "exclusiveOptions"]: poll.options.map((name) => new Note({ name })),
    endTime: instant(Date.now() + 3_600_000),
  });
}

function objectUri(ctx, who, poll) {
  return ctx.getObjectUri(poll ? Question : Note, { identifier: who, id: String(next++) });
}

const acts = {
  person: (ctx, { who }) => {
    person(who);
    return { uri: ctx.getActorUri(who).href };
  },
  async find(ctx, { what }) {
    const found = await ctx.lookupObject(what);
    return { uri: found?.id?.href ?? null };
  },
  /** What the server of somebody gives to one of ours who asks for it, signed. */
  async fetch(ctx, { who, what }) {
    const loader = await ctx.getDocumentLoader({ identifier: who });
    return { document: (await loader(what).catch((error) => ({ document: null, error: String(error) }))).document };
  },
  async follow(ctx, { who, whom }) {
    const [them] = await actors(ctx, [whom]);
    if (!them) return { error: "nobody there" };
    person(who).following.set(them.id.href, "asked");
    await send(ctx, who, [them], new Follow({
      id: new URL(`/follows/${next++}`, origin), actor: ctx.getActorUri(who), object: them.id,
    }));
    return {};
  },
  async unfollow(ctx, { who, whom }) {
    person(who).following.delete(whom);
    await send(ctx, who, await actors(ctx, [whom]), new Undo({
      id: new URL(`/undos/${next++}`, origin), actor: ctx.getActorUri(who),
      object: new Follow({ id: new URL(`/follows/${next++}`, origin), actor: ctx.getActorUri(who), object: new URL(whom) }),
    }));
    return {};
  },
  async post(ctx, asked) {
    const { who, visibility = "public", named = [], poll, quote, quotes } = asked;
    const id = objectUri(ctx, who, poll);
    const object = written(ctx, id, asked);
    const audience = new Set([...named.map((one) => one.uri), ...(visibility === "private" ? person(who).followers.keys() : [])]);
    objects.set(id.href, { by: who, object, open: visibility === "public" || visibility === "unlisted", audience, asked });
    person(who).posts.unshift(id.href);
    const activity = new Create({ id: new URL(`${id.href}#create`), actor: ctx.getActorUri(who), object, tos: object.toIds, ccs: object.ccIds });
    const others = [...named.map((one) => one.uri), ...(asked.answered ? [asked.answered] : [])];
    if (visibility === "direct") await send(ctx, who, await actors(ctx, others), activity);
    else await toFollowersAnd(ctx, who, others, activity);
    if (quote && quotes) {
      await send(ctx, who, await actors(ctx, [quotes]), new QuoteRequest({
        id: new URL(`/quotes/${next++}`, origin), actor: ctx.getActorUri(who), object: new URL(quote), instrument: object,
      }));
    }
    return { uri: id.href };
  },
  async edit(ctx, { what, text }) {
    const kept = objects.get(what);
    kept.asked = { ...kept.asked, text, updated: true };
    kept.object = written(ctx, new URL(what), kept.asked);
    await toFollowersAnd(ctx, kept.by, [], new Update({
      id: new URL(`${what}#update-${next++}`), actor: ctx.getActorUri(kept.by), object: kept.object,
      tos: kept.object.toIds, ccs: kept.object.ccIds,
    }));
    return {};
  },
  async delete(ctx, { what }) {
    const kept = objects.get(what);
    kept.gone = true;
    await toFollowersAnd(ctx, kept.by, [], new Delete({
      id: new URL(`${what}#delete`), actor: ctx.getActorUri(kept.by), object: new Tombstone({ id: new URL(what) }), to: PUBLIC_COLLECTION,
    }));
    return {};
  },
  async vote(ctx, { who, what, whom, choice }) {
    const id = objectUri(ctx, who, null);
    const vote = new Note({ id, attribution: ctx.getActorUri(who), to: new URL(whom), name: choice, replyTarget: new URL(what) });
    await send(ctx, who, await actors(ctx, [whom]), new Create({
      id: new URL(`${id.href}#create`), actor: ctx.getActorUri(who), object: vote, to: new URL(whom),
    }));
    return {};
  },
  like: (ctx, asked) => reacted(ctx, asked, Like),
  unlike: (ctx, asked) => unreacted(ctx, asked, Like),
  boost: (ctx, asked) => reacted(ctx, asked, Announce),
  unboost: (ctx, asked) => unreacted(ctx, asked, Announce),
  async block(ctx, { who, whom }) {
    person(who).blocked.add(whom);
    person(who).followers.delete(whom);
    await send(ctx, who, await actors(ctx, [whom]), new Block({
      id: new URL(`/blocks/${next++}`, origin), actor: ctx.getActorUri(who), object: new URL(whom),
    }));
    return {};
  },
  async report(ctx, { who, whom, what, text }) {
    await send(ctx, who, await actors(ctx, [whom]), new Flag({
      id: new URL(`/flags/${next++}`, origin), actor: ctx.getActorUri(who), content: text,
      objects: [whom, ...(what ? [what] : [])].map((uri) => new URL(uri)),
    }));
    return {};
  },
  alias: (_ctx, { who, whom }) => {
    person(who).aliases.push(whom);
    return {};
  },
  async move(ctx, { who, whom }) {
    person(who).movedTo = whom;
    await toFollowersAnd(ctx, who, [], new Move({
      id: new URL(`/moves/${next++}`, origin), actor: ctx.getActorUri(who), object: ctx.getActorUri(who), target: new URL(whom),
    }));
    return {};
  },
  picture: (_ctx, { bytes }) => {
    pictures.push(Buffer.from(bytes, "base64"));
    return { url: `${origin}/pictures/${pictures.length - 1}.png` };
  },
  people: () => Object.fromEntries([...people].map(([name, who]) => [name, {
    followers: [...who.followers.keys()], following: Object.fromEntries(who.following),
  }])),
  told: () => told,
  known: () => Object.fromEntries(known),
};

const reactionId = (who, what, kind) => new URL(`/users/${who}#${kind.name}/${encodeURIComponent(what)}`, origin);

async function reacted(ctx, { who, what, whom }, kind) {
  const audience = kind === Announce ? { to: PUBLIC_COLLECTION, ccs: [ctx.getFollowersUri(who), new URL(whom)] } : {};
  const activity = new kind({
    id: reactionId(who, what, kind), actor: ctx.getActorUri(who), object: new URL(what), published: instant(Date.now()), ...audience,
  });
  if (kind === Announce) await toFollowersAnd(ctx, who, [whom], activity);
  else await send(ctx, who, await actors(ctx, [whom]), activity);
  return {};
}

async function unreacted(ctx, { who, what, whom }, kind) {
  const undo = new Undo({
    id: new URL(`/undos/${next++}`, origin), actor: ctx.getActorUri(who),
    object: new kind({ id: reactionId(who, what, kind), actor: ctx.getActorUri(who), object: new URL(what) }),
  });
  await send(ctx, who, await actors(ctx, [whom]), undo);
  return {};
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

createServer(async (request, response) => {
  try {
    const url = new URL(request.url, origin), sent = await body(request);
    if (url.pathname === "/do") {
      const asked = JSON.parse(sent.toString());
      const answer = await acts[asked.do](federation.createContext(new URL(origin)), asked);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      return;
    }
    if (url.pathname.startsWith("/pictures/")) {
      response.writeHead(200, { "content-type": "image/png" }).end(pictures[Number.parseInt(url.pathname.slice(10), 10)]);
      return;
    }
    if (url.pathname.endsWith("inbox") && request.method === "POST") {
      const answer = await federation.fetch(asRequest(request, url, sent), { contextData: undefined });
      if (answer.ok) told.push(JSON.parse(sent.toString()));
      await give(response, answer);
      return;
    }
    await give(response, await federation.fetch(asRequest(request, url, sent), { contextData: undefined }));
  } catch (error) {
    console.error(error);
    response.writeHead(500).end(String(error));
  }
}).listen(port, "127.0.0.1", () => console.log("ready"));

function asRequest(request, url, sent) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  return new Request(url, { method: request.method, headers, body: ["GET", "HEAD"].includes(request.method) ? undefined : sent });
}

async function give(response, answer) {
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
}

federation.startQueue(undefined);
