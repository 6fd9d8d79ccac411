import type { z } from 'zod';
import { behaviourSchema } from './behaviour.ts';
import type { Behaviour } from './behaviour.ts';
import type { Prompt, WireName } from './prompt.ts';
import { questionOf } from './prompt.ts';

type Queued = z.output<typeof behaviourSchema>;

function matches({ match }: Queued, prompt: Prompt, wire: WireName): boolean {
  if (match === undefined) return true;
  if (match.wire !== undefined && match.wire !== wire) return false;
  if (match.model !== undefined && !prompt.model.includes(match.model)) return false;
  return match.text === undefined || questionOf(prompt).includes(match.text);
}

/** Behaviours that wait for their requests, in the order in which they were given. */
export class Script {
  #queue: Queued[] = [];

  /**
   * One behaviour or a list of them.
   *
   * @throws z.ZodError naming the field, for one that is unknown or of the wrong type. */
  add(behaviours: unknown): void {
    const list: readonly unknown[] = Array.isArray(behaviours) ? behaviours : [behaviours];
    this.#queue.push(...list.map((behaviour) => behaviourSchema.parse(behaviour)));
  }

  /** The first behaviour that matches, used up by one; nothing where none does. */
  take(prompt: Prompt, wire: WireName): Behaviour | undefined {
    const found = this.#queue.find((queued) => matches(queued, prompt, wire));
    if (found === undefined || found.times === null) return found;
    found.times -= 1;
    if (found.times === 0) this.#queue = this.#queue.filter((queued) => queued !== found);
    return found;
  }

  clear(): void {
    this.#queue = [];
  }
}
