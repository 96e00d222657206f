// The typed line. The server reads it, here only its chips are shown; without a connection the
// line itself is kept and read when it arrives.
import { byId, h, say, setText } from "chart/dom";
import { content } from "chart/edits";

const PAUSE = 160;

export class Typed {
  constructor(store, url) {
    this.store = store;
    this.url = url;
    this.input = byId("typed-line");
    this.chips = byId("typed-chips");
    this.help = byId("typed-help");
    this.chosen = {};
    this.input.addEventListener("input", () => {
      this.chosen = {};
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.read(), PAUSE);
    });
    this.input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.add();
    });
  }

  get text() {
    return this.input.value.trim();
  }

  async read() {
    const { text } = this;
    if (!text) {
      this.reading = null;
      return this.draw({ chips: [], questions: [] });
    }
    const asked = (this.asked = {});
    const body = new URLSearchParams({ text: text.slice(0, 500) });
    try {
      const answer = await fetch(this.url, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": this.store.outbox.csrf } });
      const reading = answer.ok ? { text, ...(await answer.json()) } : null;
      if (asked !== this.asked) return;
      this.reading = reading;
    } catch {
      if (asked !== this.asked) return;
      this.reading = null;
    }
    this.draw(this.reading ?? { chips: [], questions: [], offline: true });
  }

  /** What the line says so far, with the answers given to its questions. */
  get entry() {
    const { reading, chosen } = this;
    if (!reading) return null;
    const entry = { ...reading.entry };
    if (chosen.technique) entry.technique = chosen.technique;
    if (chosen.regions) entry.regions = chosen.regions.split("+");
    if (chosen.side) entry.side = chosen.side;
    return entry;
  }

  openQuestions() {
    const asked = (this.reading?.questions ?? []).filter((question) => !this.chosen[question.about]);
    const needy = this.entry?.regions.find((key) => this.store.regions.get(key)?.needsSide);
    if (needy && !this.entry.side && !asked.some((question) => question.about === "side" || question.about === "regions")) {
      asked.push({ about: "side", text: `Which side of ${this.store.regions.get(needy).label.toLowerCase()}?`, options: [["left", "Left"], ["right", "Right"], ["both", "Both"]] });
    }
    return asked;
  }

  draw({ chips, offline }) {
    const rows = chips.map(({ text, missing, kind }) => h("li", { class: `typed-chip${missing ? " is-missing" : ""}`, "data-kind": kind }, missing ? `${text}?` : text));
    for (const [about, value] of Object.entries(this.chosen)) {
      const names = value.split("+").map((key) => this.store.techniques.get(key)?.label ?? this.store.regions.get(key)?.label ?? key);
      rows.push(h("li", { class: "typed-chip", "data-kind": about }, names.join(" and ")));
    }
    this.chips.replaceChildren(...rows);
    const question = this.openQuestions()[0];
    const asking = byId("typed-question");
    asking.replaceChildren(...(question ? [h("p", { id: "typed-asks" }, question.text), h("div", { class: "cluster" }, ...question.options.map(([key, label]) => h("button", { type: "button", class: "chip-button", onclick: () => this.answer(question.about, key) }, label)))] : []));
    setText(this.help, offline ? "Not connected: the line is kept as typed and read when the connection is back." : "Enter adds it after the last block, or at the times typed.");
  }

  answer(about, key) {
    this.chosen[about] = key;
    this.draw(this.reading);
    this.input.focus();
  }

  async add() {
    clearTimeout(this.timer);
    if (!this.text) return;
    if (this.reading?.text !== this.text) await this.read();
    const start = this.store.view.blocks.at(-1)?.end ?? this.store.boot.day.starts;
    if (!this.reading) {
      this.store.edit({ op: "line", id: crypto.randomUUID(), text: this.text.slice(0, 500), start, base: 0 });
      say("Line kept on this device. It is read when the connection is back.");
      return this.reset();
    }
    const { reading } = this, entry = this.entry;
    if (this.openQuestions().length) return this.stop(this.openQuestions()[0].text);
    if (!entry.technique) return this.stop("Say what was done, such as stm or te.");
    if (!reading.times && !reading.minutes) return this.stop("Say how long, such as 10 min or 9:05-9:17.");
    const [from, to] = reading.times ?? [start, start + reading.minutes * 60];
    if (to <= from) return this.stop("The end is before the start: correct the times.");
    this.store.put(crypto.randomUUID(), { ...content(entry), start: from, end: to });
    say(`${this.store.technique(entry.technique).label} added, ${Math.floor((to - from) / 60)} minutes.`);
    this.reset();
  }

  stop(text) {
    setText(this.help, text);
    say(text);
    byId("typed-question").querySelector("button")?.focus();
  }

  reset() {
    this.input.value = "";
    this.reading = null;
    this.chosen = {};
    this.draw({ chips: [] });
  }
}
