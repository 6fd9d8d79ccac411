export interface SimulatedModel {
  readonly id: string;
  /** Tokens of input and output together. */
  readonly contextWindow: number;
  readonly maxOutputTokens: number;
}

/** The models that the simulator lists. Any other name is served too, with `defaultWindow`. */
export const simulatedModels: readonly SimulatedModel[] = [
  { id: 'loadline-sim-1', contextWindow: 128_000, maxOutputTokens: 16_384 },
  { id: 'loadline-sim-mini', contextWindow: 32_768, maxOutputTokens: 8_192 },
  { id: 'loadline-sim-small', contextWindow: 4_096, maxOutputTokens: 1_024 },
  { id: 'loadline-sim-reason', contextWindow: 128_000, maxOutputTokens: 16_384 },
  { id: 'small-1k', contextWindow: 1_024, maxOutputTokens: 256 },
  { id: 'small-2k', contextWindow: 2_048, maxOutputTokens: 512 },
  { id: 'small-8k', contextWindow: 8_192, maxOutputTokens: 2_048 },
];

export const defaultWindow = 128_000;

const byId = new Map(simulatedModels.map((model) => [model.id, model]));

/** Limits of a model by its name: one of the table, also with something before it (`simulated/…`, `gpt-5-small-1k`). */
export function limitsOf(name: string, unknownWindow: number): SimulatedModel {
  const id = name.replace(/^simulated\//, '');
  const known = byId.get(id) ?? simulatedModels.find((model) => id.endsWith(`-${model.id}`));
  return known ?? { id, contextWindow: unknownWindow, maxOutputTokens: Math.min(16_384, unknownWindow) };
}

/** Models with `gemma` or `mistral` in their name have chat templates that refuse two messages of a role in a row. */
export function wantsAlternation(name: string): boolean {
  return /gemma|mistral/.test(name);
}

/** Models with `cuts` in their name run on an Ollama before 0.12.6, which cuts a request whatever it says of that. */
export function ignoresTruncate(name: string): boolean {
  return name.includes('cuts');
}

/** Models with `reason` in their name think before they answer. */
export function reasons(name: string): boolean {
  return name.includes('reason');
}
