/** Marks that need no words beside them; each control that has one has a name as well. */
const PATHS = {
  copy: 'M6 6V3h7v7h-3M3 6h7v7H3z',
  more: 'M4 8h.01M8 8h.01M12 8h.01',
  close: 'M4 4l8 8M12 4l-8 8',
  pin: 'M6 2h4l-.5 4 2.5 3H4l2.5-3zM8 9v5',
  search: 'M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM10 10l4 4',
} as const;

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
