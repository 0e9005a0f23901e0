// Forms that a passkey answers: `form[data-passkey]`. The question comes from the page, or from
// `data-question` when the button is pressed, so that it is never older than the touch.
"use strict";

const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function withBytes(options) {
  const known = (list) => (list || []).map((one) => ({ ...one, id: fromText(one.id) }));
  const key = { ...options, challenge: fromText(options.challenge) };
  if (options.user) {
    key.user = { ...options.user, id: fromText(options.user.id) };
    key.excludeCredentials = known(options.excludeCredentials);
  } else {
    key.allowCredentials = known(options.allowCredentials);
  }
  return key;
}

function withText(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return { id: credential.id, rawId: toText(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

async function question(form) {
  if (form.dataset.options) return { options: JSON.parse(form.dataset.options), ticket: form.ticket.value };
  const answer = await fetch(form.dataset.question, { cache: "no-store" });
  if (!answer.ok) throw new Error("no question");
  return answer.json();
}

async function answered(form) {
  const { options, ticket } = await question(form);
  const publicKey = withBytes(options.publicKey);
  const credential = publicKey.user
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
  form.credential.value = JSON.stringify(withText(credential));
  form.ticket.value = ticket;
}

async function sentInPlace(form) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error("refused");
  document.dispatchEvent(new Event("ecouvillon:unlocked"));
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const refused = form.querySelector("[data-refused]");
  let busy = false;
  if (!window.PublicKeyCredential) form.querySelector("[data-unable]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    refused.hidden = true;
    try {
      await answered(form);
      if ("inPlace" in form.dataset) await sentInPlace(form);
      else form.submit();
    } catch {
      refused.hidden = false; // Given up, taken away, or not accepted: all that helps is again.
    }
    busy = false;
  });
}

document.querySelector("form[data-send-at-once]")?.submit();
