// The replay with a progress bar: reads one JSON object a line while the server derives.
// Without this file the form goes to the replay's own page, which answers in one piece.

/** @returns {Record<string, string>} */
function headers() {
  return JSON.parse(document.body.dataset.hxHeaders ?? "{}");
}

/**
 * @param {ReadableStream<Uint8Array>} stream
 * @param {(message: {done?: number, total?: number, changed?: number, html?: string}) => void} heed
 */
async function eachLine(stream, heed) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line) heed(JSON.parse(line));
  }
}

/** @param {HTMLFormElement} form */
async function replay(form) {
  const panel = form.closest("section");
  const place = panel?.querySelector("[data-replay-progress]");
  const result = panel?.querySelector("[data-replay-result]");
  const bar = place?.querySelector("progress");
  const words = place?.querySelector("p");
  if (!(place instanceof HTMLElement) || !bar || !words || !result) return;
  place.hidden = false;
  result.replaceChildren();
  words.textContent = "Reading the signed visits…";
  const answer = await fetch(form.dataset.replay ?? "", { method: "POST", body: new FormData(form), headers: headers() });
  if (!answer.ok || !answer.body) {
    const told = await answer.json().catch(() => ({}));
    words.textContent = told.error ?? "The replay did not run. Reload the page and try again.";
    return;
  }
  await eachLine(answer.body, (message) => {
    if (message.html !== undefined) {
      result.innerHTML = message.html;
      return;
    }
    bar.max = Math.max(1, message.total ?? 1);
    bar.value = message.total ? (message.done ?? 0) : 1;
    words.textContent = `${message.done} of ${message.total} visits, ${message.changed} would change`;
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.replay) return;
  event.preventDefault();
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  replay(form)
    .catch(() => form.submit())
    .finally(() => {
      if (button) button.disabled = false;
    });
});

// what is typed and not saved is not lost by a stray click
const draft = document.getElementById("policy-form");
if (draft instanceof HTMLFormElement) {
  let dirty = false;
  draft.addEventListener("input", () => (dirty = true));
  draft.addEventListener("submit", () => (dirty = false));
  addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
}
