import * as z from 'zod';
import type { Names } from '../../lambda/directory/names.ts';

/** The settings of `names`: what accounts and users are called, and who says so. */

const roleArn = z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/\S+$/, { error: "must be a role's ARN" });

const externalId = z
  .string()
  .regex(/^[\w+=,.@:/-]{2,1224}$/, { error: 'must be 2 to 1224 letters, digits and + = , . @ : / -' });

const origin = { enabled: z.boolean().default(false), role: roleArn.optional(), externalId: externalId.optional() };

const needsRole = (given: { readonly role?: string; readonly externalId?: string }) =>
  given.externalId === undefined || given.role !== undefined;
const NEEDS_ROLE = { path: ['externalId'], error: 'is for a role: give names.….role too, or leave it out' };

export const namesSettingsSchema = z.strictObject({
  file: z.string().min(1).optional(),
  organizations: z.strictObject(origin).refine(needsRole, NEEDS_ROLE).prefault({}),
  identityCenter: z
    .strictObject({
      ...origin,
      region: z
        .string()
        .regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, { error: 'must be a region such as eu-central-1' })
        .optional(),
    })
    .refine(needsRole, NEEDS_ROLE)
    .prefault({}),
});

export type NamesSettings = z.infer<typeof namesSettingsSchema>;

const accountId = z.string().regex(/^\d{12}$/, { error: 'must be an account id of 12 digits, in quotes' });
const name = z.string({ error: 'must be text: put it in quotes' }).trim().min(1).max(256);

/** The file of `names.file`, YAML or JSON. */
export const namesFileSchema = z
  .strictObject({
    accounts: z
      .record(
        accountId,
        z.union([name, z.strictObject({ name, ou: z.string().trim().min(1).max(1024).optional() })], {
          error: 'must be a name, or { name: …, ou: … }',
        }),
      )
      .default({}),
    users: z.record(z.string().min(1).max(128), name).default({}),
  })
  .transform(
    ({ accounts, users }): Names => ({
      accounts: Object.fromEntries(
        Object.entries(accounts).map(([id, given]) => [id, typeof given === 'string' ? { name: given } : given]),
      ),
      users,
    }),
  );

/** Whether sweep asks AWS for names. */
export function fetchesNames({ organizations, identityCenter }: NamesSettings): boolean {
  return organizations.enabled || identityCenter.enabled;
}
