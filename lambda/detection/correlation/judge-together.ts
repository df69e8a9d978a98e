import type { Firing, GroupView, Member } from './correlation-store.ts';
import { type JudgeContext, judgeAround, type Verdict } from './judge-group.ts';
import { MemoryCorrelationStore } from './memory-correlation-store.ts';

/**
 * Judges members that were written together, for a correlation that fires early: as if they had come one after the other,
 * in their order, each judged before the next one came. So it makes no difference to what fires which events an object
 * brings together. A window that holds some of them is judged with everything that was read, at the turn of the last of
 * them.
 *
 * @param members in the order of eventTime
 * @param view of the group around all of them, which was read after they were written
 * @param limit as `judgeAround` would have read them
 */
export function judgeTogether(
  context: JudgeContext,
  view: GroupView,
  { members, limit }: { members: readonly Member[]; limit: number },
): Verdict {
  const { timespan } = context.rule;
  const key = { correlation: context.rule.metadata.id, group: context.group };
  const options = (time: number, most: number) => ({
    around: { from: time, to: time, timespan, limit: most },
    expiresAt: Number.POSITIVE_INFINITY,
  });
  const isMine = new Set(members.map(nameOf));
  const store = new MemoryCorrelationStore();
  store.append(
    key,
    view.members.filter((member) => !isMine.has(nameOf(member))),
    options(0, 0),
  );
  store.claim(key, { version: 0, firings: view.firings }, options(0, 0));
  // As the store keeps them: it may have shortened what they hold.
  const kept = new Map(view.members.map((member) => [nameOf(member), member]));
  const firings: Firing[] = [];
  for (const { rule, identity } of members) {
    const member = kept.get(nameOf({ rule, identity }));
    if (member === undefined) continue;
    const alone = options(member.eventTime, limit);
    const seen = store.append(key, [member], alone);
    const truncated = seen.truncated || view.truncated;
    const verdict = judgeAround(context, { ...seen, truncated }, member.eventTime);
    store.claim(key, { version: 0, firings: verdict.firings }, alone);
    firings.push(...verdict.firings);
  }
  return { firings };
}

function nameOf({ rule, identity }: Pick<Member, 'rule' | 'identity'>): string {
  return `${rule}\n${identity}`;
}
