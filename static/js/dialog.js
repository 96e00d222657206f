// [data-dialog-open="id"] opens <dialog id>, [data-dialog-close] closes the one it is in.
// An opener that is a link keeps working without this file: it goes to the page instead.

/** @param {Event} event */
function onClick(event) {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest("[data-dialog-open]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.dialogOpen ?? "");
    if (dialog instanceof HTMLDialogElement && !dialog.open) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
  }
  // a click on the backdrop has the dialog itself as its target
  if (event.target instanceof HTMLDialogElement && "lightClose" in event.target.dataset) {
    event.target.close();
  }
}

/** A form that came back with errors must not hide behind a closed dialog. */
function openInvalid() {
  const dialog = document.querySelector("dialog[data-open]");
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

document.addEventListener("click", onClick);
document.addEventListener("htmx:afterSettle", openInvalid);
openInvalid();
