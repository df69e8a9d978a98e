import { useEffect, useState } from 'preact/hooks';
import { kept } from './start.ts';

/** Below this width a row has two lines. */
const NARROW = window.matchMedia('(max-width: 700px)');

const TWO_LINES = 56;

/** Pixels of a row: 28 or 36 as it is chosen; of two lines where the window is narrow. */
export function useRowHeight(): number {
  const [isNarrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const changed = (): void => setNarrow(NARROW.matches);
    NARROW.addEventListener('change', changed);
    return () => NARROW.removeEventListener('change', changed);
  }, []);
  return isNarrow ? TWO_LINES : kept.value.rowHeight;
}
