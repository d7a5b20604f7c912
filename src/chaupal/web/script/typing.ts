// The switch for typing in Indian scripts, beside every field for people's words; the engine comes when it is turned on.
import { address, lastOn, mode, say, switchTo, type Mode } from "./typing/state.ts";

interface Engine {
  start: () => void;
  stop: () => void;
}

let engine: Promise<Engine> | undefined;

async function obey(): Promise<void> {
  if (mode() === "off") return engine && (await engine).stop();
  engine ??= import(address("typist.js")) as Promise<Engine>;
  (await engine).start();
}

function turn(next: Mode): void {
  switchTo(next);
  document.querySelectorAll<HTMLElement>(".typing-bar").forEach(draw);
  void obey();
}

function draw(bar: HTMLElement): void {
  const now = mode();
  bar.querySelector("button")?.setAttribute("aria-pressed", String(now !== "off"));
  const choice = bar.querySelector("select");
  if (choice) choice.value = now === "off" ? lastOn() : now;
  for (const one of bar.querySelectorAll<HTMLElement>("select, a")) one.hidden = now === "off";
}

function bar(field: HTMLElement): HTMLElement {
  const made = document.createElement("div");
  made.className = "typing-bar";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain typing-switch";
  button.title = say("switch");
  button.setAttribute("aria-label", `अ/A: ${say("switch")}`); // what is seen is part of what is said
  button.textContent = "अ/A";
  button.addEventListener("click", (event) => {
    turn(mode() === "off" ? lastOn() : "off");
    if (event.detail) field.focus(); // a finger goes on writing; a keyboard stays where it is
  });
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", say("layout"));
  choice.append(new Option(say("phonetic"), "phonetic"), new Option(say("inscript"), "inscript"));
  choice.addEventListener("change", () => turn(choice.value as Mode));
  const help = document.createElement("a");
  help.href = "/about/typing";
  help.textContent = say("help");
  made.append(button, choice, help);
  draw(made);
  return made;
}

/** Fields may come later, too: a form that is fetched, a sheet that opens. */
function furnish(): void {
  for (const field of document.querySelectorAll<HTMLElement>("textarea[data-typing]:not([data-typing=on])")) {
    field.setAttribute("data-typing", "on");
    field.after(bar(field));
  }
}

document.addEventListener("keydown", (event) => {
  if (event.code !== "KeyM" || !event.ctrlKey || event.altKey || event.shiftKey || event.metaKey) return;
  if (!(event.target instanceof Element) || !event.target.closest("[data-typing]")) return;
  event.preventDefault();
  turn(mode() === "off" ? lastOn() : "off");
});
document.addEventListener("focusin", furnish);
document.addEventListener("field", furnish); // before it is pressed: nothing moves under a finger
addEventListener("storage", () => {
  document.querySelectorAll<HTMLElement>(".typing-bar").forEach(draw);
  void obey();
});
furnish();
void obey();
