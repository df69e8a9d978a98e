import { parseArn } from '../../lambda/cloudtrail/record/arn.ts';
import type { IndexedEvent } from '../../lambda/store/questions/indexed-event.ts';

/** Who it was, as short as a person needs: `root`, `user/alice`, `role/Admin as deploy-7 (through EC2)`. */
export function actorText({
  actor,
  actorKind,
  actorName,
  session,
  via,
  userName,
}: Pick<IndexedEvent, 'actor' | 'actorKind' | 'actorName' | 'session' | 'via' | 'userName'>): string {
  if (actorKind === 'root') return through('root', via);
  const name = actorKind === 'service' ? (actorName ?? actor) : (resourceOf(actor) ?? actorName ?? actor);
  const who = session === undefined ? name : `${name} as ${session}`;
  return through(userName === undefined || userName === session ? who : `${who} for ${userName}`, via);
}

/** Names of roles and users are unique in their account, so the path isn't shown. */
function resourceOf(actor: string): string | undefined {
  return parseArn(actor)?.resource.replace(/^(role|user)\/.*\//, '$1/');
}

function through(name: string, via: string | undefined): string {
  return via === undefined ? name : `${name} (through ${via})`;
}

/** The resource, and how many more the record names. */
export function resourceText({ resource, resourceCount, resourcesCut }: IndexedEvent): string | undefined {
  if (resource === undefined) return undefined;
  const more = resourcesCut ? 'more' : `${resourceCount - 1}`;
  return resourceCount > 1 ? `${resource} +${more}` : resource;
}
