// Builds what pages bring to a browser: each file right in src/chaupal/web/script becomes one file of the same name in
// static/built; what stands in folders below is shared and becomes part of whoever imports it. The icons are drawn from
// static/mark.svg, and emoji.json is made of the names that Unicode's CLDR gives them in our languages (by emojibase-data, MIT).
// Only the build needs Node.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { Resvg, initWasm } from "@resvg/resvg-wasm";
import { build } from "esbuild";

const from = "src/chaupal/web/script";
const into = "src/chaupal/web/static/built";

rmSync(into, { recursive: true, force: true });
await build({
  entryPoints: readdirSync(from, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
    .map((entry) => `${from}/${entry.name}`),
  outdir: into,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
});

await initWasm(readFileSync("node_modules/@resvg/resvg-wasm/index_bg.wasm"));
mkdirSync(into, { recursive: true });
const mark = readFileSync("src/chaupal/web/static/mark.svg", "utf8");
// A maskable icon is cut to a circle or a drop: the ground goes to the edges, the mark stands in the middle.
const masked = mark.replace('rx="8" ', "").replace(/(<path.*)<\/svg>/, '<g transform="translate(4.8 4.8) scale(.7)">$1</g></svg>');
const draw = (svg, width) => new Resvg(svg, { fitTo: { mode: "width", value: width } }).render().asPng();
for (const size of [192, 512]) writeFileSync(`${into}/icon-${size}.png`, draw(mark, size));
writeFileSync(`${into}/icon-masked.png`, draw(masked, 512));
writeFileSync(`${into}/icon-apple.png`, draw(masked, 180));

// Emoji with their names and the words they are found by, in each language of the pages; brought when somebody opens the picker.
const NEWEST = 15.1; // fonts of the devices people have do not draw younger ones
const COMPONENT = 2; // the group of skin tones and hair, which are no emoji by themselves
const names = "node_modules/emojibase-data";
if (existsSync(`${names}/hi`)) {
  const [hi, en] = ["hi", "en"].map((code) => JSON.parse(readFileSync(`${names}/${code}/data.json`, "utf8")));
  const groups = JSON.parse(readFileSync(`${names}/en/messages.json`, "utf8")).groups;
  const hindi = new Map(hi.map((one) => [one.hexcode, one]));
  const words = (one) => (one?.tags ?? []).join(" "); // beside the names themselves
  const lists = groups.filter((group) => group.order !== COMPONENT).map((group) => en
    .filter((one) => one.group === group.order && one.version <= NEWEST)
    .sort((a, b) => a.order - b.order)
    .map((one) => [one.emoji, hindi.get(one.hexcode)?.label ?? one.label, one.label, `${words(hindi.get(one.hexcode))} ${words(one)}`]));
  writeFileSync(`${into}/emoji.json`, JSON.stringify(lists));
} else console.warn("no emojibase-data: no emoji picker; run `npm ci`");
