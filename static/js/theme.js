// In <head>, before anything is painted: "auto" becomes what the device asks for.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = root.dataset.theme ?? "auto";
    root.dataset.bsTheme = chosen === "auto" ? (dark.matches ? "dark" : "light") : chosen;
  };
  root.classList.add("js");
  dark.addEventListener("change", apply);
  document.addEventListener("handline:theme", apply);
  apply();
})();
