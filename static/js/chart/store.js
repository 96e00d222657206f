// The chart as the screen shows it: what the server has, plus the edits on their way.
import { setServerTime } from "chart/clock";
import { apply, content, touches } from "chart/edits";

const BY_REGIONS = ["CMT", "OMT"];
const LATEST = 30; // seconds: no answer says so long after another what was before it
const RESTORED = "The server came back from an older copy of this chart. Mine is what this page had: keep what is right.";

export class Store extends EventTarget {
  constructor(boot, state, outbox) {
    super();
    this.boot = boot;
    this.outbox = outbox;
    const offered = (list, label) => new Map([...document.querySelectorAll(list)].map((choice) => [choice.value, label(choice)]));
    const names = offered("#id_technique option", (option) => option.text);
    this.techniques = new Map(boot.techniques.map(([key, code, lane, needsRegion, label = names.get(key)]) => [key, { key, label, code, lane, needsRegion }]));
    const { sided, retired } = boot.regions;
    const region = (key, label, active) => [key, { key, label, needsSide: sided.includes(key), active }];
    this.regions = new Map([
      ...[...offered("#id_regions [name=regions]", (box) => box.parentNode.textContent)].map(([key, label]) => region(key, label, true)),
      ...Object.entries(retired).map(([key, label]) => region(key, label, false)),
    ]);
    this.stored = state;
    this.codes = new Map();
    this.undone = [];
    this.done = [];
    this.selected = null;
    this.compute();
    outbox.addEventListener("state", (event) => this.take(event.detail.state));
    outbox.addEventListener("change", () => this.refresh());
  }

  technique(key) {
    return this.techniques.get(key) ?? { key, label: key, code: "", lane: "untimed" };
  }

  /** What adjustments came to: their code follows from the regions, and only the server says it. */
  setCodes(codes) {
    const { blocks, procedures } = this.stored;
    const told = (rows, letter) => rows.map((row, index) => [row.id, codes[`${letter}${index + 1}`]]);
    const next = new Map([...told(blocks, "b"), ...told(procedures, "p")]);
    if (JSON.stringify([...next]) === JSON.stringify([...this.codes])) return;
    this.codes = next;
    this.refresh();
  }

  codeOf(row, own = row.code ?? this.technique(row.technique).code) {
    const found = this.codes.get(row.id);
    return BY_REGIONS.includes(own) && found ? found : own;
  }

  regionNames(row) {
    return row.regions.map((key) => {
      const region = this.regions.get(key);
      return (region?.label ?? key) + (region && !region.active ? " (retired)" : "");
    }).join(", ");
  }

  /** "Left shoulder" */
  where(row) {
    const names = this.regionNames(row);
    const side = row.side ? row.side[0].toUpperCase() + row.side.slice(1) : "";
    return side && names ? `${side} ${names.toLowerCase()}` : names;
  }

  isOneOnOne = (row) => this.technique(row.technique).lane !== "untimed";

  get newest() {
    return this.stored.version;
  }

  /** A state from the server; an older one that arrives late is not looked at. */
  take(state) {
    setServerTime(state.now);
    const had = this.stored, isOlder = state.version < had.version;
    if (isOlder && state.now < had.now + LATEST) return;
    this.stored = state;
    if (isOlder) this.askAgain(had);
    this.refresh();
  }

  /** An older copy of the database was restored: what this page had of the chart is not dropped. */
  askAgain(had) {
    const held = { why: "conflict", error: RESTORED, theirs: null };
    const fields = (row) => ({ ...content(row), start: row.start, end: row.end });
    for (const [section, text] of Object.entries(had.texts)) {
      const base = this.stored.texts[section];
      if (text !== base) this.outbox.add({ op: "text", section, base, text }, held);
    }
    for (const row of had.blocks) {
      const now = this.stored.blocks.find(({ id }) => id === row.id);
      if (now && JSON.stringify(fields(now)) === JSON.stringify(fields(row))) continue;
      this.outbox.add({ op: "put", id: row.id, base: now?.version ?? 0, fields: fields(row) }, held);
    }
  }

  compute() {
    let view = this.stored;
    for (const entry of this.outbox.pending) {
      if (entry.held) continue;
      entry.touched ??= touches(entry.edit, view);
      view = apply(view, entry.edit);
    }
    this.view = view;
  }

  refresh(what = {}) {
    this.compute();
    this.dispatchEvent(new CustomEvent("view", { detail: what }));
  }

  block(id) {
    return this.view.blocks.find((row) => row.id === id);
  }

  /** Base of an edit on this block: my own edit before it, or the version stored. */
  baseOf(id, rows = this.stored.blocks) {
    const before = this.outbox.lastOn(id);
    const base = rows.find((row) => row.id === id)?.version ?? 0;
    return before ? { base, after: before.key } : { base };
  }

  /**
   * Make an edit: shown at once, kept on the device, sent when it can be.
   * @param {any} edit
   * @param {{undo?: any[], what?: any, silent?: boolean}} [more] `undo`: edits that take it back
   */
  edit(edit, { undo, what = {} } = {}) {
    if (["put", "del", "reopen"].includes(edit.op)) Object.assign(edit, this.baseOf(edit.id));
    if (["put_procedure", "del_procedure"].includes(edit.op)) Object.assign(edit, this.baseOf(edit.id, this.stored.procedures));
    const touched = touches(edit, this.view);
    const entry = this.outbox.add(edit);
    entry.touched = touched;
    if (undo) {
      this.done.push({ undo, redo: [edit] });
      this.undone = [];
    }
    this.refresh(what);
    return entry;
  }

  put(id, fields, what) {
    const old = this.block(id);
    const undo = old
      ? [{ op: "put", id, fields: { ...content(old), start: old.start, end: old.end } }]
      : [{ op: "del", id }];
    this.edit({ op: "put", id, fields }, { undo, what });
  }

  /** Change some of a block. */
  change(id, some, what) {
    const old = this.block(id);
    if (!old) return;
    this.put(id, { ...content(old), start: old.start, end: old.end, ...some }, what);
  }

  remove(id) {
    const old = this.block(id);
    if (!old) return;
    const undo = [{ op: "put", id, fields: { ...content(old), start: old.start, end: old.end } }];
    if (this.selected === id) this.selected = null;
    this.edit({ op: "del", id }, { undo });
  }

  undo() {
    const act = this.done.pop();
    if (!act) return false;
    for (const edit of act.undo) this.edit({ ...edit });
    this.undone.push(act);
    return true;
  }

  redo() {
    const act = this.undone.pop();
    if (!act) return false;
    for (const edit of act.redo) this.edit(fresh(edit));
    this.done.push(act);
    return true;
  }

  select(id) {
    if (this.selected === id) return;
    this.selected = id;
    this.dispatchEvent(new CustomEvent("select"));
  }
}

/** The edit without the base it had: it is made again on the chart of now. */
function fresh({ base, after, ...edit }) {
  return edit.op === "text" ? { base, ...edit } : edit;
}
