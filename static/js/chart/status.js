// Is it safe? The pill says where the last edit is; what needs a decision stands above the chart.
import { clock, clockLong, deviceError, minutes } from "chart/clock";
import { byId, h, icon, say, setText } from "chart/dom";
import { content } from "chart/edits";

const SLOW = 1000; // "Saving" is shown only when it takes longer
const OLD = 24 * 3600;

export class Status {
  constructor(store, outbox, { signIn, texts }) {
    this.store = store;
    this.outbox = outbox;
    this.texts = texts;
    this.signIn = signIn;
    this.pill = byId("save-pill");
    this.pill.addEventListener("click", () => this.press());
    this.banners = byId("banners");
    outbox.addEventListener("status", () => this.patch());
    outbox.addEventListener("change", () => this.patch());
    outbox.addEventListener("state", () => this.patch());
    store.addEventListener("view", () => this.patch());
    setInterval(() => this.patch(), 1000);
    addEventListener("beforeunload", (event) => {
      if (outbox.waiting && (!navigator.onLine || !outbox.kept)) event.preventDefault();
    });
    this.patch();
  }

  patch() {
    const { outbox } = this;
    const count = outbox.waiting, changes = `${count} change${count === 1 ? "" : "s"}`;
    const held = outbox.pending.filter((entry) => entry.held);
    const [state, symbol, text] = this.words(outbox, count, changes, held);
    if (this.said !== state + text) {
      this.said = state + text;
      this.pill.dataset.state = state;
      this.pill.replaceChildren(icon(symbol), h("span", {}, text));
      if (["offline", "login", "error", "held"].includes(state)) say(text);
    }
    document.body.classList.toggle("is-offline", outbox.status === "offline");
    this.patchBanners(held);
  }

  words(outbox, count, changes, held) {
    const where = outbox.kept ? "on this device" : "in this tab only";
    if (this.store.stored.signed) return ["saved", "lock", "Signed"];
    if (outbox.status === "other") return ["login", "person-fill", "Signed in as somebody else: reload"];
    if (outbox.status === "login") return ["login", "key", count ? `Sign in to send ${changes}` : "Sign in to go on"];
    if (outbox.status === "offline") return ["offline", "cloud-slash", count ? `Offline: ${changes} ${where}` : "Offline"];
    if (outbox.status === "error") return ["error", "exclamation-octagon", `Not sent: ${changes} ${where}. Try again${outbox.reference ? ` (${outbox.reference.slice(0, 8)})` : ""}`];
    if (held.length) return ["held", "exclamation-triangle", `${held.length} change${held.length === 1 ? "" : "s"} to decide`];
    if (count && Date.now() - (outbox.since ?? 0) > SLOW) return ["saving", "arrow-repeat", "Saving"];
    return ["saved", "cloud-check", outbox.savedAt ? `Saved ${clock(Math.floor(outbox.savedAt))}` : "All saved"];
  }

  press() {
    const { outbox } = this;
    if (outbox.status === "login") return this.signIn();
    if (outbox.status === "other") return location.reload();
    if (this.pill.dataset.state === "held") return this.banners.querySelector("button")?.focus();
    outbox.wait = 250;
    outbox.nudge();
  }

  // --- what needs a decision ---------------------------------------------------------------

  patchBanners(held) {
    const off = deviceError();
    const old = this.outbox.pending.some((entry) => entry.made && Date.now() / 1000 - entry.made > OLD);
    const others = this.outbox.store?.others ?? 0;
    const editors = (this.store.stored.editors ?? []).filter((row) => String(row.id) !== byId("charting").dataset.me).map((row) => row.name);
    const mark = JSON.stringify([editors, held.map((e) => [e.key, e.held]), Math.abs(off) > 120, old, others, this.store.stored.signed, this.outbox.kept]);
    if (this.mark === mark) return;
    this.mark = mark;
    const rows = [];
    if (Math.abs(off) > 120) rows.push(notice("warning", `This device's clock is ${Math.round(Math.abs(off) / 60)} minutes ${off > 0 ? "ahead" : "behind"} of the server's. Times here are the server's: set this clock, or tell your admin if the server's is wrong.`));
    if (editors.length) rows.push(notice("info", `${editors.join(" and ")} ${editors.length > 1 ? "are" : "is"} charting here too. Both of you are saved; where you change the same block, you are asked.`));
    if (old) rows.push(notice("warning", "Changes have waited on this device for more than a day. Connect it to the clinic's network."));
    if (others) rows.push(notice("info", `${others} change${others === 1 ? "" : "s"} of somebody else wait on this device, sealed, until that person signs in here.`));
    if (!this.outbox.kept) rows.push(notice("warning", "This browser does not let the chart keep changes on the device: do not close this tab while something is unsent."));
    const signed = held.filter((entry) => entry.held.why === "signed");
    if (signed.length) rows.push(this.signedBanner(signed));
    for (const group of this.groups(held.filter((entry) => ["conflict", "refused"].includes(entry.held.why)))) rows.push(this.decision(group));
    this.banners.replaceChildren(...rows);
  }

