import type { ReactNode } from 'react';
import type { ModelDetail } from '../../../../src/domain/metrics.ts';
import { Num } from '../../ui/num.tsx';
import { useScene } from '../thread/session-context.ts';
import './detail-table.css';

export interface ModelDetailsProps {
  readonly details: Readonly<Record<string, readonly ModelDetail[]>>;
  readonly settled: boolean;
}

/** What each model used, by what it was asked for. */
export function ModelDetails({ details, settled }: ModelDetailsProps): ReactNode {
  const { openLedger } = useScene();
  const lines = Object.entries(details).flatMap(([type, models]) => models.map((detail) => ({ type, detail })));
  if (lines.length === 0) return null;
  return (
    <section className="card" aria-labelledby="models-title">
      <header className="card-header">
        <h2 id="models-title">By model</h2>
      </header>
      <div className="detail-scroll" role="region" aria-labelledby="models-title" tabIndex={0}>
        <table className="detail-table">
          <thead>
            <tr>
              <th scope="col">Asked as</th>
              <th scope="col">Model</th>
              <th scope="col">Calls</th>
              <th scope="col">Tokens</th>
              <th scope="col">Cached</th>
              <th scope="col">Cost</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ type, detail }) => {
              const { provider, model, calls, totalTokens, cacheReadTokens, cost } = detail;
              const shown = { label: `${type}: ${provider}/${model}`, tokens: totalTokens, cost };
              const onOpen = (): void => openLedger({ modelType: type, provider, model }, shown);
              return (
                <tr key={`${type} ${provider}/${model}`}>
                  <th scope="row">{type}</th>
                  <td className="detail-name" title={`${provider}/${model}`}>
                    {model}
                  </td>
                  <td>
                    <Num value={calls} />
                  </td>
                  <td>
                    <Num value={totalTokens} label="tokens" settled={settled} onOpen={onOpen} />
                  </td>
                  <td>
                    <Num value={cacheReadTokens} />
                  </td>
                  <td>
                    <Num value={cost} kind="usd" label="of cost" settled={settled} onOpen={onOpen} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
