// The charting screen: one chart held here, shown by its parts, kept by the outbox.
// Without this file the page's forms do the same work.
import { setOffsets, setServerTime } from "chart/clock";
import { Ask } from "chart/ask";
import { afterPaint, byId, say } from "chart/dom";
import { lasting } from "chart/edits";
import { Editor } from "chart/editor";
import { Keys } from "chart/keys";
import { Leaving } from "chart/leaving";
import { Live } from "chart/live";
import { BodyMap } from "chart/map";
import { Outbox } from "chart/outbox";
import { Panel } from "chart/panel";
import { filterRegions } from "chart/regions";
import { Services } from "chart/services";
import { Sheets } from "chart/sheets";
import { Status, UndoBar } from "chart/status";
import { Store } from "chart/store";
import { Table } from "chart/table";
import { Texts } from "chart/texts";
import "chart/timeline";
import { Typed } from "chart/typed";

const POLL = 15000;
const PATIENCE = 15000; // a slow line is waited for, with a word after a second
const read = (id) => JSON.parse(byId(id).textContent);

function start(root) {
  const boot = read("boot"), state = read("state"), urls = root.dataset;
  byId("boot").remove(); // its key is for this page's memory only
  setOffsets(boot.day.offsets);
  setServerTime(state.now);
  const outbox = new Outbox({ visit: urls.visit, version: state.version, csrf: urls.csrf, given: boot.key, urls: { ops: urls.ops, key: urls.key } });
  const store = new Store(boot, state, outbox);
  const ask = new Ask(outbox, { login: urls.login, snippets: urls.snippets, templates: urls.templates });
  const undoBar = new UndoBar(store);
  const remove = (id) => {
    const block = store.block(id);
    if (!block) return;
    const row = document.activeElement?.closest("tr, li");
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    store.remove(id);
    const { label } = store.technique(block.technique);
    undoBar.show(`${label} removed.`);
    say(`${label} removed.`);
    setTimeout(() => (next?.isConnected ? next.querySelector("button, input") : byId("timeline-title"))?.focus(), 60);
  };
  const editor = new Editor(store);
  editor.onRemove = remove;
  const timeline = byId("timeline");
  timeline.attach(store);
  timeline.addEventListener("remove", (event) => remove(event.detail));
  timeline.addEventListener("edit", (event) => editor.edit(event.detail));
  timeline.addEventListener("add", ({ detail }) => {
    const id = crypto.randomUUID();
    store.put(id, { ...lasting(detail.sample), start: detail.start, end: detail.end });
    store.select(id);
    undoBar.show("Block of 10 minutes added.");
    timeline.speak(id);
  });
  new Table(store, { remove, edit: (id, field) => editor.edit(id, field) });
  const live = new Live(store, undoBar);
  live.onLater = (entry) => {
    const start = store.view.blocks.at(-1)?.end ?? boot.day.starts;
    store.select(null);
    editor.show();
    editor.fill({ ...lasting(entry), start, end: start });
    editor.set("end", "");
    editor.set("minutes", "");
    editor.field("minutes").focus();
  };
  const texts = new Texts(store, ask);
  new Services(store);
  new Sheets(store);
  const typed = new Typed(store, urls.line);
  new BodyMap(store, editor.form);
  const go = (anchor, field) => goTo(anchor, field, editor);
  new Panel(store, outbox, go);
  const status = new Status(store, outbox, { signIn: () => ask.signIn(), texts: () => texts });
  status.onMend = (edit) => (edit.fields ? mend(edit, editor, store) : byId("add-block").focus());
  reuse(store, live, ask, undoBar);
  new Keys({
    next: () => live.nextBlock(),
    pause: () => live.pauseOrResume(),
    line: () => typed.input.focus(),
    keys: () => byId("keys").showModal(),
    undo: () => store.undo(),
    redo: () => store.redo(),
    sign: () => toSigning(store, outbox, texts, editor, ask),
  });
  byId("undo").addEventListener("click", () => store.undo() || say("There is nothing to undo."));
  byId("redo").addEventListener("click", () => store.redo() || say("There is nothing to redo."));
  for (const link of document.querySelectorAll("[data-to-signing]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      toSigning(store, outbox, texts, editor, ask);
    });
  }
  document.addEventListener("handline:signed-in", () => {
    outbox.status = "saving";
    outbox.nudge();
  });
  new Leaving(outbox, ask, () => {
    texts.commitAll();
    editor.commitNow();
  });
  poll(store, outbox, urls.state);
  outbox.addEventListener("elsewhere", () => refresh(store, urls.state));
  outbox.open().then(() => store.refresh());
  afterPaint(fillBadges);
  if (location.hash) setTimeout(() => go(location.hash.slice(1)));
  root.charting = { store, outbox, timeline, editor, live, texts, status };
  root.dataset.ready = "yes";
}

