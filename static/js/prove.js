// Signing with a passkey: its answer goes into the form, and the form is sent. A form may come
// later than this file, as a part of the page that is fetched.
import { canUse, get, why } from "app/passkey";

function offer(within) {
  for (const part of within.querySelectorAll("[data-prove]")) part.hidden = !canUse();
}

async function sign(button) {
  const form = button.form, problem = form.querySelector("[data-passkey-problem]");
  problem.textContent = "";
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.url, { cache: "no-store" });
    form.elements.credential.value = JSON.stringify(await get((await answer.json()).request_options));
    form.requestSubmit();
  } catch (error) {
    problem.textContent = why(error);
  }
  button.disabled = false;
}

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element && target.closest("[data-prove-passkey]");
  if (button instanceof HTMLButtonElement) sign(button);
});
document.addEventListener("htmx:load", ({ target }) => target instanceof Element && offer(target));
offer(document);
