// Passkeys: what the server asked for goes to the browser's own dialog, its answer into the form.
// A form with data-passkey="create", "get" or "sign-in"; options in the script named by
// data-options, or fetched from the form's address.

/** @param {string} text base64url */
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

/** @param {ArrayBuffer | null} buffer */
function text(buffer) {
  if (!buffer) return undefined;
  const raw = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const named = (list) => list?.map((row) => ({ ...row, id: bytes(row.id) }));

/** A passkey belongs to a name under TLS; an address of numbers has none. */
export const canUse = () => Boolean(window.PublicKeyCredential) && window.isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname);

/** @param {{publicKey: any}} options */
export async function create({ publicKey }) {
  const made = await navigator.credentials.create({ publicKey: {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    user: { ...publicKey.user, id: bytes(publicKey.user.id) },
    excludeCredentials: named(publicKey.excludeCredentials),
    authenticatorSelection: { ...publicKey.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" },
  } });
  return plain(made, {
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  });
}

/** @param {{publicKey: any}} options */
export async function get({ publicKey }) {
  const given = await navigator.credentials.get({ publicKey: {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    allowCredentials: named(publicKey.allowCredentials),
  } });
  const { authenticatorData, signature, userHandle } = given.response;
  return plain(given, { authenticatorData: text(authenticatorData), signature: text(signature), userHandle: text(userHandle) });
}

function plain(credential, response) {
  return {
    type: credential.type,
    id: credential.id,
    rawId: text(credential.rawId),
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}

export const WHY = {
  NotAllowedError: "No passkey was used: it was canceled, or took too long. Try again, or use another way.",
  InvalidStateError: "This device has a passkey for this account already.",
};
export const why = (error) => WHY[error.name] ?? "The passkey could not be used on this device. Use another way.";

async function optionsOf(form) {
  const inPage = document.getElementById(form.dataset.options ?? "");
  if (inPage) {
    const found = JSON.parse(inPage.textContent);
    return found.creation_options ?? found.request_options;
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" }, cache: "no-store" });
  return (await answer.json()).request_options;
}

async function press(form, button) {
  const problem = form.querySelector("[data-passkey-problem]");
  problem.textContent = "";
  button.disabled = true;
  try {
    const options = await optionsOf(form);
    const credential = form.dataset.passkey === "create" ? await create(options) : await get(options);
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    problem.textContent = why(error);
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  form.hidden = !canUse();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    if (button instanceof HTMLButtonElement) press(form, button);
  });
}
for (const words of document.querySelectorAll("[data-without-passkeys]")) {
  if (words instanceof HTMLElement) words.hidden = canUse();
}
