// The region list's search box.

/** @param {Event} event */
export function filterRegions(event) {
  const box = event.target;
  if (!(box instanceof HTMLInputElement) || !box.matches("[data-filter]")) return;
  const wanted = box.value.trim().toLowerCase();
  for (const option of box.closest("[data-region-list]").querySelectorAll(".form-check")) {
    const checked = option.querySelector("input")?.checked;
    option.toggleAttribute("hidden", !option.textContent?.toLowerCase().includes(wanted) && !checked);
  }
}
