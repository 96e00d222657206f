// The form of one block. With a block selected each change is an edit of its own; without one
// the form describes a new block and "Add block" adds it. The same form works without scripts.
import { endFromInput, fromInput, inputClock, minutes } from "chart/clock";
import { afterPaint, byId, say, setText } from "chart/dom";
import { content } from "chart/edits";

const MINUTE = 60;
const TYPING = 350; // ms after the last key until it is kept on the device

export class Editor {
  constructor(store) {
    this.store = store;
    this.form = byId("block-form");
    this.title = byId("add-block");
    this.problem = byId("block-problem");
    this.removeButton = byId("block-remove");
    this.doneButton = byId("block-done");
    this.addButton = byId("block-add");
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.form.addEventListener("change", (event) => this.changed(event, 0));
    this.form.addEventListener("input", (event) => {
      if (event.target.matches("input[type=text], textarea, input[type=number]")) this.changed(event, TYPING);
    });
    this.doneButton.addEventListener("click", () => {
      const id = store.selected;
      store.select(null);
      document.querySelector(`#block-${CSS.escape(id)} .t-name`)?.focus();
    });
    this.removeButton.addEventListener("click", () => this.onRemove?.(store.selected));
    store.addEventListener("select", () => afterPaint(() => this.shown !== store.selected && this.show()));
    store.addEventListener("view", () => this.follow());
    this.form.querySelector("[data-replies]")?.addEventListener("click", (event) => {
      const chip = event.target.closest("[data-reply]");
      if (!chip) return;
      this.field("response").value = chip.dataset.reply;
      this.commitSoon(0);
    });
    addEventListener("pagehide", () => this.commitNow());
    this.show({ keep: this.begun() });
  }

  /** Somebody filled in the plain form before this script was there: their entry stays. */
  begun() {
    const filled = ["technique", "response", "minutes", "dose", "pain_before", "pain_after"].some((name) => this.field(name).value !== "");
    return filled || !!this.form.querySelector("[name=regions]:checked");
  }

  field(name) {
    return this.form.elements.namedItem(name);
  }

  get current() {
    const { view, selected } = this.store;
    if (view.running?.id === selected && view.running.start != null) return { ...view.running, live: true };
    return this.store.block(selected);
  }

  /** Fill the form from the selected block, or make it ready for a new one. */
  show({ keep = false } = {}) {
    this.commitNow();
    const block = this.current;
    this.shown = this.store.selected;
    setText(this.title, block ? (block.live ? "The running block" : "Change the block") : "Add a block");
    this.form.closest(".editor").classList.toggle("is-editing", !!block);
    this.removeButton.hidden = this.doneButton.hidden = !block;
    this.removeButton.hidden ||= !!block?.live;
    this.addButton.hidden = !!block;
    this.field("end").disabled = this.field("minutes").disabled = !!block?.live;
    this.warn("");
    if (block) this.fill(block);
    else if (keep) this.touched = true;
    else this.clear();
  }

  fill(block) {
    this.set("technique", block.technique);
    for (const box of this.form.querySelectorAll("[name=regions]")) box.checked = block.regions.includes(box.value);
    this.choose("side", block.side);
    this.choose("grade", block.grade);
    this.set("start", inputClock(block.start));
    this.set("end", block.live ? "" : inputClock(block.end));
    this.set("minutes", block.live ? "" : String(minutes(block.start, block.end)));
    this.set("dose", block.dose);
    this.set("response", block.response);
    this.set("pain_before", block.pain_before ?? "");
    this.set("pain_after", block.pain_after ?? "");
    this.set("performed_by", block.performed_by);
    for (const box of this.form.querySelectorAll("[name=diagnoses]")) box.checked = block.diagnoses.includes(box.value);
    this.form.dispatchEvent(new Event("regions"));
  }

  clear() {
    const start = this.nextStart();
    this.fill({ ...content({ technique: "" }), regions: [], start, end: start + 10 * MINUTE });
    this.set("technique", "");
  }

  /** What another device changed shows, except under the hand that is typing. */
  follow() {
    if (this.store.selected !== this.shown) return;
    if (this.timer || this.form.contains(document.activeElement)) return;
    if (this.store.selected && !this.current) return this.store.select(null);
    if (this.current) this.fill(this.current);
    else if (!this.touched) this.setTimes(this.nextStart());
  }

  nextStart() {
    return this.store.view.blocks.at(-1)?.end ?? this.store.boot.day.starts;
  }

  /** A new block is ten minutes after the last one until somebody says otherwise. */
  setTimes(start) {
    this.set("start", inputClock(start));
    this.set("end", inputClock(start + 10 * MINUTE));
    this.set("minutes", 10);
  }

  set(name, value) {
    const field = this.field(name);
    if (field && field.value !== String(value) && field !== document.activeElement) field.value = value;
  }

  choose(name, value) {
    for (const radio of this.form.querySelectorAll(`[name=${name}]`)) radio.checked = radio.value === value;
  }

  changed(event, wait) {
    if (event.target.matches("[data-filter]")) return;
    this.last = event.target.name;
    this.touched = true;
    if (this.store.selected) this.commitSoon(wait);
    else this.keepInStep();
    if (event.target.name === "regions" || event.target.name === "side") this.form.dispatchEvent(new Event("regions"));
  }

