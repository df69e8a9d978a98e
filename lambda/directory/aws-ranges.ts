import * as z from 'zod';

/** What the names of AWS's networks begin with: `aws:EC2:eu-central-1`. */
export const AWS_NETWORK = 'aws:';

const prefix = z.object({ service: z.string().min(1), region: z.string().min(1) });

/** "AWS IP address ranges JSON: syntax", Amazon VPC User Guide. */
const rangesSchema = z.object({
  prefixes: z.array(z.object({ ...prefix.shape, ip_prefix: z.string() })).default([]),
  ipv6_prefixes: z.array(z.object({ ...prefix.shape, ipv6_prefix: z.string() })).default([]),
});

/** The service that every range of AWS is listed under, beside its own. */
const EVERY_SERVICE = 'AMAZON';

/**
 * The ranges of AWS's ip-ranges.json by `aws:SERVICE:REGION`. A range that several services have goes to the first of the
 * alphabet that isn't `AMAZON`.
 * @throws Error that says what the text isn't.
 */
export function awsRanges(text: string): Record<string, string[]> {
  const parsed = rangesSchema.safeParse(jsonOf(text));
  const given = parsed.data && [
    ...parsed.data.prefixes.map((one) => ({ ...one, range: one.ip_prefix })),
    ...parsed.data.ipv6_prefixes.map((one) => ({ ...one, range: one.ipv6_prefix })),
  ];
  if (given === undefined || given.length === 0) {
    throw new Error('it is no ip-ranges.json: download https://ip-ranges.amazonaws.com/ip-ranges.json again');
  }
  const rank = (service: string): string => (service === EVERY_SERVICE ? '~' : service);
  const ofRange = new Map<string, (typeof given)[number]>();
  for (const one of given) {
    const known = ofRange.get(one.range);
    if (known === undefined || rank(one.service) < rank(known.service)) ofRange.set(one.range, one);
  }
  const named: Record<string, string[]> = {};
  for (const { service, region, range } of ofRange.values()) {
    const name = `${AWS_NETWORK}${service}:${region}`;
    named[name] ??= [];
    named[name].push(range);
  }
  return named;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
