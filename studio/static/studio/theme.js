// Runs before the first paint, so that no page flashes in the other theme. The app's toggle writes what is read here.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("studio.theme");
  } catch {
    // Storage is closed to this page: the system decides.
  }
  const light = window.matchMedia("(prefers-color-scheme: light)").matches;
  document.documentElement.dataset.theme = chosen === "dark" || chosen === "light" ? chosen : light ? "light" : "dark";
})();
