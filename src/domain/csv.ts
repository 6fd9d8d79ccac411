/** Rows as comma-separated values (RFC 4180); `null` is empty, and numbers have no exponent. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : decimal(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function decimal(value: number): string {
  return value.toFixed(9).replace(/0+$/, '');
}
