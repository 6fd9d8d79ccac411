import { interleaved, median, report } from './support/measure.ts';
import { openStand } from './support/stand.ts';
import { toolCallsInARun } from './support/bench-config.ts';

/** What a tool call and a member's run take beside the same steps of a bare workflow. */
const rounds = Number(process.env['LOADLINE_BENCH_ROUNDS'] ?? 40);
const question = 'How are you?';

const stand = await openStand();
try {
  const bare = await stand.bareTurns();
  const send = (agent: 'instant' | 'caller' | 'pair', id: string) => {
    const session = stand.api.session(agent, { id });
    return async () => await session.send(question);
  };
  const works = {
    one: bare.turn,
    activities: () => bare.activities(1 + 2 * toolCallsInARun),
    child: bare.child,
    run: send('instant', 'run'),
    tools: send('caller', 'tools'),
    member: send('pair', 'member'),
  };
  const times = await interleaved(works, { rounds, warmUp: 10 });
  const ms = (name: keyof typeof works): number => median(times[name]);
  const each = (whole: number, one: number): number => (whole - one) / (2 * toolCallsInARun);
  const [bareStep, step] = [each(ms('activities'), ms('one')), each(ms('tools'), ms('run'))];
  console.log(`     a bare activity ${bareStep.toFixed(1)} ms, a step of a run with tools ${step.toFixed(1)} ms`);
  report('a run of tool calls beside as many bare activities', ms('tools') / ms('activities'), { atMost: 1.5 }, ' ×');
  report('a tool call and the model call after it, beside two bare activities', step / bareStep, { atMost: 1.5 }, ' ×');
  console.log(
    `     a bare turn with a child workflow ${ms('child').toFixed(1)} ms, a run with a member ${ms('member').toFixed(1)} ms`,
  );
  report("a run with a member's run beside a bare child workflow", ms('member') / ms('child'), { atMost: 1.5 }, ' ×');
} finally {
  await stand.close();
}
