/** Characters in a line: endless where no terminal would wrap them. */
export function screenWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Infinity;
}
