/** Dark or light: the system decides first, the person can decide otherwise, and this machine remembers. */

export type Theme = "dark" | "light";

const STORED = "studio.theme";
const system = window.matchMedia("(prefers-color-scheme: light)");

const chosen = (): Theme | null => {
  const value = localStorage.getItem(STORED);
  return value === "dark" || value === "light" ? value : null;
};

let theme = $state<Theme>(chosen() ?? (system.matches ? "light" : "dark"));

const show = (): void => {
  document.documentElement.dataset["theme"] = theme;
};

export const currentTheme = (): Theme => theme;

export const toggleTheme = (): void => {
  theme = theme === "dark" ? "light" : "dark";
  localStorage.setItem(STORED, theme);
  show();
};

export const startTheme = (): void => {
  show();
  system.addEventListener("change", () => {
    if (chosen() !== null) return;
    theme = system.matches ? "light" : "dark";
    show();
  });
};
