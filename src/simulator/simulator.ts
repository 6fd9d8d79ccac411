import { SimulatedProvider } from './serve.ts';
import { createSimulatorServer } from './server.ts';
import type { ScriptedBehaviour } from './behaviour.ts';
import { settingsSchema } from './settings.ts';
import type { Settings } from './settings.ts';
import type { Tally, TallyQuery } from './tally.ts';

export interface SimulatorOptions extends Partial<Settings> {
  /** 0: a free one. */
  readonly port?: number;
  readonly host?: '127.0.0.1';
}

/** What can be done with a simulator, in this process or another. */
export interface SimulatorControl {
  /** `http://127.0.0.1:…`: base URL for Anthropic and Ollama; OpenAI's has `/v1` after it. */
  readonly url: string;
  tally(query?: TallyQuery): Tally | Promise<Tally>;
  /** @throws Error naming the field, for a behaviour that does not exist. */
  script(behaviours: ScriptedBehaviour | readonly ScriptedBehaviour[]): void | Promise<void>;
  /** Forgets tally, script and prompt caches; changes the settings that are given. */
  reset(settings?: Partial<Settings>): void | Promise<void>;
}

export interface Simulator extends SimulatorControl {
  tally(query?: TallyQuery): Tally;
  script(behaviours: ScriptedBehaviour | readonly ScriptedBehaviour[]): void;
  reset(settings?: Partial<Settings>): void;
  /** Breaks off what is being answered and frees the port. */
  close(): Promise<void>;
}

/**
 * Starts the simulator: a local HTTP server that speaks the wire formats of OpenAI (Responses and chat completions),
 * Anthropic and Ollama, answers from what it is asked, and keeps an exact tally of what it billed.
 *
 * @throws Error `EADDRINUSE` when the port is taken.
 * @example
 * const simulator = await startSimulator();
 * simulator.script({ status: 429, retryAfter: 2 });
 * const openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'any' });
 * simulator.tally().totals.input;
 * await simulator.close();
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port = 0, host = '127.0.0.1', ...settings } = options;
  const provider = new SimulatedProvider(settingsSchema.parse(settings));
  const server = createSimulatorServer(provider);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator has no address');
  return {
    url: `http://${host}:${address.port}`,
    tally: (query) => provider.tally(query),
    script: (behaviours) => provider.script.add(behaviours),
    reset(changes = {}) {
      provider.settings = settingsSchema.parse({ ...provider.settings, ...changes });
      provider.reset();
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
