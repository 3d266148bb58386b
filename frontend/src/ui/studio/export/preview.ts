/** A film as the stage shows it: the frame that is there, painted anew whenever the film's options change. */

import { paintFilm, type FilmObject, type Window } from "../../../canvas/effects";
import { backdropUrl, type FilmWindow, type OptionValues } from "../../../model/types";
import type { Wish } from "../../../model/wish";
import * as api from "../../../net/api";
import type { Studio } from "../studio.svelte";

export type Film = { readonly name: string; readonly values: OptionValues; readonly wish: Wish };

const WAIT_MS = 200; // for the last of several changes before the server is asked where a crop looks

export class Preview {
  readonly #studio: Studio;
  #backdrop: { id: string; image: ImageBitmap | null } = { id: "", image: null };
  #window: { wish: string; told: FilmWindow | null } = { wish: "", told: null };
  #timer: number | undefined;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** What the stage calls for each frame; null where this film has no preview. */
  of(film: Film): (image: CanvasImageSource) => CanvasImageSource | null {
    void this.#lookForBackdrop(String(film.values["picture"] ?? ""));
    if (film.name === "crop") this.#lookForWindow(film.wish);
    return (image) =>
      paintFilm({
        name: film.name,
        values: film.values,
        size: this.#studio.size,
        image,
        objects: this.#objects(film.values["objects"] as readonly number[] | null),
        backdrop: this.#backdrop.image,
        window: this.#windowAt(this.#studio.frame),
      });
  }

  close(): void {
    window.clearTimeout(this.#timer);
    this.#backdrop.image?.close();
  }

  #objects(chosen: readonly number[] | null): FilmObject[] {
    const { masks, frame, subjects } = this.#studio;
    return subjects.flatMap(({ id, number, color, visible }) => {
      if (!(chosen?.includes(number) ?? visible)) return [];
      const picture = masks?.picture(id, frame, color) ?? null;
      const corners = masks?.mask(id, frame)?.box ?? [];
      return picture === null ? [] : [{ number, color, picture, corners }];
    });
  }

  #windowAt(frame: number): Window | null {
    const { told } = this.#window;
    const corner = told?.corners[frame - told.first_frame];
    return told === null || corner === undefined ? null : [corner[0], corner[1], told.width, told.height];
  }

  async #lookForBackdrop(id: string): Promise<void> {
    if (id === this.#backdrop.id) return;
    this.#backdrop.image?.close();
    this.#backdrop = { id, image: null };
    if (id === "") return;
    try {
      const image = await createImageBitmap(await (await fetch(backdropUrl(id))).blob());
      if (this.#backdrop.id === id) this.#backdrop.image = image;
      else image.close();
    } catch {
      // Without it the colour is shown; the Export panel says what a picture lacks.
    }
    this.#studio.drawTick += 1;
  }

  #lookForWindow(wish: Wish): void {
    const key = `${JSON.stringify(wish)} ${this.#studio.scene?.revision ?? 0}`;
    if (key === this.#window.wish) return;
    this.#window = { wish: key, told: this.#window.told };
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#fetchWindow(wish, key), WAIT_MS);
  }

  async #fetchWindow(wish: Wish, key: string): Promise<void> {
    let told: FilmWindow | null = null;
    try {
      told = await api.filmWindow(this.#studio.id, wish);
    } catch {
      // What cannot be is said beside the button, by the estimate.
    }
    if (this.#window.wish !== key) return;
    this.#window = { wish: key, told };
    this.#studio.drawTick += 1;
  }
}
