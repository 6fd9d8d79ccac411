import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Names one process for good: a pid alone is given to another one after a while, and again after a boot. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly bootId: string;
  /** When the process was started, in the words of the operating system; empty where it can't be known. */
  readonly startTime: string;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function startTimeFromPs(pid: number): string {
  if (process.platform === 'win32') return '';
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

let ownBootId: string | undefined;

/** Changes with every boot of this machine. Empty on Windows, which has no such name. */
export function bootId(): string {
  ownBootId ??= readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? startTimeFromPs(1);
  return ownBootId;
}

/** The start time of a process, or null when there is none with this pid (an unreaped one counts as none). */
function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = readOrNull(`/proc/${pid}/stat`);
    if (stat === null) return null;
    // The second field is the program's name in brackets and may hold anything, brackets and blanks too.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : (fields[18] ?? '');
  }
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  return startTimeFromPs(pid);
}

/** The identity of a running process, this one by default; null when no process has this pid. */
export function identifyProcess(pid: number = process.pid): ProcessIdentity | null {
  const startTime = startTimeOf(pid);
  return startTime === null ? null : { pid, bootId: bootId(), startTime };
}

/** Whether the very process is still running, not another one that was given its pid. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now !== null && now.bootId === identity.bootId && now.startTime === identity.startTime;
}
