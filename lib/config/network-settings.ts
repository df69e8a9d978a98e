import * as z from 'zod';
import { OTHER_NETWORK } from '../../lambda/cloudtrail/directory.ts';
import { AWS_NETWORK } from '../../lambda/directory/aws-ranges.ts';
import { parseRange, printRange } from '../../lambda/directory/ip-range.ts';

/** The settings of `networks`: what addresses are called, and files that say where they are. */

const name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.:/-]{0,63}$/u, {
    error: 'must be up to 64 letters, digits, spaces and _ . : / -, the first a letter or digit',
  })
  .refine((text) => !text.startsWith(AWS_NETWORK), {
    error: `must not begin with ${AWS_NETWORK}: so do the networks of awsRanges`,
  })
  .refine((text) => text !== OTHER_NETWORK, {
    error: `must not be ${OTHER_NETWORK}: that is every address which no range holds`,
  });

const range = z.string().superRefine((text, context) => {
  const parsed = parseRange(text);
  if ('problem' in parsed) context.addIssue({ code: 'custom', message: parsed.problem });
});

const file = z.string().min(1);

export const networksSchema = z.strictObject({
  ranges: z
    .record(name, z.array(range).min(1, { error: 'has no range: give at least one' }))
    .superRefine((ranges, context) => {
      for (const { path, message } of rangesNamedTwice(ranges)) {
        context.addIssue({ code: 'custom', path: [...path], message });
      }
    })
    .default({}),
  awsRanges: file.optional(),
  databases: z.array(file).max(8).default([]),
});

export type NetworkSettings = z.infer<typeof networksSchema>;

function rangesNamedTwice(ranges: Readonly<Record<string, readonly string[]>>) {
  const names = new Map<string, string>();
  return Object.entries(ranges).flatMap(([network, texts]) =>
    texts.flatMap((text, index) => {
      const parsed = parseRange(text);
      if ('problem' in parsed) return [];
      const before = names.get(printRange(parsed));
      names.set(printRange(parsed), network);
      if (before === undefined) return [];
      const message =
        before === network
          ? `${text} stands in it twice: leave one out`
          : `${text} is ${before} already: a range has one name`;
      return [{ path: [network, index], message }];
    }),
  );
}
