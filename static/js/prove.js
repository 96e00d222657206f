// Signing with a passkey: its answer goes into the form, and the form is sent.
import { canUse, get, why } from "app/passkey";

for (const part of document.querySelectorAll("[data-prove]")) {
  if (!(part instanceof HTMLElement)) continue;
  part.hidden = !canUse();
  part.querySelector("[data-prove-passkey]")?.addEventListener("click", async ({ currentTarget }) => {
    const form = currentTarget.form, problem = form.querySelector("[data-passkey-problem]");
    problem.textContent = "";
    currentTarget.disabled = true;
    try {
      const answer = await fetch(currentTarget.dataset.url, { cache: "no-store" });
      form.elements.credential.value = JSON.stringify(await get((await answer.json()).request_options));
      form.requestSubmit();
    } catch (error) {
      problem.textContent = why(error);
    }
    currentTarget.disabled = false;
  });
}
