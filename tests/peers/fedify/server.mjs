// A small server made with Fedify, for tests: its people do what they are told at /do, and what it heard stands at /told.
// usage: node server.mjs PORT [PORT AT WHICH OTHERS REACH IT]
// FEDIFY_KEPT: a file in which all of it is kept, so that a server that is killed goes on where it was.
import { createServer } from "node:http";
import { createExponentialBackoffPolicy, createFederation, exportJwk, generateCryptoKeyPair, importJwk } from "@fedify/fedify";
import {
  Accept, Activity, Announce, Block, Create, Delete, Document, Endpoints, Flag, Follow, Hashtag, Image, isActor,
  LanguageString, Like, Mention, Move, Note, Person, PUBLIC_COLLECTION, Question, QuoteAuthorization, QuoteRequest,
  Reject, Tombstone, Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import { Journal, KeptKvStore, KeptQueue } from "./kept.mjs";

globalThis.navigator ??= { userAgent: "Node.js" }; // Fedify asks where it runs; Node knows since 21

const port = Number(process.argv[2]);
const origin = `http://localhost:${process.argv[3] ?? port}`;
const instant = (ms) => Temporal.Instant.fromEpochMilliseconds(ms);

/** What this server knows: its people, what they wrote, and all that other servers said. */
const people = new Map(); // name -> { keys, followers: Map(uri -> inbox), following: Map(uri -> asked | granted), … }
const objects = new Map(); // uri -> { kind, by, object, gone }
const told = []; // activities that other servers sent and signed, as JSON
const known = new Map(); // uri -> object of others, as JSON, that came or was fetched
const pictures = []; // bytes of PNGs
let next = Date.now(); // numbers that no run before this one has given

const journal = new Journal(process.env.FEDIFY_KEPT);
const queue = new KeptQueue(journal), soon = createExponentialBackoffPolicy({
  initialDelay: { milliseconds: 200 }, maxDelay: { seconds: 2 }, maxAttempts: 10_000,
});
const federation = createFederation({
  kv: new KeptKvStore(journal),
  queue,
  origin,
  allowPrivateAddress: true,
  outboxRetryPolicy: soon, inboxRetryPolicy: soon, circuitBreaker: false, // a server that is away is back within seconds
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

/** Keep somebody as they are now. */
function keepPerson(name) {
  const who = people.get(name);
  journal.write({ person: name, followers: [...who.followers], following: [...who.following] });
}

/** The size of RSA keys that most servers have; Fedify's own are twice as long, and take seconds to be found. */
const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };

async function makeKeys(name) {
  const pairs = await Promise.all([crypto.subtle.generateKey(RSA, true, ["sign", "verify"]), generateCryptoKeyPair("Ed25519")]);
  const keys = await Promise.all(pairs.map(async (pair) => [await exportJwk(pair.publicKey), await exportJwk(pair.privateKey)]));
  journal.write({ keysOf: name, keys });
  return pairs;
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
    who.keys ??= makeKeys(identifier);
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
    keepPerson(name);
    await ctx.sendActivity({ identifier: name }, actor, new Accept({
      id: new URL(`/accepts/${next++}`, origin), actor: ctx.getActorUri(name), object: follow,
    }));
  })
  .on(Accept, (_ctx, accept) => {
    for (const [name, who] of people) {
      if (!who.following.has(accept.actorId?.href)) continue;
      who.following.set(accept.actorId.href, "granted");
      keepPerson(name);
    }
  })
  .on(Reject, (_ctx, reject) => {
    for (const who of people.values()) who.following.delete(reject.actorId?.href);
  })
  .on(Undo, async (ctx, undo) => {
    const undone = await undo.getObject(ctx);
    const name = undone instanceof Follow ? ours(ctx, undone.objectId) : null;
    if (!name) return;
    people.get(name).followers.delete(undo.actorId.href);
    keepPerson(name);
  })
  .on(Create, async (ctx, create) => keep(await create.getObject(ctx)))
  .on(Update, async (ctx, update) => {
    const object = await update.getObject(ctx);
    if (object && !isActor(object)) await keep(object);
  })
  .on(Delete, (_ctx, deletion) => {
    if (!deletion.objectId) return;
    known.delete(deletion.objectId.href);
    journal.write({ known: deletion.objectId.href });
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
  if (!object?.id) return;
  known.set(object.id.href, await object.toJsonLd());
  journal.write({ known: object.id.href, json: known.get(object.id.href) });
}

/** Actors by their addresses. Throws where one cannot be reached: then nobody was promised anything. */
async function actors(ctx, uris) {
  const found = await Promise.all(uris.map((uri) => ctx.lookupObject(uri)));
  if (found.some((one) => one == null || !isActor(one))) throw new Error(`nobody at ${uris}`);
  return found;
}

/** What is said to somebody goes in its order, as far as nothing of it is tried again. */
const WAYS = { preferSharedInbox: true, orderingKey: "said" };

async function send(ctx, who, recipients, activity) {
  if (recipients.length) await ctx.sendActivity({ identifier: who }, recipients, activity, WAYS);
}

async function toFollowersAnd(ctx, who, others, activity) {
  const followers = person(who).followers, found = await actors(ctx, others.filter((uri) => !followers.has(uri)));
  await ctx.sendActivity({ identifier: who }, "followers", activity, WAYS);
  await send(ctx, who, found, activity);
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
function written(ctx, id, { who, text, visibility = "public", named = [], answers, warning, language, pictures = [], poll, quote, updated, at }) {
  const shared = {
    id, attribution: ctx.getActorUri(who), url: id, published: instant(at),
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

function keepObject(uri) {
  const { by, open, audience, asked, gone } = objects.get(uri);
  journal.write({ object: uri, by, open, audience: [...audience], asked, gone });
}

function objectUri(ctx, who, poll) {
  return ctx.getObjectUri(poll ? Question : Note, { identifier: who, id: String(next++) });
}

const acts = {
  async person(ctx, { who }) {
    await (person(who).keys ??= makeKeys(who));
    keepPerson(who);
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
    person(who).following.set(them.id.href, "asked");
    keepPerson(who);
    await send(ctx, who, [them], new Follow({
      id: new URL(`/follows/${next++}`, origin), actor: ctx.getActorUri(who), object: them.id,
    }));
    return {};
  },
  async unfollow(ctx, { who, whom }) {
    const them = await actors(ctx, [whom]);
    person(who).following.delete(whom);
    keepPerson(who);
    await send(ctx, who, them, new Undo({
      id: new URL(`/undos/${next++}`, origin), actor: ctx.getActorUri(who),
      object: new Follow({ id: new URL(`/follows/${next++}`, origin), actor: ctx.getActorUri(who), object: new URL(whom) }),
    }));
    return {};
  },
  async post(ctx, asked) {
    const { who, visibility = "public", named = [], poll, quote, quotes } = asked;
    const id = objectUri(ctx, who, poll);
    asked.at = Date.now();
    const object = written(ctx, id, asked);
    const audience = new Set([...named.map((one) => one.uri), ...(visibility === "private" ? person(who).followers.keys() : [])]);
    objects.set(id.href, { by: who, object, open: visibility === "public" || visibility === "unlisted", audience, asked });
    keepObject(id.href);
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
    keepObject(what);
    await toFollowersAnd(ctx, kept.by, [], new Update({
      id: new URL(`${what}#update-${next++}`), actor: ctx.getActorUri(kept.by), object: kept.object,
      tos: kept.object.toIds, ccs: kept.object.ccIds,
    }));
    return {};
  },
  async delete(ctx, { what }) {
    const kept = objects.get(what);
    kept.gone = true;
    keepObject(what);
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
  came: () => [...known.keys()],
  /** Who has liked or boosted something and not taken it back, by what was told. */
  standing(_ctx, { kind, what }) {
    const standing = new Set(), about = (thing) => thing === what || thing?.id === what;
    for (const { type, actor, object } of told) {
      if (type === kind && about(object)) standing.add(actor);
      else if (type === "Undo" && object?.type === kind && about(object.object)) standing.delete(actor);
    }
    return [...standing];
  },
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

const server = createServer(async (request, response) => {
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
      if (answer.ok) {
        told.push(JSON.parse(sent.toString()));
        journal.write({ told: told.at(-1) });
      }
      await give(response, answer);
      return;
    }
    await give(response, await federation.fetch(asRequest(request, url, sent), { contextData: undefined }));
  } catch (error) {
    console.error(error);
    response.writeHead(500).end(String(error));
  }
});

function asRequest(request, url, sent) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  return new Request(url, { method: request.method, headers, body: ["GET", "HEAD"].includes(request.method) ? undefined : sent });
}

async function give(response, answer) {
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
}

/** What was kept before. */
async function remember() {
  const ctx = federation.createContext(new URL(origin));
  for (const one of journal.read()) {
    if (one.keysOf) {
      const pairs = one.keys.map(async ([open, secret]) => ({ publicKey: await importJwk(open, "public"), privateKey: await importJwk(secret, "private") }));
      person(one.keysOf).keys = Promise.all(pairs);
    } else if (one.person) {
      Object.assign(person(one.person), { followers: new Map(one.followers), following: new Map(one.following) });
    } else if (one.object) {
      if (!objects.has(one.object)) person(one.by).posts.unshift(one.object);
      objects.set(one.object, { ...one, audience: new Set(one.audience), object: written(ctx, new URL(one.object), one.asked) });
    } else if (one.told) told.push(one.told);
    else if (one.known && one.json) known.set(one.known, one.json);
    else if (one.known) known.delete(one.known);
  }
}

await remember();
queue.remember();
federation.startQueue(undefined);
server.listen(port, "127.0.0.1", () => console.log("ready"));
