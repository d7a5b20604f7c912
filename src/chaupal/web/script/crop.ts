// A portrait or a banner is moved and sized in its frame before it is sent. Without this the whole picture is, and cut in its middle.
const SHAPES: Record<string, [number, number]> = { avatar: [400, 400], header: [1500, 500] }; // px, as the server keeps them
const STEP = 12; // px of an arrow key

interface Held { input: HTMLInputElement; picture: ImageBitmap; name: string; width: number; height: number }

const frame = document.querySelector<HTMLTemplateElement>("#crop");
let dialog: HTMLDialogElement | null = null;
let held: Held | null = null;
let x = 0, y = 0; // the picture's middle, from the frame's, in px of the result

const part = <T extends Element>(which: string): T | null => dialog?.querySelector<T>(which) ?? null;
const canvas = (): HTMLCanvasElement | null => part("canvas");
const size = (): HTMLInputElement | null => part("input[type=range]");

/** How large the picture is drawn: at its least it covers the frame. */
function scale(of: Held): number {
  return Math.max(of.width / of.picture.width, of.height / of.picture.height) * Number(size()?.value ?? 1);
}

function draw(): void {
  const on = canvas()?.getContext("2d");
  if (!on || !held) return;
  const by = scale(held), [wide, high] = [held.picture.width * by, held.picture.height * by];
  const [farX, farY] = [(wide - held.width) / 2, (high - held.height) / 2];
  x = Math.max(-farX, Math.min(farX, x));
  y = Math.max(-farY, Math.min(farY, y));
  on.clearRect(0, 0, held.width, held.height);
  on.drawImage(held.picture, (held.width - wide) / 2 + x, (held.height - high) / 2 + y, wide, high);
}

function move(byX: number, byY: number): void {
  x += byX;
  y += byY;
  draw();
}

function made(): HTMLDialogElement | null {
  if (dialog || !frame) return dialog;
  document.body.append(frame.content.cloneNode(true));
  dialog = document.querySelector<HTMLDialogElement>("dialog.crop");
  const on = canvas();
  if (!dialog || !on) return null;
  on.addEventListener("pointerdown", (event) => on.setPointerCapture(event.pointerId));
  on.addEventListener("pointermove", (event) => {
    if (!on.hasPointerCapture(event.pointerId)) return;
    const by = on.width / on.getBoundingClientRect().width;
    move(event.movementX * by, event.movementY * by);
  });
  const keys: Record<string, [number, number]> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  on.addEventListener("keydown", (event) => {
    const by = keys[event.key];
    if (!by) return;
    event.preventDefault();
    move(...by);
  });
  size()?.addEventListener("input", draw);
  dialog.addEventListener("close", () => void take(dialog?.returnValue === "use"));
  return dialog;
}

/** The cut picture takes the place of the file that was chosen; called off, none is chosen. */
async function take(use: boolean): Promise<void> {
  const of = held, on = canvas();
  held = null;
  if (!of || !on) return;
  const chosen = new DataTransfer();
  if (use) {
    const blob = await new Promise<Blob | null>((done) => on.toBlob(done, "image/webp", 0.92));
    if (blob) chosen.items.add(new File([blob], of.name.replace(/\.\w+$/, "") + ".webp", { type: blob.type }));
  }
  of.input.files = chosen.files;
  of.picture.close();
  of.input.focus();
}

async function ask(input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0], shape = SHAPES[input.name];
  if (!file || !shape) return;
  const picture = await createImageBitmap(file).catch(() => null); // what is no picture is for the server to refuse
  const into = picture && made(), on = canvas(), range = size();
  if (!picture || !into || !on || !range) return;
  [on.width, on.height] = shape;
  held = { input, picture, name: file.name, width: shape[0], height: shape[1] };
  x = y = 0;
  range.value = "1";
  into.returnValue = "";
  draw();
  into.showModal();
}

for (const input of document.querySelectorAll<HTMLInputElement>("input[type=file]")) {
  if (SHAPES[input.name]) input.addEventListener("change", () => void ask(input));
}

export {};
