/** One server-sent event. @param name of the event, where it has one */
export function frame(payload: unknown, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(payload)}\n\n`;
}
