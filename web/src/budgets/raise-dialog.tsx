import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { BudgetStatus } from '../../../src/client/budget-api.ts';
import { budgetName } from '../../../src/domain/budget-words.ts';
import { raiseBudget } from '../api/budgets.ts';
import { messageOf } from '../api/problem.ts';
import { newMessageId } from '../start/start-session.ts';
import { Button } from '../ui/button.tsx';
import { CopyAs } from '../ui/copy-as.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { toast } from '../ui/toast.tsx';
import { raiseDoable, readAmount, shownAmount, unitWords } from './budget-words.ts';

/** Gives a budget more until it resets. */
export function RaiseDialog({
  budget,
  onClose,
}: {
  readonly budget: BudgetStatus;
  readonly onClose: () => void;
}): ReactNode {
  const { unit, limit, window } = budget;
  const queries = useQueryClient();
  const [text, setText] = useState(String(roundPart(limit, unit)));
  // Pressed twice, it is one raise.
  const [idempotencyKey] = useState(newMessageId);
  const by = readAmount(text);
  const raise = useMutation({
    mutationFn: (amount: number) =>
      raiseBudget({
        scope: budget.scope,
        ...(budget.key === null ? {} : { key: budget.key }),
        window,
        timeZone: budget.timeZone,
        unit,
        by: amount,
        idempotencyKey,
      }),
    onSuccess: async (now) => {
      toast(`The limit of ${budgetName(budget)} is ${shownAmount(now.limit, unit)}`);
      onClose();
      await queries.invalidateQueries({ queryKey: ['budgets'] });
    },
  });
  const fits = by !== null && by > 0;
  return (
    <Dialog
      title={`Raise ${budgetName(budget)}`}
      onClose={onClose}
      onSubmit={() => {
        if (fits) raise.mutate(by);
      }}
      actions={
        <>
          {fits ? <CopyAs of={raiseDoable(budget, by)} /> : null}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={raise.isPending} disabled={!fits}>
            Raise
          </Button>
        </>
      }
    >
      <TextField
        label={`By how many ${unitWords[unit]}`}
        inputMode="decimal"
        value={text}
        autoFocus
        onChange={(event) => setText(event.target.value)}
        onFocus={(event) => event.target.select()}
      />
      <p className="budget-outcome figures">
        {fits ? (
          <>
            {shownAmount(limit, unit)} becomes <b>{shownAmount(limit + by, unit)}</b>
            {window === 'lifetime' ? '' : ` until this ${window} ends, then ${shownAmount(limit, unit)} again`}.
          </>
        ) : (
          'A number above 0.'
        )}
      </p>
      <p className="muted">Calls that wait for this budget go on within seconds.</p>
      {raise.isError ? (
        <p className="budget-problem" role="alert">
          {messageOf(raise.error)}
        </p>
      ) : null}
    </Dialog>
  );
}

/** A tenth of the limit, to a digit that counts. */
function roundPart(limit: number, unit: BudgetStatus['unit']): number {
  const least = unit === 'cost' ? 0.01 : 1000;
  const part = Math.max(least, limit / 10);
  return Number(part.toPrecision(1));
}
