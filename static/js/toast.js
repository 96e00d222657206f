const ICONS = { error: "exclamation-octagon", success: "check2-circle", info: "info-circle" };

/** The sprite's hashed address, as the page's first icon knows it. */
const sprite = () => document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? "";

/** @param {string} name @returns {SVGSVGElement} */
function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `${sprite()}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Show a notice in the corner. Errors stay until closed, the rest leave by themselves.
 * @param {string} text
 * @param {"error"|"success"|"info"} [level]
 */
export function toast(text, level = "info") {
  const box = document.createElement("div");
  box.className = `notice notice-${level}`;
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.setAttribute("aria-label", "Dismiss");
  close.append(icon("x-lg"));
  close.addEventListener("click", () => box.remove());
  box.append(icon(ICONS[level]), words, close);
  document.getElementById("toasts")?.append(box);
  if (level === "error") return;
  const leave = () => (box.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : box.remove());
  setTimeout(leave, 8000);
}
