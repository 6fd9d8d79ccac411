import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Receipt, ReceiptLine } from '../../../src/client/inspect-api.ts';
import { amountOf, count } from '../../../src/domain/figures.ts';
import { receiptQuery } from '../api/inspect.ts';
import { Drawer } from '../ui/drawer.tsx';
import { Icon } from '../ui/icon.tsx';
import './receipt.css';

/** Do the provider's own tally, the ledger and the metrics say the same? */
export function ReceiptBadge({ sessionId }: { readonly sessionId: string }): ReactNode {
  const { data: receipt } = useQuery(receiptQuery(sessionId));
  const [open, setOpen] = useState(false);
  if (receipt === undefined) return null;
  const { equal, unsettled } = receipt;
  const standing = equal ? 'equal' : unsettled > 0 ? 'settling' : 'different';
  return (
    <>
      <button type="button" className={`receipt receipt-${standing}`} onClick={() => setOpen(true)}>
        <Icon name={equal ? 'check' : standing === 'settling' ? 'clock' : 'alert'} size={14} />
        {booksOf(receipt)
          .map(([name]) => name.toLowerCase())
          .join(equal ? ' = ' : standing === 'settling' ? ' ~ ' : ' ≠ ')}
      </button>
      {open ? <ReceiptDrawer receipt={receipt} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function booksOf({ provider, ledger, metrics }: Receipt): readonly (readonly [name: string, line: ReceiptLine])[] {
  const own = [['Ledger', ledger] as const, ['Metrics', metrics] as const];
  return provider === null ? own : [['Provider', provider] as const, ...own];
}

function ReceiptDrawer({ receipt, onClose }: { readonly receipt: Receipt; readonly onClose: () => void }): ReactNode {
  const { provider, unsettled, equal } = receipt;
  return (
    <Drawer
      title="Receipt"
      subtitle="The same work as each of the books has it"
      onClose={onClose}
      footer={
        <span className={equal ? 'receipt-equal' : 'receipt-different'}>
          {equal ? 'All books say the same.' : 'The books differ.'}
          {unsettled === 0
            ? ''
            : ` ${amountOf(unsettled, 'row')} of the ledger ${unsettled === 1 ? 'is' : 'are'} in flight, estimated or lost.`}
        </span>
      }
    >
      <table className="receipt-table">
        <thead>
          <tr>
            <th scope="col">Book</th>
            <th scope="col">Tokens in</th>
            <th scope="col">Tokens out</th>
            <th scope="col">Tokens</th>
          </tr>
        </thead>
        <tbody>
          {booksOf(receipt).map(([name, line]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{count(line.inputTokens)}</td>
              <td>{count(line.outputTokens)}</td>
              <td>{count(line.totalTokens)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted receipt-note">
        {provider === null
          ? 'A provider served it, whose own books are not here: its figures came with each answer.'
          : 'The simulator counts what it bills on its own, by code that the ledger does not share.'}
      </p>
    </Drawer>
  );
}
