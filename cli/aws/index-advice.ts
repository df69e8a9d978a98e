/** What a part of the audit index that can't be read means to the person at the terminal. */
export function indexAdvice(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  switch (error.name) {
    case 'SegmentNewer':
      return `A later version of Trailwarden wrote a part of the audit index: ${error.message}. Ask with that version.`;
    case 'SegmentDamaged':
      return `A part of the audit index is damaged: ${error.message}. ${ELSEWHERE}`;
    case 'SegmentItemMissing':
      return `A part of the audit index is gone: ${error.message}, though it was looked for twice. ${ELSEWHERE}`;
    case 'ItemsUnprocessed':
      return `DynamoDB throttles the audit index: ${error.message}. Ask again later, or for less time.`;
    default:
      return undefined;
  }
}

const ELSEWHERE =
  'An answer without it would lack events, so there is none. Other days can be asked for (--since, --until), and the log objects with trailwarden scan.';
