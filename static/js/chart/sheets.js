// On a tablet the block's form and the charges come up over the chart, within a thumb's reach.
// The style sheet draws them; here are only what opens and closes them.
import { afterPaint, byId } from "chart/dom";

const TABLET = matchMedia("(max-width: 1180.98px)");

export class Sheets {
  constructor(store) {
    this.store = store;
    this.side = byId("charges-side");
    this.opener = byId("bar-charges");
    this.bar = this.opener.closest(".chart-bar");
    this.editor = byId("block-form").closest(".editor");
    this.opener.addEventListener("click", () => this.show(!this.isOpen));
    byId("charges-close").addEventListener("click", () => this.show(false));
    this.side.addEventListener("click", (event) => event.target.closest("a[href^='#']") && this.show(false, { focus: false }));
    this.side.addEventListener("focusout", ({ relatedTarget: to }) => to && to !== this.opener && !this.side.contains(to) && this.show(false, { focus: false }));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.escape(event));
    TABLET.addEventListener("change", () => this.show(false, { focus: false }));
    store.addEventListener("select", () => afterPaint(() => this.uncover()));
    // its own "Next block" is enough while the clock's is in sight
    new IntersectionObserver(([seen]) => this.bar.classList.toggle("has-live", seen.isIntersecting)).observe(byId("live"));
  }

  get isOpen() {
    return this.side.classList.contains("is-open");
  }

  show(open, { focus = true } = {}) {
    if (open === this.isOpen) return;
    if (open) this.store.select(null); // one sheet at a time
    this.side.classList.toggle("is-open", open);
    this.opener.setAttribute("aria-expanded", String(open));
    if (focus) (open ? this.side : this.opener).focus();
  }

  escape(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (this.isOpen) this.show(false);
    else if (this.editor.contains(document.activeElement) && this.store.selected) byId("block-done").click();
  }

  /** The block that was chosen stays in sight above its form. */
  uncover() {
    const { selected } = this.store;
    if (!selected || !TABLET.matches) return;
    this.show(false, { focus: false });
    const row = document.querySelector(`handline-timeline li[data-id="${selected}"]`);
    const seen = row?.getClientRects().length ? row : byId(`block-${selected}`);
    const top = this.editor.getBoundingClientRect().top;
    const box = seen?.getBoundingClientRect();
    if (box && (box.bottom > top || box.top < 64)) scrollBy({ top: box.top - Math.max(80, top - box.height - 90), behavior: "instant" });
  }
}
