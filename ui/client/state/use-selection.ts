import { useRef, useState } from 'preact/hooks';

/** The row of a table that is meant. */
export interface Selection {
  readonly selected: number | undefined;
  /** The same as it is now: keys come faster than a table is drawn. */
  readonly current: () => number | undefined;
  readonly select: (index: number | undefined) => void;
  /** @param count rows that there are. */
  readonly move: (by: number, count: number) => void;
}

export function useSelection(): Selection {
  const [selected, setSelected] = useState<number>();
  const newest = useRef<number | undefined>(undefined);
  const select = (index: number | undefined): void => {
    newest.current = index;
    setSelected(index);
  };
  return {
    selected,
    current: () => newest.current,
    select,
    move: (by, count) => select(Math.max(0, Math.min(count - 1, (newest.current ?? -1) + by))),
  };
}
