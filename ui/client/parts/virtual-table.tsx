import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualTableProps<Row> {
  readonly label: string;
  /** Rows that there are, whether they were read or not. */
  readonly count: number;
  readonly rowHeight: number;
  /** Undefined for a row that wasn't read yet. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly header: ComponentChildren;
  readonly row: (row: Row, index: number) => ComponentChildren;
  readonly selected: number | undefined;
  readonly onSelect: (index: number) => void;
  readonly onOpen: (index: number) => void;
  /** Tells which rows are seen, so that they can be read. */
  readonly onSeen: (first: number, last: number) => void;
  readonly className: string;
}

/** Rows beyond those that are seen, above and below. */
const MARGIN = 12;

/** Browsers show nothing further down than some 33 million pixels. */
const MOST_PIXELS = 30_000_000;

/** A table of any length, of which at most a hundred rows are in the document. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>) {
  const { label, rowHeight, rowAt, header, row, selected, onSelect, onOpen, onSeen, className } = props;
  const count = Math.min(props.count, Math.floor(MOST_PIXELS / rowHeight));
  const box = useRef<HTMLDivElement>(null);
  const [{ top, height }, setWindow] = useState({ top: 0, height: 600 });
  const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
  const last = Math.min(count, first + Math.min(100, Math.ceil(height / rowHeight) + 2 * MARGIN));

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => setWindow({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);

  useEffect(() => onSeen(first, last), [first, last, count]);

  useEffect(() => {
    const element = box.current;
    if (selected === undefined || element === null) return;
    const [start, end] = [selected * rowHeight, (selected + 1) * rowHeight];
    if (start < element.scrollTop) element.scrollTop = start;
    else if (end > element.scrollTop + element.clientHeight) element.scrollTop = end - element.clientHeight;
  }, [selected, rowHeight]);

  const rowId = (index: number): string => `row-${index}`;
  return (
    <div class={`table ${className}`} role="grid" aria-label={label} aria-rowcount={count + 1}>
      <div class="table-head" role="row" aria-rowindex={1}>
        {header}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the keyboard */}
      <div class="table-body" ref={box} role="rowgroup" tabIndex={0} aria-label={`Rows of ${label}`}>
        <div class="table-space" style={{ height: `${count * rowHeight}px` }} role="presentation">
          {Array.from({ length: Math.max(0, last - first) }, (_, offset) => {
            const index = first + offset;
            const it = rowAt(index);
            return (
              <div
                key={index}
                id={rowId(index)}
                class={index === selected ? 'row selected' : 'row'}
                role="row"
                aria-rowindex={index + 2}
                aria-selected={index === selected}
                style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px` }}
                onClick={() => {
                  onSelect(index);
                  onOpen(index);
                }}
              >
                {it === undefined ? <span class="unread" role="gridcell" aria-label="Reading…" /> : row(it, index)}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
