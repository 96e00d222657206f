// Small questions in a dialog: a name, a choice.
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

  /** Sign in again without leaving the page: every page's own dialog does it. */
  signIn() {
    document.dispatchEvent(new Event("handline:sign-in"));
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
