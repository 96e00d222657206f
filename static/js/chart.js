// The charting page's small helps: filter the region list, keep the focus after a swap.

/** @param {HTMLElement} list */
function filterRegions(list) {
  const box = list.querySelector("[data-filter]");
  if (!(box instanceof HTMLInputElement)) return;
  const wanted = box.value.trim().toLowerCase();
  for (const option of list.querySelectorAll(".form-check")) {
    const checked = option.querySelector("input")?.checked;
    const fits = option.textContent?.toLowerCase().includes(wanted);
    option.toggleAttribute("hidden", !fits && !checked);
  }
}

document.addEventListener("input", (event) => {
  const list = event.target instanceof HTMLElement && event.target.closest("[data-region-list]");
  if (list && event.target.matches("[data-filter]")) filterRegions(list);
});

/** The element that asked for the swap names where the focus goes after it. */
let focusAfter = "";
document.addEventListener("htmx:beforeRequest", (event) => {
  focusAfter = event.detail.elt.closest("[data-focus]")?.dataset.focus ?? "";
});
document.addEventListener("htmx:afterSettle", () => {
  const alert = document.querySelector("#workbench [data-autofocus], #workbench [aria-invalid='true']");
  const target = alert ?? (focusAfter && document.getElementById(focusAfter));
  focusAfter = "";
  if (target instanceof HTMLElement) target.focus();
});
