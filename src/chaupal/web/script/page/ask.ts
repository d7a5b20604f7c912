// Asking the server for pages and parts of pages. What comes back was judged for this viewer at this moment.
import { say } from "./words.ts";
import { toast } from "./toast.ts";

/** The page at an address of ours, parsed and not run. Throws where it cannot be had. */
export async function pageAt(address: string): Promise<Document> {
  const answer = await fetch(address, { credentials: "same-origin", headers: { accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** What a page of a problem says in its heading and its sentence. */
export function problemIn(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector(".problem p, .error, .said.wrong")?.textContent?.trim() || say("failed");
}

/** Send a form by the button that was pressed; the part of the page that takes its place, or null where the form should
 *  be sent as without a script (nobody is signed in any more). A problem is said, and is an empty text. */
export async function partFor(form: HTMLFormElement, button: HTMLButtonElement): Promise<string | null> {
  const address = button.getAttribute("formaction") ?? form.action;
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) if (typeof value === "string") fields.append(name, value);
  try {
    const answer = await fetch(address, {
      method: "POST", body: fields, credentials: "same-origin", redirect: "manual", headers: { "x-part": "1" },
    });
    if (answer.type === "opaqueredirect") return null;
    const text = await answer.text();
    if (answer.ok) return text;
    toast(problemIn(text));
  } catch {
    toast(say("offline"));
  }
  return "";
}