  /** Edits of the same block or section are decided together, by the last of them. */
  groups(held) {
    const found = new Map();
    for (const entry of held) {
      const about = entry.edit.id ?? entry.edit.section ?? entry.edit.op;
      found.set(about, [...(found.get(about) ?? []), entry]);
    }
    return found.values();
  }

  decision(group) {
    const first = group[0], last = group.at(-1);
    const queued = this.outbox.pending.filter((entry) => !entry.held && (entry.edit.id ?? entry.edit.section) === (last.edit.id ?? last.edit.section));
    const entries = [...group, ...queued], mine = (queued.at(-1) ?? last).edit;
    const { why, error, theirs } = first.held;
    const who = theirs ? ` Changed by ${theirs.by} at ${clockLong(Math.floor(Date.parse(theirs.at) / 1000))}.` : "";
    const box = notice(why === "conflict" ? "warning" : "error", error + who);
    box.classList.add("decision");
    const words = h("dl", {}, h("dt", {}, "Mine"), h("dd", {}, this.describe(mine)));
    if (why === "conflict") words.append(h("dt", {}, "Theirs"), h("dd", {}, this.stored(mine)));
    const choices = why === "conflict" ? this.choices(entries, mine) : [["Change it", () => this.takeBack(entries, mine)], ["Leave it out", () => this.outbox.settle(entries, [])]];
    box.append(words, h("div", { class: "cluster" }, ...choices.map(([text, act]) => h("button", { type: "button", class: "btn btn-sm btn-secondary", onclick: act }, text))));
    return box;
  }

  choices(entries, mine) {
    const { outbox, store } = this;
    if (mine.op === "text") {
      const theirs = store.stored.texts[mine.section];
      const keep = (text) => async () => {
        await outbox.settle(entries, text === theirs ? [] : [{ op: "text", section: mine.section, base: theirs, text }]);
        this.texts().reset(mine.section, text);
      };
      return [["Keep mine", keep(mine.text)], ["Keep theirs", keep(theirs)], ["Keep both", keep(`${theirs.trimEnd()}\n${mine.text}`)]];
    }
    const block = store.stored.blocks.find((row) => row.id === mine.id);
    const again = { ...mine, base: block?.version ?? 0 };
    delete again.after;
    if (mine.op === "put") {
      const rows = [["Keep mine", () => outbox.settle(entries, [again])], ["Keep theirs", () => outbox.settle(entries, [])]];
      if (block) rows.push(["Keep both", () => outbox.settle(entries, [{ op: "put", id: crypto.randomUUID(), base: 0, fields: mine.fields }])]);
      return rows;
    }
    if (mine.op === "start") {
      const at = Math.floor(store.stored.now);
      return [["Start mine now", () => outbox.settle(entries, [{ ...mine, at }])], ["Leave theirs", () => outbox.settle(entries, [])]];
    }
    if (mine.op === "del") return [["Remove it anyway", () => outbox.settle(entries, [again])], ["Keep theirs", () => outbox.settle(entries, [])]];
    return [["Leave it as it is", () => outbox.settle(entries, [])]];
  }

  /** A refused edit goes back to where it can be mended. */
  async takeBack(entries, mine) {
    await this.outbox.settle(entries, []);
    if (mine.op === "line") {
      byId("typed-line").value = mine.text;
      byId("typed-line").dispatchEvent(new Event("input", { bubbles: true }));
      byId("typed-line").focus();
    } else if (mine.op === "text") {
      byId(`id_${mine.section}`).value = mine.text;
      byId(`id_${mine.section}`).focus();
    } else {
      this.onMend?.(mine);
    }
  }

