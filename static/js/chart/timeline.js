// <handline-timeline>: one lane per service code, drawn once and then patched.
// Light DOM: a list per lane, a button per block; two sliders on the selected block only.
import { clock, clockLong, minutes, now, wholeMinute } from "chart/clock";
import { content } from "chart/edits";
import { afterPaint, h, say, setText } from "chart/dom";
import { frame, moved, nextEdge, rail } from "chart/spans";

const THRESHOLD = 4; // px before a press becomes a drag
const EDGE = 8; // px at a block's side that resize it
const LEAST_LANES = 4;
const MINUTE = 60;

export class Timeline extends HTMLElement {
  /** @param {import("chart/store").Store} store */
  attach(store) {
    this.store = store;
    this.items = new Map();
    this.lanes = new Map();
    this.drag = null;
    this.build();
    store.addEventListener("view", (event) => this.onView(event.detail));
    store.addEventListener("select", () => this.onSelect());
    this.addEventListener("pointerdown", (event) => this.onDown(event));
    this.addEventListener("pointermove", (event) => this.onMove(event));
    this.addEventListener("pointerup", (event) => this.onUp(event));
    this.addEventListener("pointercancel", () => this.cancel());
    // a finger's own capture of the handle ends when the whole line takes over: that is no cancel
    this.addEventListener("lostpointercapture", (event) => event.target === this && this.drag?.moving && this.cancel());
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.drag) this.cancel();
    }, true);
    setInterval(() => this.tick(), 1000);
    this.patch();
  }

  build() {
    this.ruler = h("div", { class: "tl2-ruler" });
    this.head = h("div", { class: "tl2-start" });
    this.body = h("div", { class: "tl2-lanes" });
    this.rail = h("div", { class: "tl2-rail", "aria-hidden": "true" });
    this.nowLine = h("div", { class: "tl2-now", "aria-hidden": "true" }, h("b"));
    this.nowLine.hidden = true;
    this.grid = h("div", { class: "tl2-grid", "aria-hidden": "true" });
    this.area = h("div", { class: "tl2-area" }, this.grid, this.nowLine);
    this.replaceChildren(
      h("div", { class: "tl2-row tl2-top" }, this.head, this.ruler),
      this.body,
      h("div", { class: "tl2-row tl2-foot" }, h("div", { class: "tl2-name" }, "One-on-one time"), this.rail),
      this.area,
    );
    this.setAttribute("role", "group");
    this.setAttribute("aria-labelledby", "timeline-title");
  }

  // --- drawing -----------------------------------------------------------------------------

  get span() {
    return this.to - this.from;
  }

  x = (seconds) => ((seconds - this.from) / this.span) * 100;

  onView(what) {
    if (this.drag?.moving) return;
    // the moved block first, in this frame; lanes, rail and the rest after it
    if (what?.only) {
      const block = this.store.block(what.only);
      if (block && this.items.has(block.id) && block.start >= this.from && block.end <= this.to) {
        this.place(this.items.get(block.id), block);
        afterPaint(() => this.patch());
        return;
      }
    }
    this.patch();
  }

  patch() {
    const { view, boot } = this.store;
    const at = now();
    const span = frame(view.blocks, view.running, boot.day, at);
    if (span.start !== this.from || span.end !== this.to) {
      this.from = span.start;
      this.to = span.end;
      this.drawRuler();
    }
    this.patchLanes();
    const seen = new Set();
    for (const block of view.blocks) {
      seen.add(block.id);
      this.patchBlock(block);
    }
    if (view.running?.start != null) {
      seen.add(view.running.id);
      this.patchBlock({ ...view.running, end: Math.max(at, view.running.start + 1), live: true });
    }
    for (const [id, item] of this.items) {
      if (seen.has(id)) continue;
      const focused = item.li.contains(document.activeElement);
      item.li.remove();
      this.items.delete(id);
      if (focused) (this.items.values().next().value?.button ?? this).focus?.();
    }
    this.reorder(view.blocks);
    this.measure();
    this.onSelect();
    this.drawNow(at);
  }

  drawRuler() {
    const long = this.span > 4 * 3600;
    const quarter = (long ? 60 : 15) * MINUTE, step = this.span > 2 * 3600 ? quarter : 5 * MINUTE;
    setText(this.head, `From ${clockLong(this.from)}`);
    const marks = [], lines = [];
    for (let at = this.from; at <= this.to; at += step) {
      const big = at % quarter === 0;
      const line = h("i", { class: big ? "big" : null });
      line.style.left = `${this.x(at)}%`;
      lines.push(line);
      if (!big) continue;
      const mark = h("span", { class: at === this.from ? "first" : at === this.to ? "last" : null }, clock(at));
      mark.style.left = `${this.x(at)}%`;
      marks.push(mark);
    }
    this.ruler.replaceChildren(...marks);
    this.grid.replaceChildren(...lines);
  }

  /** The codes in use, then those of the favourites, so that lanes seldom come and go. */
  laneKeys() {
    const { view, boot } = this.store;
    const rows = [...view.blocks, ...(view.running ? [view.running] : [])];
    const keys = [];
    const add = (row) => {
      const { code, lane } = this.store.technique(row.technique);
      if (!keys.some((key) => key.code === code)) keys.push({ code, lane, sample: row });
    };
    rows.forEach(add);
    for (const row of [...view.planned, ...boot.favourites]) if (keys.length < LEAST_LANES) add(row);
    return keys;
  }

  patchLanes() {
    const names = { manual: "Manual therapy", exercise: "Exercise", neuro: "Neuromuscular", activities: "Activities", cmt: "Adjustment", untimed: "Other" };
    const keys = this.laneKeys();
    const wanted = new Set(keys.map((key) => key.code));
    for (const [code, lane] of this.lanes) {
      if (wanted.has(code)) continue;
      lane.row.remove();
      this.lanes.delete(code);
    }
    for (const { code, lane, sample } of keys) {
      let row = this.lanes.get(code);
      if (!row) {
        const total = h("b");
        const name = h("div", { class: "tl2-name" }, h("b", {}, h("span", { class: "dot" }), code ? names[lane] : "Not billed"), h("small", {}, code ? `${code} · ` : "", total));
        const list = h("ul", { class: "tl2-lane", "data-code": code });
        row = { row: h("div", { class: `tl2-row lane-${lane}` }, name, list), list, total, sample };
        this.lanes.set(code, row);
      }
      row.sample = this.store.view.blocks.findLast((b) => this.store.technique(b.technique).code === code) ?? sample;
      if (row.row.parentNode !== this.body) this.body.append(row.row);
    }
  }

  patchBlock(block) {
    const technique = this.store.technique(block.technique);
    const list = this.lanes.get(technique.code)?.list;
    if (!list) return;
    let item = this.items.get(block.id);
    if (!item) {
      const name = h("b", {}), detail = h("span", {});
      const button = h("button", { type: "button", class: "tl2-block", "aria-pressed": "false" }, name, " ", detail);
      item = { li: h("li", { "data-id": block.id }, button), button, name, detail };
      this.items.set(block.id, item);
    }
    if (item.li.parentNode !== list) list.append(item.li);
    item.li.classList.toggle("is-live", !!block.live);
    item.live = !!block.live;
    this.place(item, block);
  }

  place(item, block) {
    const technique = this.store.technique(block.technique);
    item.span = { start: block.start, end: block.end };
    item.li.style.left = `${this.x(block.start)}%`;
    item.li.style.width = `${Math.max(0.4, this.x(block.end) - this.x(block.start))}%`;
    const long = minutes(block.start, block.end), where = this.store.where(block);
    setText(item.name, technique.label);
    setText(item.detail, `${long} min${where ? ` · ${where}` : ""}`);
    const spoken = `${technique.label} ${long} min${where ? ` · ${where}` : ""}, ${clock(block.start)} to ${block.live ? "now" : clock(block.end)}${item.clash ? ", overlaps" : ""}`;
    if (item.button.getAttribute("aria-label") !== spoken) item.button.setAttribute("aria-label", spoken);
    if (item.handles) this.describeHandles(item, block);
  }

  /** Reading and tab order is the order of time. */
  reorder(blocks) {
    for (const { list } of this.lanes.values()) {
      const here = blocks.filter((b) => this.items.get(b.id)?.li.parentNode === list);
      here.forEach((block, index) => {
        const li = this.items.get(block.id).li;
        // moving an element takes its focus away: the one in focus stays where it is
        if (list.children[index] !== li && !li.contains(document.activeElement)) list.insertBefore(li, list.children[index]);
      });
    }
  }

  /** Minutes of each lane, gaps and overlaps: from what is drawn, so also while dragging. */
  measure() {
    const { view } = this.store;
    const at = now();
    const blocks = view.blocks.map((block) => ({ ...block, ...this.items.get(block.id)?.span }));
    const totals = new Map();
    for (const item of this.items.values()) {
      const code = item.li.parentNode?.dataset.code;
      totals.set(code, (totals.get(code) ?? 0) + item.span.end - item.span.start);
    }
    for (const [code, lane] of this.lanes) {
      const total = minutes(0, totals.get(code) ?? 0);
      setText(lane.total, `${total} min`);
      const label = `${lane.row.querySelector(".tl2-name > b").textContent} ${code}, ${total} minutes`;
      if (lane.list.getAttribute("aria-label") !== label) lane.list.setAttribute("aria-label", label);
    }
    const found = rail(blocks, view.running, view.elsewhere, at, this.store.isOneOnOne);
    const clashing = new Set([...found.overlaps.flatMap((o) => [o.before.id, o.after.id]), ...found.busy.map((b) => b.block.id)]);
    for (const [id, item] of this.items) {
      item.clash = clashing.has(id);
      item.li.classList.toggle("is-clash", item.clash);
    }
    this.drawRail(blocks, found);
    return found;
  }

  drawRail(blocks, { gaps, overlaps, busy }) {
    const piece = (kind, start, end, text) => {
      const mark = h("span", { class: kind }, text);
      mark.style.left = `${this.x(start)}%`;
      mark.style.width = `${this.x(end) - this.x(start)}%`;
      return mark;
    };
    this.rail.replaceChildren(
      ...blocks.map((b) => piece("time", b.start, b.end, "")),
      ...gaps.map((g) => piece("gap", g.start, g.end, `${minutes(g.start, g.end)}m`)),
      ...overlaps.map((o) => piece("overlap", o.start, o.end, `${Math.max(1, minutes(o.start, o.end))}m`)),
      ...busy.map((b) => piece("overlap", b.start, b.end, "2×")),
    );
  }

  drawNow(at) {
    const show = at >= this.from && at <= this.to;
    this.nowLine.hidden = !show;
    if (!show) return;
    this.nowLine.style.left = `${this.x(at)}%`;
    setText(this.nowLine.firstChild, clock(at));
  }

  tick() {
    if (this.drag?.moving || document.hidden) return;
    const { running } = this.store.view;
    const at = now();
    if (running?.start != null && at + 60 > this.to) return this.patch();
    this.drawNow(at);
    const item = running && this.items.get(running.id);
    if (item?.live) {
      item.span.end = at;
      item.li.style.width = `${Math.max(0.4, this.x(at) - this.x(running.start))}%`;
      if ((at - running.start) % MINUTE === 0) this.patch();
    }
  }

  // --- selection and handles ---------------------------------------------------------------

  onSelect() {
    const { selected } = this.store;
    for (const [id, item] of this.items) {
      const on = id === selected;
      if (item.button.getAttribute("aria-pressed") !== String(on)) item.button.setAttribute("aria-pressed", String(on));
      item.li.classList.toggle("is-selected", on);
      if (on && !item.handles) this.addHandles(item, id);
      if (!on && item.handles) {
        item.handles.forEach((handle) => handle.remove());
        item.handles = null;
      }
    }
  }

  addHandles(item, id) {
    const parts = item.live ? ["start"] : ["start", "end"];
    item.handles = parts.map((part) => h("span", { role: "slider", tabindex: "0", class: `tl2-handle is-${part}`, "data-part": part, "aria-orientation": "horizontal" }));
    item.li.append(...item.handles);
    this.describeHandles(item, this.block(id));
  }

  describeHandles(item, block) {
    const long = minutes(block.start, block.end);
    for (const handle of item.handles) {
      const { part } = handle.dataset;
      handle.setAttribute("aria-label", `${part === "start" ? "Start" : "End"} of ${this.store.technique(block.technique).label}`);
      handle.setAttribute("aria-valuemin", String(Math.floor(this.from / MINUTE)));
      handle.setAttribute("aria-valuemax", String(Math.ceil(this.to / MINUTE)));
      handle.setAttribute("aria-valuenow", String(Math.floor(block[part] / MINUTE)));
      handle.setAttribute("aria-valuetext", `${clockLong(block[part])}, block ${long} minutes`);
    }
  }

  /** A charted block, or what runs up to now. */
  block(id) {
    const { view } = this.store;
    if (view.running?.id === id && view.running.start != null) return { ...view.running, end: now(), live: true };
    return this.store.block(id);
  }

  // --- changing ----------------------------------------------------------------------------

  edgesBut(id) {
    const { view } = this.store;
    const rows = view.blocks.filter((row) => row.id !== id);
    const edges = rows.flatMap((row) => [row.start, row.end]);
    if (view.running?.start != null && view.running.id !== id) edges.push(view.running.start);
    return edges;
  }

  commit(id, span, { spoken = true } = {}) {
    const block = this.block(id);
    if (!block || (block.start === span.start && block.end === span.end)) return;
    if (block.live) {
      if (span.start < now()) this.store.edit({ op: "backdate", id, at: span.start }, { undo: [{ op: "backdate", id, at: block.start }] });
    } else {
      this.store.put(id, { ...content(block), ...span }, { only: id });
    }
    if (spoken) this.speak(id);
  }

  speak(id) {
    const block = this.block(id);
    if (!block) return;
    const { label, code } = this.store.technique(block.technique);
    const total = this.lanes.get(code)?.total.textContent ?? "";
    say(`${label} ${clock(block.start)} to ${block.live ? "now" : clock(block.end)}, ${minutes(block.start, block.end)} minutes. ${code} ${total}.`);
  }

  onKey(event) {
    const li = event.target.closest("li[data-id]");
    if (!li || event.altKey) return;
    const { id } = li.dataset;
    const part = event.target.dataset.part ?? "body";
    const block = this.block(id);
    if (!block) return;
    const step = MINUTE * (event.shiftKey || event.key.startsWith("Page") ? 5 : 1);
    const sign = { ArrowLeft: -1, ArrowDown: -1, PageDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 1 }[event.key];
    if (event.ctrlKey || event.metaKey) return;
    if (sign && !(part === "body" && (block.live || /Up|Down/.test(event.key)))) {
      event.preventDefault();
      this.commit(id, this.stepped(block, part, sign * step));
    } else if ((event.key === "Home" || event.key === "End") && part !== "body") {
      event.preventDefault();
      const to = event.key === "Home" ? nextEdge(block, "start", this.store.view.blocks) : nextEdge(block, "end", this.store.view.blocks);
      if (part === "start" && event.key === "Home") this.commit(id, { start: to, end: block.end });
      if (part === "end" && event.key === "End") this.commit(id, { start: block.start, end: to });
    } else if (event.key === "Delete" && !block.live) {
      event.preventDefault();
      this.dispatchEvent(new CustomEvent("remove", { detail: id }));
    } else if (event.key === "Enter" && part === "body") {
      event.preventDefault();
      this.store.select(id);
      this.dispatchEvent(new CustomEvent("edit", { detail: id }));
    } else if (event.key === "Escape") {
      this.store.select(null);
      this.items.get(id)?.button.focus();
    }
  }

  /** By keyboard the step is exact: it does not stick. */
  stepped(block, part, by) {
    if (part === "start") return { start: Math.min(wholeMinute(block.start) + by, block.end - MINUTE), end: block.end };
    if (part === "end") return { start: block.start, end: Math.max(wholeMinute(block.end) + by, block.start + MINUTE) };
    return { start: block.start + by, end: block.end + by };
  }

  onDown(event) {
    if (event.button > 0 || this.drag) return;
    this.canceled = false;
    const li = event.target.closest("li[data-id]");
    if (!li) return;
    const { id } = li.dataset;
    const block = this.block(id);
    if (!block) return;
    let part = event.target.dataset.part ?? "body";
    const box = li.getBoundingClientRect();
    if (part === "body" && event.pointerType === "mouse" && box.width > 4 * EDGE) {
      if (event.clientX - box.left < EDGE) part = "start";
      else if (box.right - event.clientX < EDGE) part = "end";
    }
    if (block.live && part !== "start") return;
    const width = li.parentNode.getBoundingClientRect().width;
    this.drag = { id, part, block, x: event.clientX, perPixel: this.span / width, pointer: event.pointerId, item: this.items.get(id), edges: this.edgesBut(id), moving: false };
  }

  onMove(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    const far = event.clientX - drag.x;
    if (!drag.moving) {
      if (Math.abs(far) < THRESHOLD) return;
      drag.moving = true;
      this.setPointerCapture(drag.pointer);
      this.classList.add("is-dragging");
      drag.item.li.classList.add("is-dragged");
      this.store.select(drag.id);
    }
    const anchor = drag.part === "end" ? drag.block.end : drag.block.start;
    const to = wholeMinute(anchor + far * drag.perPixel);
    drag.span = moved(drag.block, drag.part, to, drag.edges);
    if (drag.block.live) drag.span = { start: Math.min(drag.span.start, now()), end: now() };
    this.place(drag.item, { ...drag.block, ...drag.span });
    this.measure();
  }

  onUp(event) {
    const { drag } = this;
    if (this.canceled || drag?.moving) {
      this.canceled = false;
      this.suppressClick = true; // the click that follows a drag means nothing
      setTimeout(() => (this.suppressClick = false));
    }
    if (!drag || event.pointerId !== drag.pointer) return;
    this.endDrag();
    if (!drag.moving) return;
    if (drag.span) this.commit(drag.id, drag.span);
  }

  cancel() {
    const { drag } = this;
    this.endDrag();
    if (!drag?.moving) return;
    this.canceled = true;
    this.patch();
    say("Move canceled.");
  }

  endDrag() {
    const { drag } = this;
    this.drag = null;
    this.classList.remove("is-dragging");
    drag?.item.li.classList.remove("is-dragged");
    if (drag?.moving && this.hasPointerCapture(drag.pointer)) this.releasePointerCapture(drag.pointer);
  }

  onClick(event) {
    if (this.suppressClick) return;
    const li = event.target.closest("li[data-id]");
    if (li) {
      if (event.target.closest(".tl2-block")) this.store.select(this.store.selected === li.dataset.id ? null : li.dataset.id);
      return;
    }
    const box = (event.target.closest(".tl2-lane") ?? event.target.closest(".tl2-ruler"))?.getBoundingClientRect();
    if (!box) return;
    const at = wholeMinute(this.from + ((event.clientX - box.left) / box.width) * this.span);
    if (event.target.closest(".tl2-ruler")) this.setNearerEdge(at);
    else this.addAt(event.target.closest(".tl2-lane"), at);
  }

  /** Without dragging: the selected block's nearer edge goes to the time tapped on the ruler. */
  setNearerEdge(at) {
    const block = this.block(this.store.selected);
    if (!block) return say("Select a block first, then tap the time its edge should have.");
    const part = block.live || Math.abs(at - block.start) < Math.abs(at - block.end) ? "start" : "end";
    this.commit(block.id, moved(block, part, at, this.edgesBut(block.id)));
  }

  addAt(list, at) {
    const sample = this.lanes.get(list.dataset.code)?.sample;
    if (sample) this.dispatchEvent(new CustomEvent("add", { detail: { sample, start: at, end: at + 10 * MINUTE } }));
  }
}

customElements.define("handline-timeline", Timeline);
