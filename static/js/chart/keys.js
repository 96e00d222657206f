// Keys. Single letters work only while no field has the focus, and can be switched off.
import { byId, say } from "chart/dom";

const OFF = "handline-single-keys-off"; // a preference, nothing of a patient

export class Keys {
  /** @param {Record<string, () => void>} acts */
  constructor(acts) {
    this.acts = acts;
    const box = byId("keys-single");
    box.checked = !this.off;
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    });
    document.addEventListener("keydown", (event) => this.onKey(event));
  }

  get off() {
    return localStorage.getItem(OFF) === "1";
  }

  onKey(event) {
    if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
    const inField = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    const command = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    let name = "";
    if (command && key === "enter") name = "sign";
    else if (command && key === "z" && !inField) name = event.shiftKey ? "redo" : "undo";
    else if (command && key === "y" && !inField) name = "redo";
    else if (!command && !inField && !this.off) name = { n: "next", p: "pause", "/": "line", "?": "keys" }[key] ?? "";
    if (!name || !this.acts[name]) return;
    event.preventDefault();
    this.acts[name]();
    if (name === "undo" || name === "redo") say(name === "undo" ? "Undone." : "Redone.");
  }
}
