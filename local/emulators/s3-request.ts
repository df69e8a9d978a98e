import * as z from 'zod';
import type { Request } from './fauxqs-app.ts';

const path = z.object({ bucket: z.string().default(''), '*': z.string().default('') });

/** What a request to S3 is about. Both are empty if the path names none. */
export function objectPath(request: Request): { readonly bucket: string; readonly key: string } {
  const { bucket, '*': key } = path.parse(request.params ?? {});
  return { bucket, key };
}

/** The names of the parameters in the request's query. */
export function parameters(request: Request): ReadonlySet<string> {
  return new Set(Object.keys(Object(request.query)));
}
