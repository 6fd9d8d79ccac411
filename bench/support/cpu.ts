import { readdirSync, readFileSync } from 'node:fs';

/** Kernels count a process's time in hundredths of a second. */
const tickMs = 10;

/** Milliseconds of processor time that a process has used; `null` where the system has no `/proc`. */
export function cpuMsOf(pid: number | undefined): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
    return (Number(fields?.[11]) + Number(fields?.[12])) * tickMs;
  } catch {
    return null;
  }
}

/** The process of the Temporal server that this process started; `undefined` where the system has no `/proc`. */
export function serverPid(): number | undefined {
  const pids = readdirSync('/proc', { withFileTypes: true }).flatMap(({ name }) =>
    /^\d+$/.test(name) ? [Number(name)] : [],
  );
  return pids.find((pid) => {
    try {
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start-dev');
    } catch {
      return false;
    }
  });
}
