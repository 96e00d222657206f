// The table of blocks: everything the timeline can do, with buttons and time inputs only.
import { clock, endFromInput, fromInput, inputClock, minutes, now, wholeMinute } from "chart/clock";
import { afterPaint, byId, h, hidden, icon, say, setText } from "chart/dom";

const MINUTE = 60;

export class Table {
  constructor(store, { edit, remove }) {
    this.store = store;
    this.act = { edit, remove };
    this.body = byId("block-rows");
    this.rows = new Map();
    this.body.replaceChildren();
    store.addEventListener("view", () => afterPaint(() => this.patch()));
    store.addEventListener("select", () => this.mark());
    setInterval(() => this.tick(), 1000);
    this.patch();
  }

  patch() {
    const { view } = this.store;
    const blocks = view.running?.start != null ? [...view.blocks, { ...view.running, end: now(), live: true }] : view.blocks;
    const seen = new Set(blocks.map((block) => block.id));
    for (const [id, row] of this.rows) {
      if (seen.has(id)) continue;
      row.tr.remove();
      this.rows.delete(id);
    }
    blocks.forEach((block, index) => {
      let row = this.rows.get(block.id);
      if (row && row.live !== !!block.live) {
        row.tr.remove();
        this.rows.delete(block.id);
        row = null;
      }
      row ??= this.build(block);
      this.fill(row, block, index);
      if (this.body.children[index] !== row.tr && !row.tr.contains(document.activeElement)) this.body.insertBefore(row.tr, this.body.children[index] ?? null);
    });
    byId("no-blocks").hidden = blocks.length > 0;
    byId("block-table").hidden = blocks.length === 0;
    this.mark();
  }

  build(block) {
    const { id } = block;
    const row = { live: !!block.live };
    const edge = (part) => {
      const input = h("input", { type: "time", class: "form-control", "data-part": part, onchange: (event) => this.typed(id, part, event.target) });
      const step = (by, words) => h("button", { type: "button", onclick: () => this.step(id, part, by), "aria-label": `${part === "start" ? "Start" : "End"}: one minute ${words}` }, by < 0 ? "−" : "+");
      row[part] = input;
      return h("span", { class: "stepper" }, step(-1, "earlier"), input, step(1, "later"));
    };
    row.now = h("span", { class: "muted" }, "now");
    row.times = h("td", { class: "t-times", "data-label": "Time" }, h("span", { class: "t-edges" }, edge("start"), h("span", { "aria-hidden": "true" }, "to"), row.live ? row.now : edge("end")));
    row.minutes = h("b");
    row.name = h("button", { type: "button", class: "t-name", onclick: () => this.act.edit(id) });
    row.sub = h("span", { class: "sub" });
    row.place = h("span");
    row.grade = h("span", { class: "sub" });
    row.reply = h("td", { "data-label": "Response" });
    const name = h("span", { class: "visually-hidden" });
    row.hidden = name;
    row.tr = h("tr", { id: `block-${id}`, tabindex: "-1" },
      row.times,
      h("td", { class: "num", "data-label": "Minutes" }, row.minutes),
      h("th", { scope: "row" }, h("span", { class: "t-what" }, h("span", { class: "dot" }), row.name), row.sub),
      h("td", { "data-label": "Region" }, row.place, row.grade),
      row.reply,
      h("td", { class: "row-actions" }, row.live ? null : h("button", { type: "button", class: "btn btn-icon btn-quiet", onclick: () => this.act.remove(id) }, icon("trash"), h("span", { class: "visually-hidden" }, "Remove "), name)));
    this.rows.set(id, row);
    return row;
  }

  fill(row, block, index) {
    const technique = this.store.technique(block.technique);
    row.tr.className = `lane-${technique.lane}${block.live ? " is-live" : ""}`;
    setText(row.minutes, String(minutes(block.start, block.end)));
    for (const part of ["start", "end"]) {
      if (!row[part]) continue;
      const label = `${part === "start" ? "Start" : "End"} of block ${index + 1}, ${technique.label}`;
      if (row[part].getAttribute("aria-label") !== label) row[part].setAttribute("aria-label", label);
      if (row[part] !== document.activeElement) row[part].value = inputClock(block[part]);
    }
    setText(row.name, technique.label);
    setText(row.hidden, `block ${index + 1}, ${technique.label}`);
    setText(row.sub, [this.store.codeOf(block) || "not billed", block.performed_by === "therapist" ? "" : block.performed_by].filter(Boolean).join(" · "));
    setText(row.place, this.store.where(block) || (technique.needsRegion ? "" : "–"));
    if (technique.needsRegion && !block.regions.length) this.ask(row.place, "Add region", block, "regions");
    setText(row.grade, [block.grade && `Grade ${block.grade}`, block.dose].filter(Boolean).join(", "));
    const pain = block.pain_before != null && block.pain_after != null ? `pain ${block.pain_before} to ${block.pain_after}` : "";
    const reply = [block.response, pain].filter(Boolean).join(" · ");
    if (!block.response && technique.code && technique.needsRegion) this.ask(row.reply, "Add response", block, "response", pain);
    else setText(row.reply, reply);
  }

  ask(where, text, block, field, more = "") {
    if (where.querySelector("button")?.textContent.startsWith(text) && !more) return;
    where.replaceChildren(more, h("button", { type: "button", class: "chip-button is-missing", onclick: () => this.act.edit(block.id, field) }, text, hidden(` to ${this.store.technique(block.technique).label}`)));
  }

  mark() {
    for (const [id, row] of this.rows) {
      const on = id === this.store.selected;
      row.tr.classList.toggle("is-selected", on);
      row.name.setAttribute("aria-pressed", String(on));
    }
  }

  tick() {
    const { running } = this.store.view;
    const row = running && this.rows.get(running.id);
    if (row?.live && running.start != null) setText(row.minutes, String(minutes(running.start, now())));
  }

  step(id, part, by) {
    const { running } = this.store.view;
    if (running?.id === id && running.start != null) return this.moveStart(running.start + by * MINUTE);
    const block = this.store.block(id);
    if (!block) return;
    const to = wholeMinute(block[part]) + by * MINUTE;
    if (part === "start" ? to >= block.end : to <= block.start) return say("A block lasts at least one minute.");
    this.store.change(id, { [part]: to }, { only: id });
    this.speak(id);
  }

  moveStart(at) {
    const { running } = this.store.view;
    if (at >= now()) return;
    this.store.edit({ op: "backdate", id: running.id, at }, { undo: [{ op: "backdate", id: running.id, at: running.start }] });
  }

  typed(id, part, input) {
    const { running } = this.store.view;
    const block = running?.id === id && running.start != null ? running : this.store.block(id);
    if (!block) return;
    const at = part === "end" ? endFromInput(input.value, block.start) : fromInput(input.value, block.start);
    const wrong = at == null ? "This time does not exist on this day: the clocks go forward."
      : block.end && (part === "start" ? at >= block.end : at <= block.start) ? "The block would end before it starts: correct the other time first." : "";
    input.setCustomValidity(wrong);
    if (wrong) {
      input.reportValidity();
      return say(wrong);
    }
    if (block === running) return this.moveStart(at);
    this.store.change(id, { [part]: at }, { only: id });
    this.speak(id);
  }

  speak(id) {
    const block = this.store.block(id);
    if (block) say(`${this.store.technique(block.technique).label} ${clock(block.start)} to ${clock(block.end)}, ${minutes(block.start, block.end)} minutes.`);
  }
}