  commitSoon(wait) {
    if (this.timer && wait) return; // a pause in typing is not waited for
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commitNow(), wait);
  }

  commitNow() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    const block = this.shown && this.shown === this.store.selected ? this.current : this.store.block(this.shown);
    if (!block) return;
    const fields = this.read(block);
    if (!fields) return;
    if (block.live) {
      const { start, end, ...entry } = fields;
      if (start !== block.start) this.store.edit({ op: "backdate", id: block.id, at: start }, { undo: [] });
      if (JSON.stringify(entry) !== JSON.stringify(content(block))) this.store.edit({ op: "describe", id: block.id, fields: entry }, { undo: [{ op: "describe", id: block.id, fields: content(block) }] });
    } else if (JSON.stringify(fields) !== JSON.stringify({ ...content(block), start: block.start, end: block.end })) {
      this.store.put(block.id, fields);
    }
  }

  /** Minutes follow the times, and the end follows the minutes. */
  keepInStep() {
    const start = fromInput(this.field("start").value, this.nextStart());
    if (start == null) return;
    if (this.last === "minutes" && this.field("minutes").value) {
      this.field("end").value = inputClock(start + Number(this.field("minutes").value) * MINUTE);
    } else if (this.last === "end" && this.field("end").value) {
      const end = endFromInput(this.field("end").value, start);
      if (end > start) this.field("minutes").value = minutes(start, end);
    } else if (this.last === "start" && this.field("minutes").value) {
      this.field("end").value = inputClock(start + Number(this.field("minutes").value) * MINUTE);
    }
  }

  /** The form as an edit's fields; null, with the sentence shown, when it cannot be one yet. */
  read(block) {
    const technique = this.field("technique").value;
    const regions = [...this.form.querySelectorAll("[name=regions]:checked")].map((box) => box.value);
    const radio = (name) => this.form.querySelector(`[name=${name}]:checked`)?.value ?? "";
    const number = (name) => (this.field(name).value === "" ? null : Number(this.field(name).value));
    const fields = content({
      technique, regions, side: radio("side"), grade: radio("grade"),
      dose: this.field("dose").value.trim(), response: this.field("response").value.trim(),
      pain_before: number("pain_before"), pain_after: number("pain_after"),
      performed_by: this.field("performed_by").value,
      diagnoses: [...this.form.querySelectorAll("[name=diagnoses]:checked")].map((box) => box.value),
    });
    const retired = block?.regions?.filter((key) => !this.store.regions.get(key)?.active) ?? [];
    fields.regions.push(...retired.filter((key) => !fields.regions.includes(key)));
    Object.assign(fields, this.times(block));
    const wrong = this.wrong(fields, block);
    this.warn(wrong);
    return wrong ? null : fields;
  }

  times(block) {
    const near = block?.start ?? this.store.view.blocks.at(-1)?.end ?? this.store.boot.day.starts;
    // an untouched time keeps its seconds
    const same = (name) => block && this.field(name).value === inputClock(block[name]);
    const start = same("start") ? block.start : fromInput(this.field("start").value, near);
    if (block?.live || start == null) return { start };
    const typed = Number(this.field("minutes").value);
    if (typed && (this.last === "minutes" || !this.field("end").value)) return { start, end: start + typed * MINUTE };
    const end = same("end") ? block.end : endFromInput(this.field("end").value, start);
    return { start, end };
  }

  wrong(fields, block) {
    if (!fields.technique) return "Choose a technique.";
    const sided = fields.regions.map((key) => this.store.regions.get(key)).filter((region) => region?.needsSide);
    if (sided.length && !fields.side) return `Choose left, right or both for ${sided.map((r) => r.label).join(", ")}.`;
    if (fields.start == null) return "Give a start time that exists on this day.";
    if (block?.live) return "";
    if (fields.end == null) return "Give the end time or the minutes.";
    if (fields.end <= fields.start) return "The block ends before it starts: correct the start or the end time.";
    if (fields.end - fields.start > 86400) return "A block cannot be longer than 24 hours: correct the minutes.";
    for (const name of ["pain_before", "pain_after"]) {
      const value = fields[name];
      if (value != null && (!Number.isInteger(value) || value < 0 || value > 10)) return "Pain is a whole number from 0 to 10.";
    }
    return "";
  }

  warn(text) {
    setText(this.problem, text);
    this.problem.hidden = !text;
  }

  submit(event) {
    event.preventDefault();
    event.stopPropagation();
    if (this.store.selected) return this.commitNow();
    const fields = this.read(null);
    if (!fields) return this.problem.focus();
    const id = crypto.randomUUID();
    this.store.put(id, fields);
    const { label } = this.store.technique(fields.technique);
    say(`${label} added, ${minutes(fields.start, fields.end)} minutes.`);
    this.touched = false;
    this.clear();
    this.field("technique").focus();
  }

  /** Open a block here, and go to the field that is asked for. */
  edit(id, name) {
    this.store.select(id);
    this.show();
    const target = name === "regions" ? this.form.querySelector("[data-filter]") : this.field(name ?? "technique");
    (target instanceof RadioNodeList ? target[0] : target)?.focus();
  }
}
