// Small helps for building and patching elements. Text is always text: nothing is parsed as HTML.

/**
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; on* are listeners, false and null are left out
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value == null) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value === "boolean") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

const sprite = () => document.querySelector("use")?.getAttribute("href")?.split("#")[0] ?? "";

/** @param {string} name @returns {SVGSVGElement} */
export function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `${sprite()}#${name}`);
  svg.append(use);
  return svg;
}

/** Only what changed is written: an untouched text keeps the screen reader quiet. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function hidden(text) {
  return h("span", { class: "visually-hidden" }, text);
}

/** After the next paint, so that the tap is answered first. */
export function afterPaint(work) {
  requestAnimationFrame(() => setTimeout(work));
}

let waiting = 0;
/** One polite voice: only the last of a burst is spoken. */
export function say(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => setText(byId("say"), text), 400);
}
