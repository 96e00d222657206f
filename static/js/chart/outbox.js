// Every edit is kept on the device first, then sent, one at a time, in order, until the server
// says it has it. The same edit is always sent under the same key, so it is applied once.
import { merged, subject } from "chart/edits";
import { Memory, Vault } from "chart/vault";

const LOCK = "handline-outbox";
const FIRST_WAIT = 250, LONGEST_WAIT = 30000;
const PATIENCE = 15000; // an answer that takes longer is taken as lost

const about = ({ visit, edit }) => `${visit} ${edit.id ?? edit.section ?? edit.op}`;

/** Those that wait for nobody: an edit of what is still to be decided waits with it. */
function sendable(entries) {
  const undecided = new Set(entries.filter((entry) => entry.held).map(about));
  return entries.filter((entry) => !entry.held && !undecided.has(about(entry)));
}

/**
 * @typedef {{key: string, visit: string, edit: any, held?: any, tried?: boolean, seq?: number, made?: number}} Entry
 */
export class Outbox extends EventTarget {
  /** @param {{visit: string, urls: {ops: string, key: string}, version: number, csrf: string, given: {key: string, tag: string}}} options */
  constructor({ visit, urls, version, csrf, given }) {
    super();
    this.given = given; // came with the page; after a sign-in it is asked for
    this.visit = visit;
    this.urls = urls;
    this.versions = new Map([[visit, version]]);
    this.csrf = csrf;
    /** @type {Entry[]} this chart's edits that the server has not confirmed */
    this.pending = [];
    this.status = "saved"; // saved saving offline login error
    this.reference = "";
    this.savedAt = null;
    this.wait = FIRST_WAIT;
    this.writes = Promise.resolve();
    this.store = null;
    this.kept = true;
    this.opened = false; // what an earlier page left is known only then
    this.channel = new BroadcastChannel(LOCK);
    this.channel.onmessage = ({ data }) => this.heard(data);
    for (const [target, event] of [[window, "online"], [document, "visibilitychange"], [window, "focus"]]) {
      target.addEventListener(event, () => this.nudge());
    }
  }

  /** Read what an earlier page left behind, and start sending. */
  async open() {
    await this.unlock();
    await this.adopt();
    this.opened = true;
    this.nudge();
  }

  async unlock() {
    if (this.store instanceof Vault) return true;
    const given = this.given ?? (await this.askKey());
    if (!given) return false;
    this.given = null;
    let store;
    try {
      store = await Vault.unlock(given);
    } catch {
      store = new Memory();
      this.kept = false;
    }
    this.tag = given.tag;
    const early = this.pending.filter((entry) => entry.seq == null);
    this.store = store;
    for (const entry of early) this.keep(entry);
    await this.writes;
    return true;
  }

