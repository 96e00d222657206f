// The clock's card, the tiles, and the plan for today. One tap ends a block and starts the next.
import { clock, now, stopwatch, wholeMinute } from "chart/clock";
import { byId, h, icon, say, setText } from "chart/dom";
import { content, lasting, sameKind } from "chart/edits";

const FAR = 10 * 3600; // from the booked time, before and after
const TOO_LONG = 30 * 60; // ask, never stop silently

export class Live {
  constructor(store, undoBar) {
    this.store = store;
    this.undoBar = undoBar;
    this.card = byId("live");
    this.build();
    store.addEventListener("view", () => this.patch());
    setInterval(() => this.tick(), 1000);
    this.patch();
  }

  build() {
    const button = (id, name, text, act, more = {}) => h("button", { type: "button", id, class: "btn btn-secondary", onclick: act, ...more }, icon(name), text);
    this.time = h("p", { class: "timer", "aria-hidden": "true" });
    this.what = h("b");
    this.detail = h("span", { class: "sub" });
    this.pauseButton = button("live-pause", "pause-fill", h("span", {}, "Pause"), () => this.pauseOrResume());
    this.stopButton = button("live-stop", "stop-fill", "Stop", () => this.stop());
    this.back = h("button", { type: "button", class: "btn btn-sm btn-quiet", id: "live-back", onclick: () => this.backdate(3) }, icon("clock-history"), "I started 3 min ago");
    this.next = h("button", { type: "button", id: "live-next", class: "btn btn-primary btn-lg", onclick: () => this.nextBlock() }, icon("skip-forward-fill"), h("span", {}, "Next block"), h("kbd", { class: "on-primary" }, "N"));
    this.replies = h("div", { class: "cluster live-replies", role: "group", "aria-label": "Response of the running block" });
    this.warning = h("p", { class: "live-warning" });
    this.card.append(
      h("span", { class: "live-dot", "aria-hidden": "true" }), this.time,
      h("div", { class: "live-what" }, h("p", {}, this.what, this.detail), this.back),
      h("div", { class: "cluster live-buttons" }, this.pauseButton, this.stopButton, this.next),
      this.warning, this.replies,
    );
    for (const { label, text } of this.store.boot.snippets.response) {
      this.replies.append(h("button", { type: "button", class: "chip-button", "data-reply": text, onclick: () => this.reply(text) }, label));
    }
    this.tiles = byId("favourites");
    for (const entry of this.store.boot.favourites) this.tiles.append(this.tile(entry));
    this.plan = byId("plan");
    byId("bar-next")?.addEventListener("click", () => this.nextBlock());
  }

  tile(entry) {
    const { label, lane, needsRegion } = this.store.technique(entry.technique);
    const where = this.store.where(entry);
    const small = [where, entry.grade && `grade ${entry.grade}`, entry.dose].filter(Boolean).join(", ");
    return h("button", { type: "button", class: `fav lane-${lane}`, onclick: () => this.start(entry) }, label, h("small", {}, small || (needsRegion ? "choose the region later" : "")));
  }

  patch() {
    const { running, planned } = this.store.view;
    this.card.hidden = !running && !this.isToday;
    byId("bar-next").hidden = !this.isToday;
    setText(byId("tiles-title"), this.isToday ? "Tap to start" : "Tap to fill in the form");
    this.card.dataset.state = !running ? "idle" : running.paused != null ? "paused" : "running";
    const technique = running && this.store.technique(running.technique);
    this.card.className = `panel live-card${technique ? ` lane-edge lane-${technique.lane}` : ""}`;
    setText(this.what, technique ? technique.label : "No block is running");
    const where = running ? this.store.where(running) : "";
    const since = running?.start != null ? `since ${clock(running.start)}` : running ? "paused, not billed" : "";
    setText(this.detail, running ? [technique.code, where, since].filter(Boolean).join(" · ") : "Tap a tile to start the clock.");
    this.pauseButton.hidden = this.stopButton.hidden = !running;
    this.back.hidden = running?.start == null;
    this.replies.hidden = !running;
    setText(this.pauseButton.lastChild, running?.paused != null ? "Resume" : "Pause");
    for (const chip of this.replies.children) chip.setAttribute("aria-pressed", String(running?.response === chip.dataset.reply));
    setText(this.next.children[1], running || planned.length ? "Next block" : "Start block");
    this.patchPlan(planned);
    this.tick();
  }

