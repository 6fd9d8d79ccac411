import type { SimulatorControl } from './simulator.ts';
import type { Tally, TallyQuery } from './tally.ts';

/** A simulator that runs in another process. */
export interface RemoteSimulator extends SimulatorControl {
  tally(query?: TallyQuery): Promise<Tally>;
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`The simulator refused: ${await response.text()}`);
  await response.body?.cancel();
}

/**
 * Drives the simulator at an address.
 *
 * @example
 * const simulator = simulatorAt('http://127.0.0.1:4321');
 * await simulator.script({ answer: 'Yes.', match: { text: 'really' } });
 * (await simulator.tally()).totals.requests;
 */
export function simulatorAt(url: string): RemoteSimulator {
  return {
    url,
    async tally({ session } = {}) {
      const query = session === undefined ? '' : `?session=${encodeURIComponent(session)}`;
      const response = await fetch(`${url}/simulator/tally${query}`);
      return (await response.json()) as Tally;
    },
    script: (behaviours) => post(`${url}/simulator/script`, behaviours),
    reset: (settings = {}) => post(`${url}/simulator/reset`, settings),
  };
}