  /** The key, or null: no connection, or nobody is signed in any more. */
  async askKey() {
    try {
      const answer = await fetch(this.urls.key, { redirect: "manual", cache: "no-store" });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        this.set("login");
        return null;
      }
      if (!answer.ok) return null;
      const given = await answer.json();
      if (this.tag && this.tag !== given.tag) {
        this.set("other");
        return null;
      }
      this.csrf = given.csrf;
      return given;
    } catch {
      this.set("offline");
      return null;
    }
  }

  async adopt() {
    if (!this.store) return;
    const rows = await this.store.all();
    const known = new Set(this.pending.map((entry) => entry.key));
    const found = rows.filter((row) => row.visit === this.visit && !known.has(row.key));
    this.pending = [...found, ...this.pending];
    this.elsewhere = rows.filter((row) => row.visit !== this.visit).length;
    if (found.length) this.changed();
    if (this.pending.some((entry) => !entry.held)) this.set(navigator.onLine ? "saving" : "offline");
    this.dispatchEvent(new Event("status"));
  }

  /** @param {any} edit @returns {Entry} */
  add(edit, held) {
    const entry = { key: crypto.randomUUID(), visit: this.visit, edit };
    if (held) entry.held = held;
    this.pending.push(entry);
    if (this.status === "saved") this.set(navigator.onLine ? "saving" : "offline");
    else this.dispatchEvent(new Event("status"));
    if (this.store) this.keep(entry);
    this.nudge();
    return entry;
  }

  keep(entry) {
    const { key, visit, edit, held } = entry;
    this.writes = this.writes
      .then(() => this.store.add({ key, visit, edit, held }))
      .then((seq) => {
        entry.seq = seq;
      })
      .catch(() => {
        this.kept = false;
        this.dispatchEvent(new Event("status"));
      });
  }

  /** Send soon; a burst of calls is one. */
  nudge() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush());
  }

  async flush() {
    if (this.flushing) {
      this.again = true;
      return;
    }
    this.flushing = true;
    try {
      do {
        this.again = false;
        await this.writes;
        if (!this.store && !(await this.unlock())) break;
        const inTurn = () => this.drain();
        if (navigator.locks) await navigator.locks.request(LOCK, inTurn);
        else await inTurn();
      } while (this.again);
    } catch (error) {
      console.error(error);
      this.later();
    } finally {
      this.flushing = false;
    }
    if (this.status === "offline" || this.status === "error") this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  async drain() {
    for (;;) {
      await this.writes;
      const run = this.nextRun(await this.store.all());
      if (!run.length) {
        if (!this.waiting) this.set("saved");
        return;
      }
      const record = await this.claim(run);
      if (!(await this.send(record))) return;
    }
  }

  /** The first edit to send, with the later ones of the same subject that it may be joined with. */
  nextRun(rows) {
    const free = sendable(rows);
    const run = free.slice(0, 1);
    while (run.length && !run[0].tried) {
      const next = free[run.length];
      const same = subject(run[0].edit);
      if (!next || !same || next.tried || next.visit !== run[0].visit || subject(next.edit) !== same) break;
      run.push(next);
    }
    return run;
  }

  /** From here on this edit is sent as it is: after a crash the same bytes go under the same key. */
  async claim(run) {
    const first = run[0], last = run.at(-1);
    const record = { key: last.key, visit: last.visit, edit: run.length > 1 ? merged(first.edit, last.edit) : last.edit, tried: true };
    if (run.length > 1 || !first.tried) await this.store.replace(run.map((row) => row.seq), record);
    const joined = run.slice(0, -1).map((row) => row.key);
    if (joined.length) {
      this.forget(joined, { [record.key]: record.edit });
      this.channel.postMessage({ gone: joined, visit: record.visit, became: { [record.key]: record.edit } });
    }
    return { ...record, seq: last.seq };
  }

  /** @returns {Promise<boolean>} whether to go on with the next */
  async send(record) {
    for (let tries = 0; tries < 6; tries++) {
      let answer;
      try {
        answer = await fetch(this.urls.ops.replace(this.visit, record.visit), {
          method: "POST",
          redirect: "manual",
          cache: "no-store",
          signal: AbortSignal.timeout(PATIENCE),
          headers: {
            "Content-Type": "application/json",
            "X-CSRFToken": this.csrf,
            "Idempotency-Key": record.key,
            "If-Match": `"${this.versions.get(record.visit) ?? 0}"`,
          },
          body: JSON.stringify(record.edit),
        });
      } catch {
        this.set("offline");
        return false;
      }
      if (answer.type === "opaqueredirect" || answer.status === 401) return this.signInFirst();
      if (answer.status === 403) {
        // the token of an earlier session, or no session at all: asking for the key tells
        if (tries > 1 || !(await this.askKey())) return this.status === "login" || this.status === "other" ? false : this.failed(answer);
        continue;
      }
      if (answer.status >= 500 || answer.status === 429) return this.failed(answer);
      const body = await answer.json().catch(() => ({}));
      if (body.state) this.versions.set(record.visit, body.state.version);
      if (answer.status === 200) return this.done(record, body);
      if (answer.status === 409 && body.stale) {
        if (record.visit === this.visit) this.tell("state", { state: body.state });
        continue;
      }
      return this.hold(record, answer.status, body);
    }
    this.set("error");
    return false;
  }

  async done(record, body) {
    await this.store.remove([record.seq]);
    this.wait = FIRST_WAIT;
    this.savedAt = body.state.now;
    this.forget([record.key]);
    this.channel.postMessage({ gone: [record.key], visit: record.visit });
    if (record.visit === this.visit) this.tell("state", { state: body.state, saved: true });
    return true;
  }

  signInFirst() {
    this.set("login");
    return false;
  }

  failed(answer) {
    this.reference = answer.headers.get("X-Request-ID") ?? "";
    this.set("error");
    return false;
  }

  /** The server would not take it: it stays on the device until the person has decided. */
  async hold(record, status, body) {
    const why = status === 423 ? "signed" : body.conflict !== undefined ? "conflict" : "refused";
    const held = { why, error: body.error ?? "The server did not take this change.", theirs: body.conflict ?? null };
    await this.store.replace([record.seq], { key: record.key, visit: record.visit, edit: record.edit, tried: false, held });
    if (record.visit === this.visit) {
      const entry = this.pending.find((row) => row.key === record.key);
      if (entry) Object.assign(entry, { held, edit: record.edit, seq: record.seq });
      if (body.state) this.tell("state", { state: body.state });
      this.changed();
    }
    return true;
  }

  /** What was held is settled: each new edit is made anew, the old records go. */
  async settle(entries, edits) {
    this.forget(entries.map((row) => row.key));
    for (const edit of edits) this.add(edit);
    this.changed();
    // the new ones are on the device before the old ones leave it
    await this.writes;
    await this.store?.remove(entries.map((row) => row.seq).filter((seq) => seq != null));
    this.nudge();
  }

  /** Another tab sent or joined edits, or knows a newer chart. */
  heard(data) {
    if (data.visit !== this.visit) return;
    this.forget(data.gone, data.became);
    this.tell("elsewhere", {});
  }

  forget(keys, became = {}) {
    this.pending = this.pending.filter((entry) => !keys.includes(entry.key));
    for (const entry of this.pending) if (became[entry.key]) entry.edit = became[entry.key];
  }

  /** The last edit of this block or section that is still on its way. */
  lastOn(id) {
    return this.pending.findLast((entry) => !entry.held && entry.touched?.includes(id));
  }

  get waiting() {
    return sendable(this.pending).length;
  }

  changed() {
    this.tell("change", {});
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  set(status) {
    if (this.status !== status) this.since = Date.now();
    this.status = status;
    this.dispatchEvent(new Event("status"));
  }
}
