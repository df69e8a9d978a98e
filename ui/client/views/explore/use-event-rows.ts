import { useEffect, useState } from 'preact/hooks';
import type { EventRow } from '../../../protocol/answers.ts';
import type { Asked } from '../../../protocol/asked.ts';
import { MOST_ROWS } from '../../../protocol/bounds.ts';
import { AskError, ask } from '../../state/ask.ts';

/** Rows that are read at once while somebody scrolls slowly. */
const FEW_ROWS = 200;

export interface EventRows {
  readonly rows: readonly EventRow[];
  /** Every row was read. */
  readonly isEnd: boolean;
  readonly isLoading: boolean;
  readonly error: AskError | undefined;
  /** Reads on until a row is there. */
  readonly need: (last: number) => void;
  readonly retry: () => void;
}

type Filter = Omit<Asked<'events'>, 'from' | 'count'>;

interface State {
  readonly key: string;
  readonly rows: readonly EventRow[];
  readonly isEnd: boolean;
  readonly error?: AskError;
}

/** The events of a filter, read in order as far as they are looked at. */
export function useEventRows(filter: Filter): EventRows {
  const key = JSON.stringify(filter);
  const [state, setState] = useState<State>({ key, rows: [], isEnd: false });
  const [wanted, setWanted] = useState(FEW_ROWS);
  const [turn, setTurn] = useState(0);
  const current = state.key === key ? state : { key, rows: [], isEnd: false };
  const isWanted =
    current.rows.length < wanted && !current.isEnd && !('error' in current && current.error !== undefined);

  useEffect(() => {
    setWanted(FEW_ROWS);
  }, [key]);

  useEffect(() => {
    if (!isWanted) return;
    const abort = new AbortController();
    const from = current.rows.length;
    const count = Math.min(MOST_ROWS, Math.max(FEW_ROWS, wanted - from));
    ask('events', { ...filter, from, count }, abort.signal)
      .then(({ rows, isEnd }) => setState({ key, rows: [...current.rows, ...rows], isEnd }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const told = error instanceof AskError ? error : new AskError({ kind: 'failed', message: String(error) });
        setState({ ...current, key, error: told });
      });
    return () => abort.abort();
  }, [key, isWanted, current.rows.length, turn]);

  return {
    rows: current.rows,
    isEnd: current.isEnd,
    isLoading: isWanted,
    error: 'error' in current ? current.error : undefined,
    need: (last) => setWanted((before) => Math.max(before, Math.ceil((last + FEW_ROWS / 2) / FEW_ROWS) * FEW_ROWS)),
    retry: () => {
      setState({ key, rows: current.rows, isEnd: false });
      setTurn((before) => before + 1);
    },
  };
}
