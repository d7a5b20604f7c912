// Lighthouse on a phone (emulated, slow network and processor), on Debian's Chromium: the scores of the pages most people meet.
//   node tools/lighthouse.mjs http://localhost:8000 [PATH ...]
// Fails where a score is below 95. The village's own bar is part of the pages, as it is of the server that is measured.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const LEAST = 95;
const KINDS = ["performance", "accessibility", "best-practices", "seo"];
const [origin, ...wished] = process.argv.slice(2);

/** A post to look at: the first that the square shows. */
async function thread() {
  const page = await (await fetch(`${origin}/public`)).text();
  return page.match(/class="when" href="(\/@[^"]+)"/)[1];
}

const paths = wished.length ? wished : ["/", await thread(), "/@asha", "/orders", "/signup"];
const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
const chrome = await launch({ chromePath: process.env.CHROME_PATH ?? "/usr/bin/chromium", chromeFlags: flags });
let low = 0;
for (const path of paths) {
  const { lhr } = await lighthouse(origin + path, { port: chrome.port, onlyCategories: KINDS, logLevel: "error" });
  const scores = KINDS.map((kind) => Math.round(lhr.categories[kind].score * 100));
  console.log(path, KINDS.map((kind, n) => `${kind} ${scores[n]}`).join(", "));
  for (const kind of KINDS)
    for (const { id, weight } of lhr.categories[kind].auditRefs) {
      const audit = lhr.audits[id];
      if (weight && audit.score !== null && audit.score < 0.9) console.log(`  ${kind}: ${id}: ${audit.title} ${audit.displayValue ?? ""}`);
    }
  low += scores.filter((score) => score < LEAST).length;
}
await chrome.kill();
process.exit(low ? 1 : 0);
