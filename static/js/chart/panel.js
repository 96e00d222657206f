// Beside the chart: the server's charges, what is missing, and the fixes for gaps and overlaps.
import { clock, minutes, now } from "chart/clock";
import { afterPaint, byId, h, icon, setText } from "chart/dom";
import { content } from "chart/edits";
import { rail } from "chart/spans";

const PAUSE = 250;

export class Panel {
  constructor(store, outbox, go) {
    this.store = store;
    this.outbox = outbox;
    this.go = go;
    this.box = byId("charges");
    this.asOf = byId("charges-as-of");
    outbox.addEventListener("state", (event) => event.detail.saved && this.soon());
    outbox.addEventListener("status", () => this.dim());
    store.addEventListener("view", () => afterPaint(() => this.patch()));
    this.soon();
    this.patch();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), PAUSE);
  }

  /** Units come from the server only. Until they do, the ones shown are dimmed and dated. */
  async load() {
    const asked = (this.asked = {});
    try {
      const answer = await fetch(this.box.dataset.url, { redirect: "manual", cache: "no-store", headers: { "HX-Request": "true" } });
      if (asked !== this.asked) return;
      if (!answer.ok) throw new Error(String(answer.status));
      this.box.innerHTML = await answer.text(); // our own server's fragment
      this.store.setCodes(JSON.parse(byId("charged-codes")?.textContent ?? "{}"));
      this.at = now();
      this.failed = false;
    } catch {
      this.failed = true;
    }
    this.dim();
    this.bar();
  }

  dim() {
    const late = this.failed || this.outbox.waiting > 0;
    this.box.classList.toggle("stale", late);
    const offline = this.failed || this.outbox.status === "offline";
    this.asOf.hidden = !offline;
    setText(this.asOf, offline ? (this.at ? `As of ${clock(this.at)}. The charges follow when the connection is back.` : "The charges follow when the connection is back.") : "");
  }

  patch() {
    this.missing();
    this.fixes();
    this.dim();
    this.bar();
  }

  missing() {
    const { missing } = this.store.view;
    const mark = JSON.stringify(missing);
    if (mark === this.missingMark) return;
    this.missingMark = mark;
    const list = missing.map(({ text, anchor, field }) => h("li", { class: "finding finding-warn" }, icon("exclamation-triangle"), h("p", {}, `${text} `, h("a", { href: `#${anchor}`, onclick: (event) => { event.preventDefault(); this.go(anchor, field); } }, "Go to the field"))));
    byId("missing-list").replaceChildren(...list);
    byId("missing-none").hidden = missing.length > 0;
    setText(byId("missing-count"), missing.length ? String(missing.length) : "");
    byId("missing-count").hidden = !missing.length;
  }

  fixes() {
    const { view } = this.store;
    const found = rail(view.blocks, view.running, view.elsewhere, now(), this.store.isOneOnOne);
    const name = (row) => this.store.technique(row.technique).label;
    const set = (text, id, some) => [text, () => this.store.change(id, some)];
    const rows = [];
    for (const { start, end, before, after } of found.overlaps) {
      const options = [];
      if (!before.live && start > before.start) options.push(set(`End ${name(before)} at ${clock(start)}`, before.id, { end: start }));
      if (!after.live && before.end < after.end) options.push(set(`Start ${name(after)} at ${clock(before.end)}`, after.id, { start: before.end }));
      rows.push(["block", `${name(before)} and ${name(after)} overlap ${clock(start)}–${clock(end)}. One therapist cannot bill both.`, options]);
    }
    for (const { start, end, block, other } of found.busy) {
      const options = [];
      if (!block.live && other.start > block.start) options.push(set(`End ${name(block)} at ${clock(other.start)}`, block.id, { end: other.start }));
      if (!block.live && other.end < block.end) options.push(set(`Start ${name(block)} at ${clock(other.end)}`, block.id, { start: other.end }));
      const from = `${clock(other.start)}–${other.running ? "now" : clock(other.end)}`;
      rows.push(["block", `Patient ${other.who} has your one-on-one time ${from}${other.running ? " (running)" : ""}; it overlaps ${name(block)} ${clock(start)}–${clock(end)}.`, options]);
    }
    for (const { start, end, before, after } of found.gaps) {
      const options = [];
      if (!before.live) options.push(set(`Extend ${name(before)}`, before.id, { end }));
      if (this.store.techniques.has("rest")) options.push(["Mark as rest", () => this.store.put(crypto.randomUUID(), { ...content({ technique: "rest" }), start, end })]);
      rows.push(["warn", `${minutes(start, end)} min gap ${clock(start)}–${clock(end)}, not counted.`, options]);
    }
    const mark = JSON.stringify(rows);
    if (mark === this.fixMark) return;
    this.fixMark = mark;
    byId("fixes").replaceChildren(...rows.map(([level, text, options]) => h("li", { class: `finding finding-${level}` }, icon(level === "block" ? "exclamation-octagon" : "exclamation-triangle"), h("div", {}, h("p", {}, text), h("div", { class: "cluster" }, ...options.map(([label, act]) => h("button", { type: "button", class: "btn btn-sm btn-secondary", onclick: act }, label)))))));
    this.counts = { clashes: found.overlaps.length + found.busy.length, gaps: found.gaps.length };
    for (const kind of ["clashes", "gaps"]) {
      const pill = byId(`bar-${kind}`), n = this.counts[kind];
      if (!pill) continue;
      pill.hidden = !n;
      setText(pill, `${n} ${kind === "gaps" ? "gap" : "overlap"}${n === 1 ? "" : "s"}`);
    }
  }

  /** The bottom bar's numbers: units as the server gave them, minutes as they are on screen. */
  bar() {
    const { view } = this.store;
    const seconds = view.blocks.reduce((sum, row) => sum + row.end - row.start, 0) + (view.running?.start != null ? now() - view.running.start : 0);
    setText(byId("bar-minutes"), String(minutes(0, seconds)));
    const units = this.box.querySelector(".charges-sum > b")?.textContent ?? "–";
    setText(byId("bar-units"), units);
    setText(byId("bar-units-word"), units === "1" ? "unit" : "units");
    byId("bar-units")?.classList.toggle("stale", this.box.classList.contains("stale"));
  }
}
