import { join } from 'node:path';

/** The rules that come with Trailwarden. */
export const DEFAULT_RULES = join(import.meta.dirname, '../../rules');
