export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Milliseconds that the work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/**
 * Times several works in turn (A B C A B C …), so that what else the machine does falls on all of them alike.
 *
 * @returns the milliseconds of each, without those of the first rounds.
 */
export async function interleaved<Name extends string>(
  works: Readonly<Record<Name, () => Promise<unknown>>>,
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(works) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const name of names) {
      const ms = await timed(works[name]);
      if (round >= warmUp) times[name].push(ms);
    }
  }
  return times;
}

/** One line of a bench: a figure beside what it may be at most (or at least). */
export function report(
  what: string,
  value: number,
  goal: { readonly atMost: number } | { readonly atLeast: number },
  unit = '',
): void {
  const holds = 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
  const bound = 'atMost' in goal ? `at most ${goal.atMost}` : `at least ${goal.atLeast}`;
  const shown = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  console.log(`${holds ? 'ok  ' : 'MISS'} ${what}: ${shown}${unit} (${bound}${unit})`);
}
