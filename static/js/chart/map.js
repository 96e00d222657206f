// The body map: another way to tick the same boxes. The list beside it has everything; the
// drawing is for eyes and fingers only and says nothing to a screen reader.
import { byId, h, setText } from "chart/dom";

export class BodyMap {
  constructor(store, form) {
    this.store = store;
    this.form = form;
    this.box = byId("body-map");
    this.chips = byId("region-chips");
    this.boxes = new Map([...form.querySelectorAll("[name=regions]")].map((box) => [box.value, box]));
    form.addEventListener("regions", () => this.draw());
    this.load();
  }

  async load() {
    try {
      const answer = await fetch(this.box.dataset.url);
      if (!answer.ok) return;
      const svg = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
      this.box.replaceChildren(document.importNode(svg, true));
    } catch {
      return; // the list does without
    }
    this.box.addEventListener("click", (event) => {
      const shape = event.target.closest("[data-region]");
      if (shape) this.toggle(shape.dataset.region, shape.dataset.side);
    });
    this.draw();
  }

  get side() {
    return this.form.querySelector("[name=side]:checked")?.value ?? "";
  }

  toggle(key, side) {
    const box = this.boxes.get(key);
    if (!box) return;
    if (!side) box.checked = !box.checked;
    else if (!box.checked) {
      box.checked = true;
      this.choose(this.side === "" || !this.sided(key) ? side : this.side === side ? side : "both");
    } else if (this.side === side) {
      box.checked = false;
    } else this.choose(this.side === "both" ? (side === "left" ? "right" : "left") : "both");
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Whether another sided region is chosen: then the side is shared and may become both. */
  sided(key) {
    return [...this.boxes].some(([other, box]) => other !== key && box.checked && this.store.regions.get(other)?.needsSide);
  }

  choose(side) {
    for (const radio of this.form.querySelectorAll("[name=side]")) radio.checked = radio.value === side;
  }

  draw() {
    const chosen = [...this.boxes].filter(([, box]) => box.checked).map(([key]) => key);
    for (const shape of this.box.querySelectorAll("[data-region]")) {
      const { region, side } = shape.dataset;
      shape.classList.toggle("is-on", chosen.includes(region) && (!side || this.side === "both" || this.side === side));
    }
    this.chips.replaceChildren(...chosen.map((key) => {
      const { label, needsSide } = this.store.regions.get(key);
      const name = needsSide && this.side ? `${label} (${this.side})` : label;
      return h("li", {}, h("button", { type: "button", class: "chip-button", "aria-label": `${name}: take out`, onclick: () => this.takeOut(key) }, name, " ×"));
    }));
    setText(byId("region-none"), chosen.length ? "" : "None chosen. Tap the map, or find it in the list.");
  }

  takeOut(key) {
    const box = this.boxes.get(key);
    box.checked = false;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
