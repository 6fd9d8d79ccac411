import { fillSession } from './support/fill-session.ts';
import { interleaved, median, report } from './support/measure.ts';
import { openStand } from './support/stand.ts';

/** One run of one instant model call, beside a bare workflow's turn, at run 10 and at run 2,000. */
const rounds = Number(process.env['LOADLINE_BENCH_ROUNDS'] ?? 60);
const question = 'How are you?';

const stand = await openStand();
try {
  for (const [id, agent, runs] of [
    ['young', 'instant', 9],
    ['old', 'instant', 1999],
    ['wire', 'simulated', 9],
  ] as const) {
    await fillSession(stand, id, agent, runs);
  }
  const { turn: bare } = await stand.bareTurns();
  const send = (id: string, agent: 'instant' | 'simulated') => {
    const session = stand.api.session(agent, { id });
    return async () => await session.send(question);
  };
  const warmUp = 10;
  const works = {
    bare,
    young: send('young', 'instant'),
    bareAgain: bare,
    old: send('old', 'instant'),
    bareOnceMore: bare,
    wire: send('wire', 'simulated'),
  };
  await interleaved(works, { rounds: warmUp, warmUp: 0 });
  const cpuBefore = stand.simulator.cpuMs();
  const times = await interleaved(works, { rounds, warmUp: 0 });
  const cpuAfter = stand.simulator.cpuMs();
  const base = median([...times.bare, ...times.bareAgain, ...times.bareOnceMore]);
  console.log(`     bare turn ${base.toFixed(1)} ms`);
  const shown = (name: 'young' | 'old' | 'wire') => median(times[name]);
  report('run 10, model in the process, beside a bare turn', shown('young') / base, { atMost: 1.5 }, ' ×');
  report('run 2,000, model in the process, beside a bare turn', shown('old') / base, { atMost: 1.5 }, ' ×');
  report('run 2,000 beside run 10', shown('old') / shown('young'), { atMost: 1.15 }, ' ×');
  report('run 10, simulator over HTTP, beside a bare turn', shown('wire') / base, { atMost: 1.5 }, ' ×');
  if (cpuBefore !== null && cpuAfter !== null) {
    const own = (cpuAfter - cpuBefore) / rounds;
    console.log(
      `     the simulator's own work is ${own.toFixed(1)} ms of processor a run (${(own / base).toFixed(2)} ×)`,
    );
  }
} finally {
  await stand.close();
}
