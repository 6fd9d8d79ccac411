import { z } from 'zod';
import { defaultWindow } from './models.ts';

/** How the simulator behaves where nothing is scripted. */
export const settingsSchema = z.strictObject({
  /** `null`: at once. */
  tokensPerSecond: z.number().positive().nullable().default(null),
  firstTokenMs: z.number().nonnegative().default(0),
  /** Window of models that are not in the table of simulated ones. */
  contextWindow: z.number().int().positive().default(defaultWindow),
  /** Prompt caching as the providers do it. */
  promptCache: z.boolean().default(true),
});

export type Settings = z.output<typeof settingsSchema>;