/** To the field that is missing something, its block opened. */
function goTo(anchor, field, editor) {
  if (anchor.startsWith("block-")) return editor.edit(anchor.slice(6), field || "technique");
  const target = byId(anchor);
  if (!target) return;
  const control = target.matches("input, select, textarea, button, a, [tabindex]") ? target : target.querySelector("button:not([hidden]), input, a");
  target.scrollIntoView({ block: "center" });
  control?.focus();
}

/** A refused block comes back into the form as it was, to be put right and added again. */
function mend(edit, editor, store) {
  store.select(edit.op === "put" && store.block(edit.id) ? edit.id : null);
  editor.show();
  editor.fill({ ...edit.fields, start: edit.fields.start ?? edit.at, end: edit.fields.end ?? (edit.at ?? edit.fields.start) + 600 });
  editor.field("technique").focus();
}

/** Copy the last visit, apply or keep a template: plans, never minutes. */
function reuse(store, live, ask, undoBar) {
  const plan = (entries, words) => {
    live.setPlan([...store.view.planned, ...entries]);
    undoBar.show(words);
    say(words);
  };
  byId("copy-last")?.addEventListener("click", () => plan(store.boot.last.entries, `${store.boot.last.entries.length} blocks planned from last time.`));
  byId("use-template").addEventListener("click", async () => {
    const rows = store.boot.templates;
    if (!rows.length) return ask.tell("There is no template yet: chart or plan blocks, then keep them as one.");
    const chosen = await ask.choose("Plan by a template", rows.map((row) => ({ label: row.name, note: `${row.entries.length} blocks${row.shared ? ", the practice's" : ""}`, value: row, drop: async () => {
      if (await ask.post("templates", { forget: row.id })) store.boot.templates = store.boot.templates.filter((other) => other.id !== row.id);
    } })));
    if (chosen) plan(chosen.entries, `${chosen.entries.length} blocks planned.`);
  });
  byId("keep-template").addEventListener("click", async () => {
    const { blocks, running, planned } = store.view;
    const entries = [...blocks, ...(running ? [running] : []), ...planned].map(lasting);
    if (!entries.length) return ask.tell("Chart or plan at least one block, then keep them as a template.");
    const named = await ask.name("Keep as a template", `${entries.length} blocks, without minutes and responses.`, "Name", "", true);
    if (!named) return;
    const kept = await ask.post("templates", { ...named, entries });
    if (!kept) return;
    store.boot.templates = [...store.boot.templates.filter((row) => row.id !== kept.id), { ...kept, shared: named.shared }];
    ask.tell(`Template ${kept.name} kept.`);
  });
}

/** Review shows what the server has: everything on its way goes first. */
async function toSigning(store, outbox, texts, editor, ask) {
  texts.commitAll();
  editor.commitNow();
  const began = Date.now(), late = () => Date.now() - began;
  let said = false;
  while (outbox.waiting && late() < PATIENCE && outbox.status !== "offline" && outbox.status !== "login") {
    await new Promise((done) => setTimeout(done, 50));
    if (!said && late() > 1000) said = !ask.tell("Sending what was changed, then the review opens.");
  }
  if (outbox.status === "login") return ask.signIn();
  if (outbox.waiting) return ask.tell(`Signing needs the server: ${outbox.waiting} change${outbox.waiting === 1 ? " is" : "s are"} still on this device.`);
  location.assign(byId("charting").dataset.sign);
}

async function refresh(store, url) {
  try {
    const answer = await fetch(`${url}?seen=${store.stored.version}`, { redirect: "manual", cache: "no-store" });
    if (answer.ok) store.take((await answer.json()).state);
  } catch {
    // the outbox says when there is no connection
  }
}

/** Two devices: look now and then whether the other one wrote. */
function poll(store, outbox, url) {
  setInterval(() => {
    if (!document.hidden && !outbox.flushing) refresh(store, url);
  }, POLL);
}

/** The numbers in the app bar, which htmx fetches on pages that have it. */
async function fillBadges() {
  for (const badge of document.querySelectorAll(".work-badge[data-hx-get]")) {
    const answer = await fetch(badge.dataset.hxGet, { redirect: "manual", cache: "no-store", headers: { "HX-Request": "true" } }).catch(() => null);
    if (answer?.ok) badge.innerHTML = await answer.text(); // our own server's fragment
  }
}

document.addEventListener("input", filterRegions);
const root = byId("charting");
if (root?.dataset.ops && byId("boot")) start(root);
