import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';
import { defineTool, type AnyTool } from '../config/tool.ts';
import { ToolError } from '../config/tool-error.ts';

function zoneOf(name: string): string {
  if (IANAZone.isValidZone(name)) return name;
  throw new ToolError(
    `There is no time zone "${name}". Give an IANA name such as Europe/Oslo, America/New_York or UTC`,
  );
}

function momentOf(at: string, timeZone: string): DateTime {
  const moment = DateTime.fromISO(at, { zone: timeZone, setZone: false });
  if (moment.isValid) return moment;
  throw new ToolError(`"${at}" is no ISO 8601 date or time, such as 2026-03-29T14:30 or 2026-03-29T14:30:00+02:00`);
}

/**
 * Tells the date and time in a time zone, and turns a time of one zone into that of another.
 *
 * @example
 * defineAgent({ name: 'assistant', tools: [clock] });
 */
export const clock: AnyTool = defineTool({
  name: 'clock',
  description:
    'The current date and time in a time zone, or with "at" some other moment in it. For a time of another zone, give "from" too: at "2026-03-29T14:30" from "Asia/Tokyo".',
  inputSchema: z.object({
    timeZone: z.string().default('UTC').describe('IANA name, such as Europe/Oslo; UTC when left out'),
    at: z.string().optional().describe('ISO 8601 date and time; now when left out'),
    from: z.string().optional().describe('Time zone of "at", where it names no offset; "timeZone" when left out'),
  }),
  idempotent: true,
  timeout: '5s',
  execute({ timeZone, at, from }) {
    const zone = zoneOf(timeZone);
    const moment = (at === undefined ? DateTime.now() : momentOf(at, zoneOf(from ?? zone)))
      .setZone(zone)
      .startOf('second');
    return {
      iso: moment.toISO({ suppressMilliseconds: true }),
      date: moment.toISODate(),
      time: moment.toFormat('HH:mm:ss'),
      weekday: moment.setLocale('en').toFormat('cccc'),
      week: moment.weekNumber,
      timeZone: zone,
      offset: moment.toFormat('ZZ'),
      unixSeconds: moment.toSeconds(),
    };
  },
});
