// Small questions in a dialog: a name, a choice, signing in again.
import { toast } from "app/toast";
import { byId, h } from "chart/dom";

export class Ask {
  constructor(outbox, urls) {
    this.outbox = outbox;
    this.urls = urls;
  }

  tell(text) {
    toast(text, "info");
  }

  /** @returns {Promise<{name: string, shared: boolean} | null>} */
  name(title, about, label, value, withShared = false) {
    const dialog = byId("ask"), form = dialog.querySelector("form[data-ask]");
    byId("ask-title").textContent = title;
    byId("ask-about").textContent = about;
    byId("ask-label").firstChild.textContent = label;
    const input = byId("ask-input");
    input.value = value;
    byId("ask-shared-row").hidden = !withShared;
    byId("ask-shared").checked = false;
    dialog.returnValue = "";
    dialog.showModal();
    input.select();
    return new Promise((resolve) => {
      form.onsubmit = (event) => {
        event.preventDefault();
        dialog.close("ok");
      };
      dialog.onclose = () => resolve(dialog.returnValue === "ok" && input.value.trim() ? { name: input.value.trim(), shared: byId("ask-shared").checked } : null);
    });
  }

  /** Post what is not part of the chart: it needs a connection, and says so. */
  async post(what, body) {
    try {
      const answer = await fetch(this.urls[what], { method: "POST", redirect: "manual", headers: { "Content-Type": "application/json", "X-CSRFToken": this.outbox.csrf }, body: JSON.stringify(body) });
      const said = await answer.json();
      if (answer.ok) return said;
      toast(said.error, "error");
    } catch {
      toast("Not kept: there is no connection. Try again later.", "error");
    }
    return null;
  }

  /** Sign in again without leaving the page: what was typed stays where it is. */
  signIn() {
    const dialog = byId("sign-in");
    if (dialog.open) return;
    const form = dialog.querySelector("form[data-sign-in]"), problem = byId("sign-in-problem");
    problem.hidden = true;
    dialog.showModal();
    form.onsubmit = async (event) => {
      event.preventDefault();
      problem.hidden = true;
      const error = await this.tryPassword(new FormData(form));
      form.elements.password.value = "";
      if (error) {
        problem.textContent = error;
        problem.hidden = false;
        form.elements.password.focus();
        return;
      }
      dialog.close();
      this.outbox.status = "saving";
      this.outbox.nudge();
    };
  }

  async tryPassword(data) {
    try {
      const page = await fetch(this.urls.login, { cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[name=csrfmiddlewaretoken]")?.value;
      if (fresh && !page.redirected) {
        const body = new URLSearchParams({ login: data.get("login"), password: data.get("password"), csrfmiddlewaretoken: fresh });
        await fetch(this.urls.login, { method: "POST", body, redirect: "manual", headers: { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": fresh } });
      }
      const was = this.outbox.status;
      this.outbox.status = "saving";
      if (await this.outbox.askKey()) return "";
      if (this.outbox.status === "other") return "That is somebody else's sign-in. This chart's changes belong to the person who made them.";
      this.outbox.status = was;
      return "That e-mail address or password is not right, or a second step is needed: use “Sign in on a page of its own”, then come back and press “I have signed in”.";
    } catch {
      return "There is no connection to the server: try again when it is back.";
    }
  }

  /** Signed in in another tab, with a second step or a passkey. */
  async signedInElsewhere() {
    if (!(await this.outbox.askKey())) {
      byId("sign-in-problem").textContent = "Nobody is signed in yet.";
      byId("sign-in-problem").hidden = false;
      return;
    }
    byId("sign-in").close();
    this.outbox.status = "saving";
    this.outbox.nudge();
  }

  choose(title, options) {
    const dialog = byId("choose"), list = byId("choose-list");
    byId("choose-title").textContent = title;
    return new Promise((resolve) => {
      let chosen = null;
      list.replaceChildren(...options.map(({ label, note, value, drop }) => h("li", {},
        h("button", { type: "button", class: "btn btn-secondary", onclick: () => { chosen = value; dialog.close(); } }, label),
        note && h("span", { class: "muted small" }, note),
        drop && h("button", { type: "button", class: "btn btn-sm btn-quiet", onclick: (event) => { drop(); event.target.closest("li").remove(); } }, "Forget", h("span", { class: "visually-hidden" }, ` ${label}`)))));
      dialog.onclose = () => resolve(chosen);
      dialog.showModal();
    });
  }
}
