// masto.js, as Elk and Phanpy use it, walks through a server.   node masto_walk.mjs URL TOKEN OTHER-TOKEN PICTURE
// Says what it met as one line of JSON; what is not as it should be ends it with an error.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRestAPIClient, createStreamingAPIClient } from "masto";

const [url, token, otherToken, picture] = process.argv.slice(2);
const asha = createRestAPIClient({ url, accessToken: token });
const binod = createRestAPIClient({ url, accessToken: otherToken });
const met = {};

async function eventually(look) {
  for (const until = Date.now() + 15000; Date.now() < until; await new Promise((go) => setTimeout(go, 100))) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`in vain: ${look}`);
}

const instance = await asha.v2.instance.fetch();
const me = await asha.v1.accounts.verifyCredentials();
const other = await binod.v1.accounts.verifyCredentials();
met.me = me.username;
await binod.v1.accounts.$select(me.id).follow();

// streaming: opened first, so that everything after it is heard
const streaming = createStreamingAPIClient({ streamingApiUrl: instance.configuration.urls.streaming, accessToken: otherToken });
const heard = [];
const user = streaming.user.subscribe();
const listening = (async () => { for await (const event of user) heard.push(event); })();
await eventually(async () => {
  const post = await asha.v1.statuses.create({ status: "कोई सुन रहा है?", visibility: "unlisted" });
  await new Promise((go) => setTimeout(go, 300));
  return heard.some((e) => e.event === "update" && e.payload.id === post.id);
});

// posts: written, edited, looked at
const post = await asha.v1.statuses.create({ status: "खेत से नमस्ते #किसान", language: "hi" });
const edited = await asha.v1.statuses.$select(post.id).update({ status: "मंडी से नमस्ते #किसान" });
assert.ok(edited.editedAt);
const history = await asha.v1.statuses.$select(post.id).history.list();
assert.equal(history.length, 2);
assert.equal((await asha.v1.statuses.$select(post.id).source.fetch()).text, "मंडी से नमस्ते #किसान");
await eventually(() => heard.some((e) => e.event === "status.update" && e.payload.id === post.id));

// a poll
const asked = await asha.v1.statuses.create({ status: "कब?", poll: { options: ["आज", "कल"], expiresIn: 3600 } });
const voted = await binod.v1.polls.$select(asked.poll.id).votes.create({ choices: [1] });
assert.deepEqual([voted.voted, voted.ownVotes, voted.options[1].votesCount], [true, [1], 1]);

// media: taken in and ready (masto.js waits until it is)
const file = new Blob([await readFile(picture)], { type: "image/jpeg" });
const media = await asha.v2.media.create({ file, description: "सुबह की मंडी" });
const shown = await asha.v1.statuses.create({ status: "देखिए", mediaIds: [media.id] });
assert.equal(shown.mediaAttachments[0].description, "सुबह की मंडी");

// timelines, by pages
const home = await binod.v1.timelines.home.list({ limit: 2 });
assert.equal(home[0].id, shown.id);
let pages = 0;
for await (const page of binod.v1.timelines.home.list({ limit: 2 })) {
  assert.ok(page.length <= 2);
  if (++pages === 2) break;
}
assert.equal((await asha.v1.timelines.tag.$select("किसान").list({ limit: 1 }))[0].id, post.id);
assert.ok((await asha.v1.timelines.public.list({ local: true })).length > 0);

// grouped notifications
await binod.v1.statuses.$select(post.id).favourite();
await binod.v1.statuses.$select(post.id).reblog();
const groups = await eventually(async () => {
  const found = await asha.v2.notifications.list();
  return ["favourite", "reblog", "follow"].every((kind) => found.notificationGroups.some((g) => g.type === kind)) && found;
});
assert.ok(groups.accounts.some((one) => one.id === other.id) && groups.statuses.some((one) => one.id === post.id));
met.groups = groups.notificationGroups.length;
assert.ok((await asha.v2.notifications.unreadCount.fetch()).count > 0);

// from whom one hears: masto.js sets it by PUT, other clients by PATCH
const policy = await asha.v2.notifications.policy.update({ forNotFollowing: "filter" });
assert.equal(policy.forNotFollowing, "filter");
await asha.v2.notifications.policy.update({ forNotFollowing: "accept" });

// lists
const list = await binod.v1.lists.create({ title: "गाँव" });
await binod.v1.lists.$select(list.id).accounts.create({ accountIds: [me.id] });
assert.equal((await binod.v1.timelines.list.$select(list.id).list({ limit: 1 }))[0].id, shown.id);
await binod.v1.lists.$select(list.id).remove();

// filters
const filter = await binod.v2.filters.create({
  title: "मंडी", context: ["home"], filterAction: "warn", keywordsAttributes: [{ keyword: "मंडी", wholeWord: true }],
});
const folded = (await binod.v1.timelines.home.list()).find((one) => one.id === post.id);
assert.deepEqual(folded.filtered.map((one) => one.filter.title), ["मंडी"]);
await binod.v2.filters.$select(filter.id).remove();

// search
const found = await eventually(async () => {
  const answer = await binod.v2.search.list({ q: "मंडी", type: "statuses" });
  return answer.statuses.length > 0 && answer;
});
assert.ok(found.statuses.some((one) => one.id === post.id));

// what is taken back is gone, and whoever listens is told
await asha.v1.statuses.$select(post.id).remove();
await eventually(() => heard.some((e) => e.event === "delete" && e.payload === post.id));
await assert.rejects(asha.v1.statuses.$select(post.id).fetch(), /not found/i);
met.heard = [...new Set(heard.map((e) => e.event))].sort();

user.unsubscribe();
streaming.close();
await Promise.race([listening, new Promise((go) => setTimeout(go, 500))]);
console.log(JSON.stringify(met));
process.exit(0);
