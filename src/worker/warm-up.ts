import type { ResolvedConfig } from '../config/index.ts';
import { splitModelRef } from '../domain/model.ts';
import { estimateMessage } from '../models/index.ts';
import type { Providers } from '../providers/registry.ts';

/**
 * Loads what the first call of each agent needs: half a second of code and token tables, for which the first message
 * after a start would otherwise wait.
 */
export async function warmUp(config: ResolvedConfig, providers: Providers): Promise<void> {
  estimateMessage([{ type: 'text', text: 'Hello' }]);
  const names = new Set([...config.agents.values()].map(({ spec }) => splitModelRef(spec.model).provider));
  // A provider without its key is the concern of the call that asks for it.
  await Promise.allSettled([...names].map((name) => providers.load(name)));
}
