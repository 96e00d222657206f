// What every page does: theme switch, one menu at a time, what to say when a request fails.
import { toast } from "app/toast";
import "app/dialog";
import "app/stepper";

/** @typedef {CustomEvent<{xhr: XMLHttpRequest}>} HtmxEvent */

/** @param {XMLHttpRequest} xhr */
function refusal(xhr) {
  const reference = xhr.getResponseHeader("X-Request-ID");
  const tail = reference ? ` Reference ${reference}.` : "";
  if (xhr.status === 403) return `You may not do this, or your sign-in has ended. Reload the page.${tail}`;
  if (xhr.status === 404) return `This record is no longer here. Reload the page.${tail}`;
  return `That was not saved: the server had an error. Try again in a moment.${tail}`;
}

document.addEventListener("htmx:responseError", (event) => {
  toast(refusal(/** @type {HtmxEvent} */ (event).detail.xhr), "error");
});
document.addEventListener("htmx:sendError", () => {
  toast("No answer from the server: nothing was saved. Check the connection and try again.", "error");
});

// a session that is locked or ended answers with a page of its own: never inside a panel, and
// what was typed here stays
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = /** @type {HtmxEvent} */ (event).detail;
  if (!new URL(xhr.responseURL || location.href).pathname.startsWith("/accounts/")) return;
  event.preventDefault();
  document.dispatchEvent(new Event("handline:sign-in"));
});

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  event.target.closest("[data-dismiss]")?.closest(".notice")?.remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  menu?.removeAttribute("open");
  menu?.querySelector("summary")?.focus();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("themeForm" in form.dataset)) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  document.documentElement.dataset.theme = String(body.get("theme"));
  document.dispatchEvent(new Event("handline:theme"));
  for (const button of form.querySelectorAll("button[name=theme]")) {
    button.setAttribute("aria-pressed", String(button === event.submitter));
  }
  fetch(form.action, { method: "POST", body }).catch(() => {
    toast("The theme could not be saved; it lasts until you leave this page.", "error");
  });
});
