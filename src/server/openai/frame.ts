import { toOpenAiFailure } from './errors.ts';
import { serverStops } from './until-stopping.ts';

/** What a stream that the server's end cuts off closes with: without it, it would look complete. */
export function stoppingError() {
  return toOpenAiFailure(serverStops()).body.error;
}

/** One server-sent event. @param name of the event, where it has one */
export function frame(payload: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(payload)}\n\n`;
}
