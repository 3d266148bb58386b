/** The versions of an object, as a panel lists them. */

import type { Subject } from "../../../model/types";
import { versionsOf, type Version } from "../../../net/arrange";
import { sentenceOf } from "../../../net/http";
import type { Studio } from "../studio.svelte";

export type Versions = { readonly list: readonly Version[]; readonly trouble: string };

/** Made with a component, and kept fresh as long as it is there. */
export const versionsFor = (studio: Studio, subject: () => Subject | null): Versions => {
  let list = $state.raw<readonly Version[]>([]);
  let trouble = $state("");

  const read = async (id: string): Promise<void> => {
    try {
      const found = await versionsOf(id);
      if (id === subject()?.id) [list, trouble] = [found, ""];
    } catch (error) {
      trouble = sentenceOf(error);
    }
  };
  // Versions are no part of the feed: they are read when the object changes, one was kept or let go, or a run ended.
  const id = $derived(subject()?.id ?? null);
  const runState = $derived(studio.run?.job.state);
  $effect(() => {
    void studio.arranging.versionTick;
    void runState;
    if (id === null) list = [];
    else void read(id);
  });
  return {
    get list() {
      return list;
    },
    get trouble() {
      return trouble;
    },
  };
};
