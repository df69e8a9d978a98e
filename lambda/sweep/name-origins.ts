import { readFileSync } from 'node:fs';
import { IdentitystoreClient } from '@aws-sdk/client-identitystore';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { SSOAdminClient } from '@aws-sdk/client-sso-admin';
import { STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { withoutLog } from '../runtime/without-log.ts';
import { assumeRole } from '../sources/assume-role.ts';
import { OrganizationNames } from './organization-names.ts';
import type { RefreshNamesDependencies } from './refresh-names.ts';
import { UserNames } from './user-names.ts';

const role = { role: z.string().optional(), externalId: z.string().optional() };

/** Where names are fetched from: written when the app is synthesized, from `names` of the settings. */
const originsSchema = z.object({
  organizations: z.object(role).optional(),
  identityCenter: z.object({ ...role, region: z.string().optional() }).optional(),
});

export type NameOrigins = z.infer<typeof originsSchema>;

/** The origins that the directory's file names. @throws Error if it isn't there or holds anything else. */
export function readNameOrigins(directoryFile: string): NameOrigins {
  return z.object({ origins: originsSchema }).parse(JSON.parse(readFileSync(directoryFile, 'utf8'))).origins;
}

/**
 * How each origin is fetched: as the function itself, or as the role that the settings name.
 * @param session what calls with a role are recorded under.
 */
export function fetchesOf(origins: NameOrigins, session: string): RefreshNamesDependencies['origins'] {
  const { organizations, identityCenter } = origins;
  return {
    ...(organizations && {
      organizations: () => new OrganizationNames(withoutLog(new OrganizationsClient(as(organizations, session)))),
    }),
    ...(identityCenter && {
      identityCenter: () => {
        const { region } = identityCenter;
        const settings = { ...as(identityCenter, session), ...(region !== undefined && { region }) };
        return new UserNames(withoutLog(new SSOAdminClient(settings)), withoutLog(new IdentitystoreClient(settings)));
      },
    }),
  };
}

function as({ role: assumed, externalId }: { readonly role?: string; readonly externalId?: string }, session: string) {
  if (assumed === undefined) return {};
  return { credentials: () => assumeRole(withoutLog(new STSClient({})), { role: assumed, externalId, session }) };
}
