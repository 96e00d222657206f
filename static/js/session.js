// The screen left alone: a warning, then a lock over the page. Unlocking, and signing in again
// when the session is gone, happen here in the page, so that nothing typed is lost. How long is
// left is the server's to say; asking it extends nothing.
import { canUse, get, why } from "app/passkey";
import { signInStep } from "app/session_steps";

const WARN = 120_000, PING = 60_000;

class Session {
  /** @param {HTMLDialogElement} locked @param {HTMLDialogElement} warning */
  constructor(locked, warning) {
    Object.assign(this, { locked, warning, urls: locked.dataset });
    this.form = locked.querySelector("form");
    this.idle = Number(this.urls.idle) * 60_000;
    this.seen = this.told = Date.now();
    this.acted = false;
    this.mode = "open"; // open locked none code
    this.channel = new BroadcastChannel("handline-session");
    this.channel.onmessage = ({ data }) => this.heard(data);
    this.listen();
    setInterval(() => this.tick(), 1000);
  }

  listen() {
    for (const event of ["keydown", "pointerdown", "input"]) addEventListener(event, () => this.act(), { capture: true, passive: true });
    for (const [target, event] of [[document, "visibilitychange"], [window, "focus"], [window, "pageshow"]]) target.addEventListener(event, () => this.tick());
    addEventListener("online", () => this.check(true));
    document.addEventListener("handline:sign-in", () => this.check(true));
    this.warning.addEventListener("cancel", (event) => event.preventDefault());
    this.locked.addEventListener("cancel", (event) => event.preventDefault());
    this.warning.querySelector("[data-stay]").addEventListener("click", () => this.stay());
    this.warning.querySelector("[data-lock]").addEventListener("click", () => this.lockNow());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.locked.querySelector("[data-passkey]").addEventListener("click", () => this.passkey());
  }

  get left() {
    return this.idle - (Date.now() - this.seen);
  }

  act() {
    if (this.mode !== "open" || this.warning.open) return;
    this.acted = true;
    if (Date.now() - this.told > PING) this.stay();
  }

  tick() {
    if (this.mode !== "open") return;
    if (this.warning.open) this.count();
    if (this.left <= Math.min(WARN, this.idle / 2) && !this.checking) this.check(false);
  }

  count() {
    const seconds = Math.max(0, Math.ceil(this.left / 1000));
    this.warning.querySelector("[data-seconds]").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  /** What the server says: another tab may have gone on, or the session may be over. */
  async check(asked) {
    if (this.warning.open && this.left > 0 && !asked) return;
    this.checking = true;
    try {
      const answer = await fetch(this.urls.state, { cache: "no-store", headers: { Accept: "application/json" } });
      if (answer.ok) this.follow(await answer.json());
    } catch {
      // Without a connection nobody could unlock it, in the middle of a treatment: the lock waits
      // for the connection, and then the server says whether the time is up.
    } finally {
      setTimeout(() => (this.checking = false), 900);
    }
  }

  follow(state) {
    if (state.state === "open" && String(state.user) === this.urls.me) {
      this.seen = Date.now() - (this.idle - state.idle * 1000);
      if (this.left <= Math.min(WARN, this.idle / 2)) this.warn();
      else this.open(state);
    } else if (state.state === "open") location.reload(); // somebody else signed in: their page
    else this.show(state.state);
  }

  warn() {
    if (this.acted && Date.now() - this.told > 1000) return this.stay();
    this.count();
    if (!this.warning.open) this.warning.showModal();
  }

  async stay() {
    this.told = Date.now();
    this.acted = false;
    try {
      const answer = await fetch(this.urls.stay, { method: "POST", redirect: "manual", headers: { "X-CSRFToken": this.token } });
      if (answer.status !== 204) return this.check(true);
      this.seen = Date.now();
      this.warning.close();
      this.channel.postMessage({ seen: this.seen });
    } catch {
      // without a connection the time runs on
    }
    return undefined;
  }

  async lockNow() {
    await fetch(this.urls.lock, { method: "POST", redirect: "manual", headers: { "X-CSRFToken": this.token } }).catch(() => {});
    this.show("locked");
    this.channel.postMessage({ mode: "locked" });
  }

  heard({ seen, mode }) {
    if (seen) this.seen = Math.max(this.seen, seen);
    if (seen && this.warning.open) this.warning.close();
    if (mode === "locked" && this.mode === "open") this.show("locked");
    if (mode === "open" && this.mode !== "open") this.check(true);
  }

  /** @param {"locked" | "none" | "code"} mode */
  show(mode) {
    if (this.mode === "code" && mode === "none") return;
    this.mode = mode;
    this.warning.close();
    this.row("password", mode !== "code");
    this.row("code", mode === "code");
    this.locked.querySelector("h2").textContent = mode === "locked" ? "Locked" : "Sign in to go on";
    this.locked.querySelector("[data-words]").textContent = {
      locked: "Nothing was pressed or typed for a while. You are still signed in, and what you typed is kept.",
      none: "Your sign-in has ended. What you typed is kept here, and is saved after you sign in.",
      code: "One more step: the code that your authenticator app shows.",
    }[mode];
    this.locked.querySelector("[data-go]").textContent = mode === "locked" ? "Unlock" : "Sign in";
    this.locked.querySelector("[data-passkey]").hidden = !canUse();
    document.body.classList.add("is-locked");
    if (!this.locked.open) this.locked.showModal();
    this.form.elements[mode === "code" ? "code" : "password"].focus();
  }

  row(name, shown) {
    this.locked.querySelector(`[data-row="${name}"]`).hidden = !shown;
  }

  async submit() {
    const { password, code } = this.form.elements;
    const step = { mode: this.mode, email: this.urls.email, password: password.value, code: code.value };
    password.value = code.value = "";
    await this.attempt(step);
  }

  async passkey() {
    try {
      await this.attempt({ mode: this.mode === "locked" ? "locked" : "none", email: this.urls.email, sign: get });
    } catch (error) {
      this.refuse(why(error));
    }
  }

  async attempt(step) {
    this.refuse("");
    const done = await signInStep(this.urls, step);
    if (done.needs === "code") this.show("code");
    if (done.problem) this.refuse(done.problem);
    if (done.state) this.follow(done.state);
  }

  refuse(words) {
    const problem = this.locked.querySelector("[data-problem]");
    problem.textContent = words;
    problem.hidden = !words;
  }

  /** Signed in: the page goes on with the new token, and whoever waits hears of it. */
  open(state) {
    const was = this.mode;
    this.mode = "open";
    this.warning.close();
    this.locked.close();
    document.body.classList.remove("is-locked");
    if (was === "open") return;
    this.token = state.csrf;
    this.channel.postMessage({ mode: "open", seen: this.seen });
    document.dispatchEvent(new CustomEvent("handline:signed-in", { detail: state }));
  }

  get token() {
    return JSON.parse(document.body.dataset.hxHeaders)["X-CSRFToken"];
  }

  set token(token) {
    document.body.dataset.hxHeaders = JSON.stringify({ "X-CSRFToken": token });
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  }
}

const locked = document.getElementById("session-locked"), warning = document.getElementById("session-warning");
if (locked instanceof HTMLDialogElement && warning instanceof HTMLDialogElement) new Session(locked, warning);
