// The public verification page: the file's SHA-256 is taken here, and only it is sent.

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const file = document.querySelector("[data-verify-file]");
file?.addEventListener("change", async () => {
  if (!(file instanceof HTMLInputElement) || !file.files?.length) return;
  const form = file.form;
  const field = form?.querySelector("[name=sha256]");
  if (!(field instanceof HTMLInputElement)) return;
  field.value = await sha256(await file.files[0].arrayBuffer());
  form?.requestSubmit();
});
