import type { ReactNode } from 'react';

/** Strokes on a field of 16 by 16. */
const strokes = {
  sessions: 'M2.5 3.5h11v7.5h-6l-3 2.5V11h-2z',
  budgets: 'M2.5 13.5h11M4 11V6.5M8 11V2.5M12 11V8',
  usage: 'M2.5 12.5l3.5-4 3 2.5 4.5-6M10.5 5h3v3',
  models: 'M8 2l5.5 3v6L8 14l-5.5-3V5zM2.5 5L8 8l5.5-3M8 8v6',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.5 10.5l3 3',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  chevron: 'M6 4l4 4-4 4',
  down: 'M4 6l4 4 4-4',
  send: 'M8 13V3M4 7l4-4 4 4',
  stop: 'M4.5 4.5h7v7h-7z',
  compact: 'M2.5 6.5h11M2.5 9.5h11M8 1.5v3M6.3 3L8 4.7 9.7 3M8 14.5v-3M6.3 13L8 11.3 9.7 13',
  limits:
    'M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M10.200 3.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600zM5.800 9.200a1.800 1.800 0 1 0 0 3.600 1.800 1.800 0 0 0 0-3.600z',
  tool: 'M10.5 2.5a3.5 3.5 0 0 0-3.400 4.400L2.5 11.5v2h2l4.600-4.600a3.5 3.5 0 0 0 4.200-4.600L11 6.5 9.5 5l2.200-2.300a3.5 3.5 0 0 0-1.200-.2z',
  sun: 'M8 5.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.5A5.800 5.800 0 0 1 6.5 2.5a5.800 5.800 0 1 0 7 7z',
  system: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  external: 'M6.5 3.5h-4v10h10v-4M9.5 2.5h4v4M13.5 2.5L7.5 8.5',
  alert: 'M8 2.5l6 11H2zM8 6.5v3M8 11.600v.1',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.5v3.5M8 5v.1',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.800V8l2.200 1.5',
  key: 'M10 2.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM7.5 8.5l-5 5M4.5 11.5l1.5 1.5',
  command:
    'M6 6V4.200A1.800 1.800 0 1 0 4.200 6zM6 6h4M6 6v4M10 6V4.200A1.800 1.800 0 1 1 11.800 6zM10 10v1.800a1.800 1.800 0 1 0 1.800-1.800zM10 10H6M10 10V6M6 10v1.800A1.800 1.800 0 1 1 4.200 10z',
  more: 'M3.5 8v.01M8 8v.01M12.5 8v.01',
  user: 'M8 8.5a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600zM2.800 13.800c.6-2.400 2.600-3.600 5.200-3.600s4.600 1.200 5.200 3.600',
  team: 'M6 7.5a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600zM1.800 13c.4-2.200 2-3.400 4.200-3.400s3.800 1.200 4.200 3.400M10.5 3.200a2.200 2.200 0 0 1 0 4.200M11.800 9.800c1.400.4 2.200 1.5 2.5 3.200',
  download: 'M8 2.5v8M4.5 7L8 10.5 11.5 7M2.5 13.5h11',
  play: 'M5 3.5l7 4.5-7 4.5z',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5v.01M6.700 6.5v.01M9.300 6.5v.01M12 6.5v.01M5 9.5h6',
} as const;

export type IconName = keyof typeof strokes;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  const width = name === 'more' || name === 'keyboard' ? 1.7 : 1.4;
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={width}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={strokes[name]} />
    </svg>
  );
}
