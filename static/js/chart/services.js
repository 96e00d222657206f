// Untimed services: the same form as without scripts, its edits kept like all others.
import { clockLong, fromInput, inputClock } from "chart/clock";
import { byId, h, hidden, icon, say } from "chart/dom";

export class Services {
  constructor(store) {
    this.store = store;
    this.form = byId("procedure-form");
    this.rows = byId("procedure-rows");
    this.table = byId("procedure-table");
    this.id = null;
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.copyRegions();
    store.addEventListener("view", () => this.patch());
    this.patch();
  }

  /** The page brings the list once: here it is the block's, under this form's names. */
  copyRegions() {
    const list = byId("id_regions").cloneNode(true);
    list.id = "id_procedure-regions";
    for (const box of list.querySelectorAll("[name=regions]")) {
      box.name = "procedure-regions";
      box.defaultChecked = box.checked = false;
    }
    byId("procedure-regions")?.replaceWith(list);
  }

  field = (name) => this.form.elements.namedItem(`procedure-${name}`);

  patch() {
    const { procedures } = this.store.view;
    const mark = JSON.stringify(procedures.map((row) => [row, this.store.codeOf(row)]));
    if (mark === this.mark) return;
    this.mark = mark;
    this.table.hidden = !procedures.length;
    const code = (row) => this.store.codeOf(row);
    this.rows.replaceChildren(...procedures.map((row) => h("tr", { id: `procedure-${row.id}`, tabindex: "-1" },
      h("th", { scope: "row", class: "code" }, code(row)),
      h("td", { "data-label": "Regions" }, this.store.regionNames(row)),
      h("td", { "data-label": "Time" }, [row.start && clockLong(row.start), row.minutes && `${row.minutes} min`].filter(Boolean).join(" ")),
      h("td", { "data-label": "Findings" }, [row.reduced && "Cut short", row.findings].filter(Boolean).join(". ")),
      h("td", { class: "row-actions" },
        h("button", { type: "button", class: "btn btn-sm btn-quiet", onclick: () => this.edit(row) }, "Edit", hidden(` ${code(row)}`)),
        h("button", { type: "button", class: "btn btn-icon btn-quiet", onclick: () => this.remove(row) }, icon("trash"), hidden(`Remove ${code(row)}`))))));
  }

  edit(row) {
    this.id = row.id;
    this.form.closest("details").open = true;
    this.field("code").value = row.code;
    this.field("findings").value = row.findings;
    this.field("reduced").checked = row.reduced;
    this.field("minutes").value = row.minutes ?? "";
    this.field("start").value = row.start ? inputClock(row.start) : "";
    for (const box of this.form.querySelectorAll("[name=procedure-regions]")) box.checked = row.regions.includes(box.value);
    for (const box of this.form.querySelectorAll("[name=procedure-diagnoses]")) box.checked = row.diagnoses.includes(box.value);
    this.field("code").focus();
  }

  remove(row) {
    const { id, version, ...fields } = row;
    this.store.edit({ op: "del_procedure", id }, { undo: [{ op: "put_procedure", id, fields }] });
    say(`${row.code} removed.`);
  }

  submit(event) {
    event.preventDefault();
    event.stopPropagation();
    const code = this.field("code").value.trim().toUpperCase();
    const regions = [...this.form.querySelectorAll("[name=procedure-regions]:checked")].map((box) => box.value);
    const wrong = !code ? "Give the code, such as 97161 or CMT." : ["CMT", "OMT"].includes(code) && !regions.length ? "Choose the regions that were adjusted: they decide the code." : "";
    const problem = byId("procedure-problem");
    problem.textContent = wrong;
    problem.hidden = !wrong;
    if (wrong) return problem.focus();
    const fields = {
      code, regions,
      start: this.field("start").value ? fromInput(this.field("start").value, this.store.boot.day.starts) : null,
      minutes: this.field("minutes").value === "" ? null : Number(this.field("minutes").value),
      findings: this.field("findings").value.trim(),
      reduced: this.field("reduced").checked,
      diagnoses: [...this.form.querySelectorAll("[name=procedure-diagnoses]:checked")].map((box) => box.value),
    };
    const id = this.id ?? crypto.randomUUID();
    const old = this.store.view.procedures.find((row) => row.id === id);
    this.store.edit({ op: "put_procedure", id, fields }, { undo: old ? [{ op: "put_procedure", id, fields: old }] : [{ op: "del_procedure", id }] });
    say(`${code} saved.`);
    this.id = null;
    this.form.reset();
    this.form.closest("details").open = false;
    this.form.closest("details").querySelector("summary").focus();
  }
}
