// On the demo's sign-in page: a row's button fills the form in.
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-fill-login]") : null;
  if (!(button instanceof HTMLElement)) return;
  const login = document.querySelector("input[name=login]");
  const password = document.querySelector("input[name=password]");
  if (!(login instanceof HTMLInputElement) || !(password instanceof HTMLInputElement)) return;
  login.value = button.dataset.fillLogin ?? "";
  password.value = button.dataset.fillPassword ?? "";
  login.form?.querySelector("button[type=submit]")?.focus();
});
