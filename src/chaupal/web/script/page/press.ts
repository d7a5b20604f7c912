// What moves the page waits until no button of the mouse is down: a press that leaves a field has an answer of the server
// within it, and a button that moves away from under the pointer is never clicked.
let pressed = false;

const options = { capture: true, passive: true };
addEventListener("pointerdown", () => (pressed = true), options);
for (const event of ["pointerup", "pointercancel"]) addEventListener(event, () => (pressed = false), options);

/** Nothing is pressed, and what was pressed has been clicked. */
export async function released(): Promise<void> {
  if (!pressed) return;
  await new Promise((done) => {
    for (const event of ["pointerup", "pointercancel"]) addEventListener(event, done, { ...options, once: true });
  });
  await new Promise((done) => setTimeout(done));
}
