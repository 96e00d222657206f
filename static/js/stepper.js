// [data-step="-1"] beside an input inside .stepper moves it by its own step (minutes for a time).

/** @param {MouseEvent} event */
function onClick(event) {
  const button = event.target instanceof Element ? event.target.closest("[data-step]") : null;
  const input = button?.closest(".stepper")?.querySelector("input");
  if (!(button instanceof HTMLElement) || !(input instanceof HTMLInputElement)) return;
  const steps = Number(button.dataset.step);
  const before = input.value;
  if (before === "" && input.min !== "") input.value = input.min;
  else if (steps > 0) input.stepUp(steps);
  else input.stepDown(-steps);
  if (input.value === before) return;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", onClick);
