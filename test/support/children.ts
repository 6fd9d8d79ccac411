import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Process ids of this process's own children whose command line has this text. */
export async function childrenOf(text: string): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,stat=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, state, ...args] = line.trim().split(/\s+/);
    const isOurs = Number(parent) === process.pid && !state?.startsWith('Z') && args.join(' ').includes(text);
    return isOurs ? [Number(pid)] : [];
  });
}
