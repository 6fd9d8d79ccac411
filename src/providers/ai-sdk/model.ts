import { builtInOf } from '../built-in.ts';

/**
 * A language model of the AI SDK (`@ai-sdk/openai`, `@ai-sdk/anthropic`, …), of specification v2, v3 or v4.
 *
 * Written out structurally: models of every AI SDK release fit, and our types need none of its packages.
 */
export interface AiSdkModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
  doStream(options: never): PromiseLike<object>;
}

/** Is a config's `model` an AI SDK language model rather than a name? */
export function isAiSdkModel(value: unknown): value is AiSdkModel {
  if (typeof value !== 'object' || value === null) return false;
  const model = value as Partial<AiSdkModel>;
  return typeof model.specificationVersion === 'string' && typeof model.doStream === 'function';
}

/** Our name of the provider of an AI SDK model, e.g. `openai.responses`: never one of the built-in names. */
export function aiSdkProviderName(model: AiSdkModel): string {
  const name = model.provider.replaceAll('/', '-');
  return builtInOf(name) === null ? name : `${name}.ai-sdk`;
}

/**
 * The `provider/model` by which an AI SDK model stands in an agent's definition, the ledger and the metrics.
 *
 * @example
 * aiSdkModelName(openai('gpt-5.2')); // 'openai.responses/gpt-5.2'
 */
export function aiSdkModelName(model: AiSdkModel): string {
  return `${aiSdkProviderName(model)}/${model.modelId}`;
}
