// Passkeys: what the page asks the device to make or to sign goes to the browser, and its answer goes back with the form.
// The form is hidden until it is known that the browser can do it.

type Kind = "create" | "get";

const can = typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential;

async function answered(kind: Kind, options: unknown): Promise<string> {
  const found =
    kind === "create"
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON),
        });
  return JSON.stringify((found as PublicKeyCredential).toJSON());
}

async function send(form: HTMLFormElement): Promise<void> {
  const failed = form.querySelector<HTMLElement>("[data-failed]")!;
  failed.hidden = true;
  try {
    const options: unknown = JSON.parse(form.dataset["options"]!);
    form.querySelector<HTMLInputElement>("[name=answer]")!.value = await answered(form.dataset["passkey"] as Kind, options);
  } catch {
    failed.hidden = false; // refused, timed out, or no such key: the browser has said which
    return;
  }
  form.submit();
}

for (const form of can ? document.querySelectorAll<HTMLFormElement>("form[data-passkey]") : []) {
  form.hidden = false;
  for (const note of document.querySelectorAll<HTMLElement>("[data-without]")) note.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form);
  });
}
