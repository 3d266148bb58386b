import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Lays a .gz beside each script and style: whitenoise serves it to browsers that take it. */
const zipped = (): Plugin => ({
  name: "zipped",
  apply: "build",
  writeBundle: async ({ dir = "dist" }) => {
    for (const name of await readdir(join(dir, "assets"))) {
      if (!/\.(js|css)$/.test(name)) continue;
      const file = join(dir, "assets", name);
      await writeFile(`${file}.gz`, gzipSync(await readFile(file), { level: 9 }));
    }
  },
});

// django-vite reads dist/manifest.json; Django serves the files under /static/, beside those of studio/static.
export default defineConfig({
  base: "/static/",
  plugins: [svelte(), zipped()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0, // a strict Content-Security-Policy refuses data: fonts and workers
    target: "es2022",
    rollupOptions: {
      input: "src/main.ts",
      output: {
        // Fonts keep their names: the plain pages and the preload link name them too.
        assetFileNames: ({ names }) => (names[0]?.endsWith(".woff2") ? "fonts/[name][extname]" : "assets/[name]-[hash][extname]"),
      },
    },
  },
  worker: { format: "es" },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
