import type { FindingMark } from '../../../../../ui/protocol/answers.ts';
import type { ReadAsked } from '../../../../../ui/protocol/asked.ts';
import { markFindings } from '../../../events/mark-finding.ts';
import type { Answering } from '../../context/page-context.ts';

/** Marks a finding as `trailwarden findings mark` does. @throws CommandFailure if it is gone. */
export const markAnswer: Answering<ReadAsked<'mark'>, FindingMark> = async (
  { findingId, verdict, reason },
  { connection, options, io },
) => markFindings(findingId, { verdict, reason }, { connection, options, io });
