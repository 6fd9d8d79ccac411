import { parseArgs } from 'node:util';
import { startSimulator } from './simulator.ts';

/**
 * The simulator as a process of its own: prints one JSON line `{"ready": url}` and ends on SIGTERM or SIGINT.
 *
 *     node src/simulator/main.ts --port 0 [--tokens-per-second 50] [--first-token-ms 300] [--context-window 8192]
 *                                [--no-prompt-cache]
 */
const { values } = parseArgs({
  allowNegative: true,
  options: {
    port: { type: 'string', default: '0' },
    'tokens-per-second': { type: 'string' },
    'first-token-ms': { type: 'string', default: '0' },
    'context-window': { type: 'string', default: '128000' },
    'prompt-cache': { type: 'boolean', default: true },
  },
});
const pace = values['tokens-per-second'];
const simulator = await startSimulator({
  port: Number(values.port),
  tokensPerSecond: pace === undefined ? null : Number(pace),
  firstTokenMs: Number(values['first-token-ms']),
  contextWindow: Number(values['context-window']),
  promptCache: values['prompt-cache'],
});

function stop(): void {
  void simulator.close().then(() => process.exit(0));
}

process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdout.write(`${JSON.stringify({ ready: simulator.url })}\n`);
