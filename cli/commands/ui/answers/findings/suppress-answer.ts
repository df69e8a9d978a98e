import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import { readZone } from '../../../../time/time-zone.ts';
import { endOf, makeSuppression } from '../../../suppress/suppress.ts';
import type { Answering } from '../../context/page-context.ts';

/** Makes a suppression as `trailwarden suppress` does. @throws CommandFailure for an end that can't be read. */
export const suppressAnswer: Answering<ReadAsked<'suppress'>, { readonly suppressionId: string }> = async (
  { ruleId, until, ...request },
  { connection, io },
) => {
  const end = endOf({ until, zone: readZone('local') }, io.now());
  const { suppressionId } = await makeSuppression(ruleId, { ...request, until: end }, connection, io);
  return { suppressionId };
};
