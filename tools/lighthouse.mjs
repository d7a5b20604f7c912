// Lighthouse on a phone (emulated, slow network and processor), on Debian's Chromium: the scores of the pages that tests name.
//   node tools/lighthouse.mjs [--untimed] http://localhost:8000 [[WHO:]PATH ...]     as a guest, or as WHO of the village's cast
// `--untimed`: without the score of performance, which a machine that does something else meanwhile makes worse.
// Fails where a score is below 95. The village's own bar is part of the pages, as it is of the server that is measured.
import { existsSync } from "node:fs";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const LEAST = 95;
const untimed = process.argv.includes("--untimed");
const KINDS = [...(untimed ? [] : ["performance"]), "accessibility", "best-practices", "seo"];
// What is for members, for the desk, or for each visitor anew is kept out of search engines by intention: nobody asks whether it is found.
const UNLISTED = /^(\/(login|search|office|settings|disputes|notifications|messages|compose)|[^/])/;
const [origin, ...wished] = process.argv.slice(2).filter((word) => word !== "--untimed");

/** The first link of a page that fits, as a path. */
async function first(path, fits) {
  const page = await (await fetch(origin + path)).text();
  return page.match(fits)[1];
}

/** The pages that most people meet, those of a member, and those of the desk. */
async function all() {
  const order = await first("/orders", /<h2><a href="(\/orders\/[^"]+-0002)"/);
  return [
    "/", "/public", await first("/public", /class="when" href="(\/@[^"]+)"/), "/@asha", "/orders", order, "/transparency", "/log",
    "/explore", "/search?q=kisan", "/about", "/signup", "/login", "/public/ur",
    "asha:/", "asha:/compose", "asha:/@ravi", "asha:/notifications", "asha:/messages", "asha:/explore/people", "asha:/settings",
    "asha:/settings/profile", "viralsach24:/disputes/strikes", "viralsach24:/settings/standing",
    "chitra:/office", `chitra:/office${order}`, `chitra:/office${order}/1`, "imran:/office/orders/new",
  ];
}

/** The cookies of somebody of the cast, signed in by the village's bar. */
async function cookies(who) {
  const kept = new Map();
  const keep = (answer) => answer.headers.getSetCookie().forEach((one) => kept.set(...one.split(";")[0].split(/=(.*)/, 2)));
  const said = () => [...kept].map(([name, value]) => `${name}=${value}`).join("; ");
  const page = await fetch(origin + "/about");
  keep(page);
  const csrf = (await page.text()).match(/name="csrf" value="([^"]+)"/)[1];
  keep(await fetch(origin + "/village/login", {
    method: "POST", redirect: "manual", headers: { cookie: said(), origin },
    body: new URLSearchParams({ csrf, handle: who }),
  }));
  return said();
}

/** Print the scores of a page, as somebody of the cast or a guest, with what is wrong. How many of them are too low. */
async function look(page, chrome, known) {
  const [, who, path] = page.match(/^(?:(\w+):)?(\/.*)$/);
  if (who && !known.has(who)) known.set(who, await cookies(who));
  const extraHeaders = who ? { Cookie: known.get(who) } : {};
  const { lhr } = await lighthouse(origin + path, {
    port: chrome.port, onlyCategories: KINDS, logLevel: "error", extraHeaders, skipAudits: UNLISTED.test(page) ? ["is-crawlable"] : [],
    disableFullPageScreenshot: true, // for a report that nobody draws
  });
  const scores = KINDS.map((kind) => Math.round(lhr.categories[kind].score * 100));
  console.log(page, KINDS.map((kind, n) => `${kind} ${scores[n]}`).join(", "));
  for (const kind of KINDS)
    for (const { id, weight } of lhr.categories[kind].auditRefs) {
      const audit = lhr.audits[id];
      if (weight && audit.score !== null && audit.score < 0.9) console.log(`  ${kind}: ${id}: ${audit.title} ${audit.displayValue ?? ""}`);
    }
  return scores.filter((score) => score < LEAST).length;
}

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell"];
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const chrome = await launch({ chromePath: process.env.CHROME_PATH ?? PROGRAMS.find(existsSync), chromeFlags: flags });
const known = new Map();
let low = 0;
try {
  for (const page of wished.length ? wished : await all()) low += await look(page, chrome, known);
} finally {
  await chrome.kill(); // it is a process of its own: it would stay when nobody answers
}
process.exit(low ? 1 : 0);
