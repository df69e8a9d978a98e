import { signal } from '@preact/signals';
import type { AnswerOf, TakenReads, Told } from '../../protocol/answers.ts';
import type { Asked, QuestionName } from '../../protocol/asked.ts';
import type { PageError } from '../../protocol/page-error.ts';

/** Why nothing can be asked any more: the session is over, or the server is gone. */
export const gone = signal<'expired' | 'closed' | undefined>(undefined);

/** What all answers took, and what those of the view that is shown took. */
export const sessionReads = signal<Pick<TakenReads, 'session' | 'limit'>>({ session: 0, limit: 0 });
export const viewReads = signal(0);

/** The server's word for why there is no answer. */
export class AskError extends Error {
  readonly kind: PageError['kind'] | 'closed';
  readonly estimatedUnits: number | undefined;

  constructor({ kind, message, estimatedUnits }: Omit<PageError, 'kind'> & { kind: PageError['kind'] | 'closed' }) {
    super(message);
    this.kind = kind;
    this.estimatedUnits = estimatedUnits;
  }
}

/** Where the key stays that every window of this origin needs: a cookie alone opens nothing. */
const KEY = 'trailwarden-key';

/** Exchanges the token of the address for a session, and takes it out of the address. */
export async function openSession(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  const response = await send('session', { token }, '1').catch(() => undefined);
  // A token that was used before: the window that used it has left its key.
  if (response === undefined || !response.ok) return;
  const { key } = (await response.json()) as { key: string };
  localStorage.setItem(KEY, key);
}

/**
 * Asks the server.
 * @throws AskError; the browser's AbortError where the signal says so.
 */
export async function ask<Name extends QuestionName>(
  name: Name,
  asked: Asked<Name>,
  aborted?: AbortSignal,
): Promise<AnswerOf<Name>> {
  let response: Response;
  try {
    response = await send(name, asked, localStorage.getItem(KEY) ?? '', aborted);
  } catch (error) {
    if (aborted?.aborted === true) throw error;
    gone.value = 'closed';
    throw new AskError({ kind: 'closed', message: 'The server of this page has ended.' });
  }
  const told = (await response.json()) as Told<AnswerOf<Name>> | { error: PageError };
  if ('error' in told) {
    if (told.error.kind === 'expired') gone.value = 'expired';
    throw new AskError(told.error);
  }
  const { units, session, limit } = told.reads;
  sessionReads.value = { session, limit };
  if (aborted?.aborted !== true) viewReads.value += units;
  return told.answer;
}

function send(name: string, asked: unknown, key: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`/api/${name}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Trailwarden': key },
    body: JSON.stringify(asked),
    ...(signal !== undefined && { signal }),
  });
}
