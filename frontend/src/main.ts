import "@fontsource-variable/inter/wght.css";
import "./ui/base.css";

import { mount } from "svelte";

import App from "./ui/App.svelte";
import { startTheme } from "./ui/theme.svelte";

startTheme();
const target = document.getElementById("app");
if (target === null) throw new Error("the page has no #app");
target.replaceChildren();
mount(App, {
  target,
  props: { page: target.dataset["page"] === "studio" ? "studio" : "library", video: target.dataset["video"] ?? "" },
});
