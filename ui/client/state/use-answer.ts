import { useEffect, useState } from 'preact/hooks';
import type { AnswerOf } from '../../protocol/answers.ts';
import type { Asked, QuestionName } from '../../protocol/asked.ts';
import { AskError, ask } from './ask.ts';

/** What a part of a view shows of its question. */
export interface Answered<Answer> {
  /** The newest answer; while another is on its way, the one before. */
  readonly answer?: Answer;
  readonly error?: AskError;
  /** Nothing has come for 200 ms: a skeleton is shown where there is no answer yet. */
  readonly isSlow: boolean;
  readonly isLoading: boolean;
  /** Asks again. */
  readonly retry: () => void;
}

/** How long nothing is shown before a skeleton is. */
export const SKELETON_MILLISECONDS = 200;

interface Held<Answer> {
  readonly key: string;
  readonly answer?: Answer;
  readonly error?: AskError;
}

/** Asks a question whenever it changes; undefined asks nothing. */
export function useAnswer<Name extends QuestionName>(
  name: Name,
  asked: Asked<Name> | undefined,
): Answered<AnswerOf<Name>> {
  const [held, setHeld] = useState<Held<AnswerOf<Name>>>({ key: '' });
  const [slowKey, setSlowKey] = useState('');
  const [turn, setTurn] = useState(0);
  const key = asked === undefined ? '' : `${turn} ${JSON.stringify(asked)}`;

  useEffect(() => {
    if (asked === undefined) return;
    const abort = new AbortController();
    const slow = setTimeout(() => setSlowKey(key), SKELETON_MILLISECONDS);
    ask(name, asked, abort.signal)
      .then((answer) => setHeld({ key, answer }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setHeld({ key, error: asAskError(error) });
      })
      .finally(() => clearTimeout(slow));
    return () => {
      clearTimeout(slow);
      abort.abort();
    };
  }, [key]);

  const isLoading = key !== '' && held.key !== key;
  return {
    ...(key !== '' && held.answer !== undefined && { answer: held.answer }),
    ...(!isLoading && held.error !== undefined && { error: held.error }),
    isLoading,
    isSlow: isLoading && slowKey === key,
    retry: () => setTurn((before) => before + 1),
  };
}

function asAskError(error: unknown): AskError {
  if (error instanceof AskError) return error;
  return new AskError({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}
