import { useId, type ReactNode } from 'react';
import type { TokenParts } from './run-bars.ts';

/** Beside its colour, a series has a texture: it can be told apart without the colour. */
export type Texture = 'plain' | 'stripes' | 'dots' | 'lines' | 'grid';

export interface Series {
  readonly name: string;
  /** A custom property of tokens.css. */
  readonly colour: string;
  readonly texture: Texture;
}

export const partSeries: Readonly<Record<keyof TokenParts, Series>> = {
  uncached: { name: 'Input, uncached', colour: '--series-uncached', texture: 'plain' },
  cached: { name: 'Input, cached', colour: '--series-cached', texture: 'stripes' },
  reasoning: { name: 'Reasoning', colour: '--series-reasoning', texture: 'dots' },
  output: { name: 'Output', colour: '--series-output', texture: 'plain' },
};

const textures = ['plain', 'stripes', 'plain', 'dots', 'plain', 'lines', 'grid', 'plain'] as const;
const colours = ['uncached', 'output', '5', 'reasoning', '8', '6', '7', 'cached'] as const;

/** The looks of the nth series of a chart whose series have no meaning of their own. */
export function seriesLook(index: number): Pick<Series, 'colour' | 'texture'> {
  const at = index % colours.length;
  return { colour: `--series-${colours[at] ?? 'uncached'}`, texture: textures[at] ?? 'plain' };
}

/** Ids of the fills of one chart, and the definitions that have to stand in its SVG. */
export function useFills(series: readonly Pick<Series, 'colour' | 'texture'>[]): {
  readonly fillOf: (index: number) => string;
  readonly definitions: ReactNode;
} {
  const id = useId();
  const nameOf = (index: number): string => `fill-${id}-${index}`;
  return {
    fillOf: (index) => {
      const one = series[index];
      if (one === undefined) return 'none';
      return one.texture === 'plain' ? `var(${one.colour})` : `url(#${nameOf(index)})`;
    },
    definitions: (
      <defs>
        {series.map((one, index) =>
          one.texture === 'plain' ? null : <TexturePattern key={nameOf(index)} id={nameOf(index)} of={one} />,
        )}
      </defs>
    ),
  };
}

function TexturePattern({
  id,
  of,
}: {
  readonly id: string;
  readonly of: Pick<Series, 'colour' | 'texture'>;
}): ReactNode {
  return (
    <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse">
      <rect width="6" height="6" fill={`var(${of.colour})`} />
      <g stroke="var(--surface)" strokeOpacity="0.55" fill="none">
        {of.texture === 'stripes' ? <path d="M-1 1l2-2M0 6l6-6M5 7l2-2" strokeWidth="1.4" /> : null}
        {of.texture === 'lines' ? <path d="M0 3h6" strokeWidth="1.4" /> : null}
        {of.texture === 'grid' ? <path d="M3 0v6M0 3h6" strokeWidth="1" /> : null}
      </g>
      {of.texture === 'dots' ? <circle cx="3" cy="3" r="1.1" fill="var(--surface)" fillOpacity="0.7" /> : null}
    </pattern>
  );
}

/** A small square in the looks of a series. */
export function Swatch({ of }: { readonly of: Pick<Series, 'colour' | 'texture'> }): ReactNode {
  const { fillOf, definitions } = useFills([of]);
  return (
    <svg className="chart-swatch" width="10" height="10" aria-hidden="true">
      {definitions}
      <rect width="10" height="10" rx="2" fill={fillOf(0)} />
    </svg>
  );
}

export function Legend({ series }: { readonly series: readonly Series[] }): ReactNode {
  return (
    <ul className="chart-legend">
      {series.map((one) => (
        <li key={one.name}>
          <Swatch of={one} />
          {one.name}
        </li>
      ))}
    </ul>
  );
}
