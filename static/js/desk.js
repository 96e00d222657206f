// The queue by keyboard: arrows move and preview, Space selects, Enter opens, P prints.
const form = /** @type {HTMLFormElement|null} */ (document.getElementById("desk-form"));
const words = document.getElementById("desk-selected");
const all = /** @type {HTMLInputElement|null} */ (document.getElementById("desk-all"));
let timer = 0;

/** @returns {HTMLTableRowElement[]} */
const rows = () => [...document.querySelectorAll("tr[data-row]")];
/** @param {Element} row @returns {HTMLInputElement} */
const box = (row) => row.querySelector("input[name=visit]");
const boxes = () => rows().map(box);

/** @param {number} cents */
const dollars = (cents) => (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });

function tell() {
  const chosen = boxes().filter((one) => one.checked);
  const cents = chosen.reduce((sum, one) => sum + Number(one.dataset.cents), 0);
  const total = boxes().length;
  if (words) words.textContent = chosen.length ? `${chosen.length} of ${total} selected · ${dollars(cents)}` : "Nothing selected";
  const label = document.querySelector("[data-print-words]");
  if (label) label.textContent = chosen.length ? `Print ${chosen.length} selected` : "Print selected";
  if (all) {
    all.checked = total > 0 && chosen.length === total;
    all.indeterminate = chosen.length > 0 && chosen.length < total;
  }
}

/** @param {HTMLTableRowElement} row */
function show(row) {
  if (row.classList.contains("is-selected")) return;
  for (const other of rows()) other.classList.toggle("is-selected", other === row);
  clearTimeout(timer);
  timer = setTimeout(() => {
    window.htmx?.ajax("GET", row.dataset.preview, { target: "#desk-preview", swap: "innerHTML" });
  }, 120);
}

/** @param {number} step */
function move(step) {
  const list = rows();
  const now = list.findIndex((row) => row.classList.contains("is-selected"));
  const next = list[Math.min(Math.max(now + step, 0), list.length - 1)];
  next?.querySelector("a[data-open]")?.focus();
}

/** @param {EventTarget|null} target */
const typing = (target) => target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea, summary");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !rows().length) return;
  const current = rows().find((row) => row.classList.contains("is-selected"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === " " && event.target instanceof HTMLAnchorElement && current?.contains(event.target)) {
    event.preventDefault();
    box(current).checked = !box(current).checked;
    tell();
  } else if (event.key.toLowerCase() === "p" && !event.shiftKey) {
    event.preventDefault();
    if (current && !boxes().some((one) => one.checked)) box(current).checked = true;
    tell();
    form?.querySelector("[data-print]")?.click();
  }
});

document.addEventListener("focusin", (event) => {
  if (event.target instanceof Element) {
    const row = event.target.closest("tr[data-row]");
    if (row instanceof HTMLTableRowElement) show(row);
  }
});
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.target.closest("a, input, button")) return;
  const row = event.target.closest("tr[data-row]");
  if (row instanceof HTMLTableRowElement) show(row);
});
form?.addEventListener("change", (event) => {
  if (event.target === all) for (const one of boxes()) one.checked = all.checked;
  tell();
});
window.addEventListener("pageshow", tell);
tell();
