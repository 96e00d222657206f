// The note's sections: kept as they are written, with sentences to tap.
import { byId, h, setText } from "chart/dom";

const SECTIONS = ["subjective", "objective", "assessment", "plan"];
const TYPING = 400;
const LONGEST = 20000;

export class Texts {
  constructor(store, ask) {
    this.store = store;
    this.ask = ask;
    this.timers = {};
    this.synced = {};
    for (const section of SECTIONS) this.bind(section);
    byId("text-form").addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.commitAll();
    });
    addEventListener("pagehide", () => this.commitAll());
    store.addEventListener("view", () => SECTIONS.forEach((section) => this.follow(section)));
  }

  area = (section) => byId(`id_${section}`);

  bind(section) {
    const area = this.area(section);
    this.synced[section] = this.store.view.texts[section];
    area.removeAttribute("maxlength"); // it would cut a pasted text off without a word
    // what was typed before this file arrived is an edit like any other
    if (area.value !== area.defaultValue.replace(/\r\n?/g, "\n")) this.timers[section] = setTimeout(() => this.commit(section), TYPING);
    else if (area.value !== this.synced[section]) area.value = this.synced[section];
    area.addEventListener("input", () => {
      // the first key starts the wait and later ones do not put it off: whoever never pauses
      // is kept just as often
      this.timers[section] ||= setTimeout(() => this.commit(section), TYPING);
    });
    area.addEventListener("blur", () => this.commit(section));
    const chips = h("div", { class: "cluster snippets", role: "group", "aria-label": `Sentences for ${section}` });
    for (const { label, text } of this.store.boot.snippets[section]) chips.append(this.chip(section, label, text));
    chips.append(h("button", { type: "button", class: "chip-button is-quiet", onclick: () => this.keep(section, chips) }, "Keep as a sentence"));
    area.after(chips);
    chips.after(h("p", { class: "errorlist", id: `problem-${section}`, hidden: true }));
  }

  chip(section, label, text) {
    return h("button", { type: "button", class: "chip-button", onclick: () => this.put(section, text) }, label);
  }

  put(section, text) {
    const area = this.area(section);
    area.value = area.value.trim() ? `${area.value.trimEnd()} ${text}` : text;
    this.commit(section);
  }

  commitAll() {
    SECTIONS.forEach((section) => this.commit(section));
  }

  commit(section) {
    clearTimeout(this.timers[section]);
    this.timers[section] = 0;
    const area = this.area(section), text = area.value;
    const tooLong = text.length > LONGEST;
    const said = byId(`problem-${section}`);
    said.hidden = !tooLong;
    setText(said, tooLong ? `Keep a section under 20,000 characters: this one has ${text.length.toLocaleString("en-US")}. It is kept on this device until it is shorter; attach long material as a document.` : "");
    area.setAttribute("aria-invalid", String(tooLong));
    if (tooLong) area.setAttribute("aria-describedby", said.id);
    const { outbox } = this.store;
    const held = outbox.pending.filter((entry) => entry.held?.why === "long" && entry.edit.section === section);
    if (text === (held.at(-1)?.edit.text ?? this.synced[section])) return;
    const edit = { op: "text", section, base: this.synced[section], text };
    if (tooLong) {
      outbox.settle(held, []);
      outbox.add(edit, { why: "long", error: "" });
      return;
    }
    if (held.length) outbox.settle(held, []);
    if (text === this.synced[section]) return;
    this.synced[section] = text;
    this.store.edit(edit);
  }

  /** Show what another device wrote, unless this one is being written. */
  follow(section) {
    const text = this.store.view.texts[section], area = this.area(section);
    const held = this.store.outbox.pending.findLast((entry) => entry.held && entry.edit.section === section);
    if (held) {
      if (!this.timers[section] && held.held.why === "long" && area.value !== held.edit.text && area !== document.activeElement) {
        area.value = held.edit.text;
        this.commit(section);
      }
      return;
    }
    if (text === this.synced[section]) return;
    if (area.value !== this.synced[section]) return; // written here meanwhile: the server will compare
    this.synced[section] = text;
    area.value = text;
  }

  /** After a conflict was settled: the section as it now is. */
  reset(section, text) {
    this.synced[section] = text;
    this.area(section).value = text;
  }

  async keep(section, chips) {
    const area = this.area(section);
    const chosen = area.value.slice(area.selectionStart, area.selectionEnd).trim() || area.value.trim();
    if (!chosen) return this.ask.tell("Write or select a sentence first, then keep it.");
    const label = await this.ask.name("Keep this sentence", chosen.slice(0, 500), "Short name", chosen.split(/\s+/).slice(0, 3).join(" ").slice(0, 40));
    if (!label) return;
    const kept = await this.ask.post("snippets", { section, label: label.name, text: chosen.slice(0, 500) });
    if (kept) chips.prepend(this.chip(section, kept.label, kept.text));
  }
}
