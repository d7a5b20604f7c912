// Verifies a receipt in the reader's own browser: the entry's hash, the way up the tree, the root, the signature, the witnesses. The server
// is asked for nothing; what it filled into the form can be replaced by what somebody kept elsewhere.
import { hex, Unreadable } from "./log/bytes.ts";
import { cosignedBy, readKey, readWitnesses, signedBy } from "./log/key.ts";
import { climb, leafHash, reaches, type Step } from "./log/proof.ts";
import { type Checkpoint, readReceipt } from "./log/receipt.ts";

const form = document.querySelector<HTMLFormElement>("form[data-verify]")!;
const steps = document.querySelector<HTMLElement>("[data-steps]")!;
const ladder = document.querySelector<HTMLElement>("[data-ladder]")!;
const verdict = document.querySelector<HTMLElement>("[data-verdict]")!;

type Mark = "good" | "bad" | "open";

function field(name: string): HTMLTextAreaElement {
  return form.elements.namedItem(name) as HTMLTextAreaElement;
}

function mark(step: string, as: Mark, detail = ""): void {
  const item = steps.querySelector<HTMLElement>(`[data-step="${step}"]`)!;
  item.dataset["mark"] = as;
  item.querySelector("[data-said]")!.textContent = as === "open" ? "" : (steps.dataset[as] ?? "");
  item.querySelector("[data-detail]")!.textContent = detail;
}

function rung(text: string, className: string): HTMLElement {
  const item = document.createElement("li");
  const code = document.createElement("code");
  code.textContent = text;
  item.className = className;
  item.append(code);
  return item;
}

const short = (bytes: Uint8Array): string => `${hex(bytes).slice(0, 16)}…`;

/** The way up, as a list that reads from the entry to the root. */
function draw(leaf: Uint8Array, way: Step[]): void {
  const said = { left: ladder.dataset["left"] ?? "", right: ladder.dataset["right"] ?? "" };
  ladder.replaceChildren(
    rung(short(leaf), "own"),
    ...way.flatMap((step) => [rung(`${said[step.side]} ${short(step.beside)}`, step.side), rung(short(step.up), "own")]),
  );
}

function reset(): void {
  for (const step of ["entry", "way", "root", "signature", "witnesses"]) mark(step, "open");
  ladder.replaceChildren();
  verdict.hidden = true;
}

function conclude(good: boolean, why = ""): void {
  verdict.hidden = false;
  verdict.dataset["mark"] = good ? "good" : "bad";
  verdict.textContent = why || (verdict.dataset[good ? "good" : "bad"] ?? "");
}

/** Whether more than half of the witnesses signed; where none is named, the step stays open and nothing is claimed. */
function witness(checkpoint: Checkpoint, typed: string): boolean {
  const keys = readWitnesses(typed);
  const names = keys.filter((key) => cosignedBy(checkpoint, key)).map((key) => key.name);
  const enough = names.length * 2 > keys.length;
  mark("witnesses", !keys.length ? "open" : enough ? "good" : "bad", [`${names.length} / ${keys.length}`, ...names].join(" "));
  return !keys.length || enough;
}

function verify(): void {
  reset();
  // A text field turns line ends into its own; entries are one line without one at its end.
  const entry = new TextEncoder().encode(field("entry").value.replace(/\r?\n$/, ""));
  const receipt = readReceipt(field("receipt").value.replaceAll("\r\n", "\n"));
  const key = readKey(field("key").value);
  const { checkpoint } = receipt;

  const leaf = leafHash(entry);
  mark("entry", "good", hex(leaf));
  const way = climb(leaf, receipt.index, checkpoint.size, receipt.proof);
  mark("way", way ? "good" : "bad", `${receipt.index} / ${checkpoint.size}`);
  const there = way !== null && reaches(leaf, way, checkpoint.root);
  if (way) draw(leaf, way);
  mark("root", there ? "good" : "bad", hex(checkpoint.root));
  const signed = signedBy(checkpoint, key);
  mark("signature", signed ? "good" : "bad", checkpoint.origin);
  const witnessed = witness(checkpoint, field("witnesses").value);
  conclude(there && signed && witnessed);
}

function tell(error: unknown): void {
  if (!(error instanceof Unreadable)) throw error;
  conclude(false, verdict.dataset[error.message] ?? verdict.dataset["unreadable"]);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  try {
    verify();
  } catch (error) {
    tell(error);
  }
  verdict.scrollIntoView({ block: "nearest" });
});

for (const input of form.querySelectorAll<HTMLInputElement>("input[type=file]")) {
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (file) field(input.dataset["into"]!).value = await file.text();
  });
}

// What came filled in is verified at once: whoever follows "check it here" wants to see it.
if (field("receipt").value) form.requestSubmit();
