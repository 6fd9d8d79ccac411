import { cpuMsOf, serverPid } from './support/cpu.ts';
import { median, report, timed } from './support/measure.ts';
import { openStand } from './support/stand.ts';

/** 50 sessions of four runs each at once, beside 50 bare workflows of four turns. */
const sessions = 50;
const runs = 4;
const rounds = Number(process.env['LOADLINE_BENCH_ROUNDS'] ?? 6);

const stand = await openStand();
const server = serverPid();

type Turn = () => Promise<unknown>;

interface Measured {
  readonly ms: number;
  readonly workerMs: number;
  readonly serverMs: number | null;
}

/** Milliseconds a run: on the clock, and of processor time here and in the server. */
async function measure(turns: readonly Turn[]): Promise<Measured> {
  const count = sessions * runs;
  const [ours, theirs] = [process.cpuUsage(), cpuMsOf(server)];
  const ms = await timed(async () => {
    await Promise.all(
      turns.map(async (turn) => {
        for (let run = 0; run < runs; run++) await turn();
      }),
    );
  });
  const { user, system } = process.cpuUsage(ours);
  const after = cpuMsOf(server);
  return {
    ms: ms / count,
    workerMs: (user + system) / 1000 / count,
    serverMs: theirs === null || after === null ? null : (after - theirs) / count,
  };
}

async function open(kind: 'bare' | 'instant' | 'simulated', round: number): Promise<readonly Turn[]> {
  const one = async (index: number): Promise<Turn> => {
    if (kind === 'bare') return (await stand.bareTurns()).turn;
    const session = stand.api.session(kind, { id: `${kind}-${round}-${index}` });
    await session.start();
    return async () => await session.send('How are you?');
  };
  return await Promise.all(Array.from({ length: sessions }, (_, index) => one(index)));
}

try {
  const measured: Record<'bare' | 'instant' | 'simulated', Measured[]> = { bare: [], instant: [], simulated: [] };
  for (let round = 0; round < rounds; round++) {
    for (const kind of ['bare', 'instant', 'bare', 'simulated'] as const) {
      const one = await measure(await open(kind, round));
      if (round > 0) measured[kind].push(one);
    }
  }
  const of = (kind: keyof typeof measured, what: keyof Measured) => median(measured[kind].map((one) => one[what] ?? 0));
  for (const kind of ['bare', 'instant', 'simulated'] as const) {
    console.log(
      `     ${kind}: ${(1000 / of(kind, 'ms')).toFixed(0)} runs a second; processor time of a run ` +
        `${of(kind, 'workerMs').toFixed(1)} ms here, ${of(kind, 'serverMs').toFixed(1)} ms in the server`,
    );
  }
  const ratio = (kind: 'instant' | 'simulated') => of('bare', 'ms') / of(kind, 'ms');
  report(`${sessions} sessions at once, model in the process, beside bare`, ratio('instant'), { atLeast: 0.8 }, ' ×');
  report(`${sessions} sessions at once, simulator over HTTP, beside bare`, ratio('simulated'), { atLeast: 0.8 }, ' ×');
} finally {
  await stand.close();
}