  signedBanner(entries) {
    const text = entries.map((entry) => this.describe(entry.edit)).join("\n");
    const box = notice("error", `This note was signed meanwhile. ${entries.length} change${entries.length === 1 ? " was" : "s were"} not applied: write them as an addendum, or leave them out.`);
    box.classList.add("decision");
    box.append(
      h("label", { class: "form-label", for: "unsent-text" }, "Not applied"),
      h("textarea", { id: "unsent-text", class: "form-control", rows: "4", readonly: true }, text),
      h("div", { class: "cluster" },
        h("button", { type: "button", class: "btn btn-sm btn-secondary", onclick: () => navigator.clipboard?.writeText(text).then(() => say("Copied."), () => byId("unsent-text").select()) }, icon("copy"), "Copy"),
        h("a", { class: "btn btn-sm btn-primary", href: `${byId("charting").dataset.note}#addenda` }, "Go to the signed note"),
        h("button", { type: "button", class: "btn btn-sm btn-quiet", onclick: () => this.outbox.settle(entries, []) }, "Leave them out")));
    return box;
  }

  stored(mine) {
    if (mine.op === "text") return this.store.stored.texts[mine.section] || "(empty)";
    const block = this.store.stored.blocks.find((row) => row.id === mine.id);
    if (block) return this.describe({ op: "put", fields: block });
    const { running } = this.store.stored;
    if (["start", "stop", "pause", "resume", "backdate", "describe", "discard"].includes(mine.op)) return running ? `${this.store.technique(running.technique).label}, ${running.start != null ? `running since ${clock(running.start)}` : "paused"}` : "Nothing is running";
    return "Removed";
  }

  /** An edit in words. */
  describe(edit) {
    const name = (fields) => [this.store.technique(fields.technique).label, this.store.where(fields)].filter(Boolean).join(", ");
    if (edit.op === "put") {
      const f = edit.fields;
      const more = [f.grade && `grade ${f.grade}`, f.dose, f.response, f.pain_before != null && `pain ${f.pain_before} to ${f.pain_after ?? "?"}`].filter(Boolean);
      return `${name(f)}, ${clock(f.start)}–${clock(f.end)} (${minutes(f.start, f.end)} min)${more.length ? `: ${more.join(", ")}` : ""}`;
    }
    if (edit.op === "text") return `${edit.section}: ${edit.text || "(empty)"}`;
    if (edit.op === "line") return `Typed: ${edit.text}`;
    if (edit.op === "start") return `Start ${name(content(edit.fields))} at ${clock(edit.at)}`;
    if (edit.op === "describe") return `${name(edit.fields)}${edit.fields.response ? `: ${edit.fields.response}` : ""}`;
    if (edit.op === "put_procedure") return `Service ${edit.fields.code}${edit.fields.findings ? `: ${edit.fields.findings}` : ""}`;
    if (edit.op === "plan") return `Plan of ${edit.entries.length} blocks`;
    const words = { del: "Remove the block", stop: "Stop", pause: "Pause", resume: "Resume", backdate: "Move the start", reopen: "Take the end back", discard: "Take the start back", del_procedure: "Remove the service" };
    return `${words[edit.op] ?? edit.op}${edit.at ? ` at ${clock(edit.at)}` : ""}`;
  }
}

function notice(tone, text) {
  const symbol = tone === "info" ? "info-circle" : tone === "error" ? "exclamation-octagon" : "exclamation-triangle";
  return h("div", { class: `notice notice-${tone}` }, icon(symbol), h("p", {}, text));
}

/** One line with Undo, eight seconds. */
export class UndoBar {
  constructor(store) {
    this.store = store;
    this.bar = byId("undo-bar");
    this.text = h("span");
    this.button = h("button", { type: "button", class: "btn btn-sm btn-secondary", id: "undo-now", onclick: () => this.undo() }, icon("arrow-counterclockwise"), "Undo");
    this.bar.append(this.text, this.button);
  }

  show(text) {
    setText(this.text, text);
    this.bar.hidden = false;
    clearTimeout(this.timer);
    const leave = () => (this.bar.matches(":hover, :focus-within") ? (this.timer = setTimeout(leave, 2000)) : (this.bar.hidden = true));
    this.timer = setTimeout(leave, 8000);
  }

  undo() {
    this.bar.hidden = true;
    if (this.store.undo()) say("Undone.");
  }
}
