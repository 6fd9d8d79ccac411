import { exitCodes } from '../exit-codes.ts';
import { print, printDocument } from '../output.ts';
import type { CommonOptions } from '../place.ts';
import { paint } from '../terminal/colours.ts';
import { screenWidth } from '../terminal/screen.ts';
import { wrap } from '../terminal/wrap.ts';
import { checkHome, checkStore } from './check-home.ts';
import { checkModels } from './check-models.ts';
import { checkPort } from './check-port.ts';
import { checkConfig, checkNode, checkVariables } from './check-settings.ts';
import { checkTemporal } from './check-temporal.ts';
import { checkTokens } from './check-tokens.ts';
import type { Finding } from './finding.ts';
import { setScene } from './scene.ts';

/** Checks all that sessions need; for each fault, the command that mends it. Nothing is changed. */
export async function runDoctor(options: CommonOptions): Promise<void> {
  const scene = await setScene(options);
  const { findings: ofHome, home, dev } = checkHome(scene);
  const findings = [
    ...checkNode(),
    ...checkVariables(scene),
    ...checkConfig(scene),
    ...ofHome,
    ...(home === null ? [] : checkStore(scene, home, dev)),
    ...(home === null ? [] : await checkTemporal(scene, dev)),
    ...checkTokens(scene),
    ...(await checkPort(scene, dev)),
    ...(await checkModels(scene)),
  ];
  const faults = findings.filter(({ ok }) => !ok).length;
  process.exitCode = faults === 0 ? exitCodes.completed : exitCodes.failed;
  if (options.json === true) return printDocument({ ok: faults === 0, findings });
  print(...findings.map((finding) => describe(finding, screenWidth())));
  print('', faults === 0 ? paint('green', 'All is well.') : `${faults} ${faults === 1 ? 'fault' : 'faults'}.`);
}

function describe({ check, ok, message, command }: Finding, width: number): string {
  const mark = ok ? paint('green', '✓') : paint('red', '✗');
  const [first = '', ...more] = wrap(`${check}: ${message}`, width - 2);
  const lines = [`${mark} ${first}`, ...more.map((line) => `  ${line}`)];
  // The command stays in one line, so that it can be copied.
  if (command !== null) lines.push(`    ${paint('bold', command)}`);
  return lines.join('\n');
}