  patchPlan(planned) {
    const text = JSON.stringify(planned);
    if (this.planText === text) return;
    this.planText = text;
    this.plan.hidden = planned.length === 0;
    byId("plan-list").replaceChildren(...planned.map((entry, index) => h("li", { class: "plan-item" },
      this.tile(entry),
      h("button", { type: "button", class: "btn btn-icon btn-quiet", "aria-label": `Take ${this.store.technique(entry.technique).label} out of the plan`, onclick: () => this.setPlan(planned.toSpliced(index, 1)) }, icon("x-lg")))));
  }

  tick() {
    const { running } = this.store.view;
    const at = now();
    setText(this.time, !running ? "00:00" : stopwatch(at - (running.paused ?? running.start)));
    let warning = "";
    if (running?.start != null && at - running.start > TOO_LONG) warning = `Still ${this.store.technique(running.technique).label.toLowerCase()}? It has run for ${Math.floor((at - running.start) / 60)} minutes.`;
    setText(this.warning, warning);
    this.warning.hidden = !warning;
  }

  /** The clock is for today's visits; an earlier day is charted by its times. */
  get isToday() {
    const { starts, ends } = this.store.boot.day;
    return now() > starts - FAR && now() < ends + FAR;
  }

  /** @param {any} entry technique, regions, side, ... */
  start(entry) {
    if (!this.isToday) return this.onLater(entry);
    const { view } = this.store;
    const at = now(), id = crypto.randomUUID();
    const fields = lasting(entry);
    const was = view.running;
    const undo = was?.start != null && at > was.start
      ? [{ op: "reopen", id: was.id }]
      : [{ op: "discard", id, at }];
    this.store.edit({ op: "start", id, at, fields }, { undo });
    const label = this.store.technique(fields.technique).label;
    say(`${label} started at ${clock(at)}.`);
    this.undoBar.show(`${label} started.`);
  }

  /** The next of the plan; else the tile used most that is not running now. */
  nextBlock() {
    const { view, boot } = this.store;
    const next = view.planned[0] ?? boot.favourites.find((tile) => !view.running || !sameKind(tile, view.running));
    if (next) this.start(next);
  }

  stop() {
    const { running } = this.store.view;
    if (!running) return;
    const undo = running.start != null ? [{ op: "reopen", id: running.id }] : [];
    this.store.edit({ op: "stop", id: running.id, at: now() }, { undo });
    say(`Stopped at ${clock(now())}.`);
    this.undoBar.show("Stopped.");
  }

  pauseOrResume() {
    const { running } = this.store.view;
    if (!running) return;
    if (running.paused != null) {
      const id = crypto.randomUUID();
      this.store.edit({ op: "resume", id, at: now() }, { undo: [{ op: "pause", id, at: now() }] });
      say("Resumed.");
    } else {
      this.store.edit({ op: "pause", id: running.id, at: now() }, { undo: [{ op: "reopen", id: running.id }] });
      say("Paused. The pause is not billed.");
    }
  }

  /** "I started 3 min ago": what runs now began that much before now. */
  backdate(by) {
    const { running } = this.store.view;
    if (running?.start == null) return;
    const ago = wholeMinute(now() - by * 60);
    const at = ago < running.start ? ago : running.start - by * 60; // tapped again: earlier still
    this.store.edit({ op: "backdate", id: running.id, at }, { undo: [{ op: "backdate", id: running.id, at: running.start }] });
    say(`Started at ${clock(at)}.`);
    this.undoBar.show(`Started at ${clock(at)}.`);
  }

  reply(text) {
    const { running } = this.store.view;
    if (!running) return;
    const response = running.response === text ? "" : text;
    // paused, its minutes are charted already: the response belongs to them
    if (running.paused != null) this.store.change(running.id, { response });
    this.store.edit({ op: "describe", id: running.id, fields: { ...content(running), response } }, { undo: [{ op: "describe", id: running.id, fields: content(running) }] });
  }

  setPlan(entries) {
    this.store.edit({ op: "plan", entries: entries.map(lasting) }, { undo: [{ op: "plan", entries: this.store.view.planned }] });
  }
}
