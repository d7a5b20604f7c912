// What is wrong with a form stands beside the fields that are, as on the page that the server made of it.

const owner = (at: ParentNode, error: Element): HTMLElement | null => at.querySelector<HTMLElement>(`[aria-describedby~="${error.id}"]`);

/** Nothing is wrong any more. */
export function clearFaults(form: HTMLElement): void {
  for (const error of form.querySelectorAll(".error[id]")) {
    const field = owner(form, error);
    if (field) unmark(field, error.id);
    error.remove();
  }
}

function unmark(field: HTMLElement, id: string): void {
  const rest = (field.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((one) => one && one !== id);
  if (rest.length) field.setAttribute("aria-describedby", rest.join(" "));
  else field.removeAttribute("aria-describedby");
  field.removeAttribute("aria-invalid");
  field.closest(".wrong")?.classList.remove("wrong");
}

/** Say `text` beside `field`. */
export function fault(field: HTMLElement, id: string, text: string): void {
  const error = document.createElement("p");
  error.id = id;
  error.className = "error";
  error.setAttribute("role", "alert");
  error.textContent = text;
  const group = field instanceof HTMLFieldSetElement;
  if (!group) field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
  (group ? field : field.closest(".field"))?.classList.add("wrong");
  if (group) field.querySelector("legend")?.after(error);
  else field.after(error);
  for (let fold = field.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
}

/** Put the errors of the returned page beside the same fields of this form; the first of these, or null where there is none. */
export function showFaults(form: HTMLFormElement, html: string, usual: HTMLElement): HTMLElement | null {
  const page = new DOMParser().parseFromString(html, "text/html");
  let first: HTMLElement | null = null;
  for (const error of page.querySelectorAll("form .error[id]")) {
    const theirs = owner(page, error);
    const mine = (theirs?.id && form.querySelector<HTMLElement>(`#${CSS.escape(theirs.id)}`)) || usual;
    fault(mine, error.id, error.textContent?.trim() ?? "");
    first ??= mine;
  }
  return first;
}
