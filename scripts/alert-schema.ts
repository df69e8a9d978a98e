import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertJsonSchema } from '../lambda/alerts/messages/message-schema.ts';

/** Writes docs/alert.schema.json anew, after the type of the messages was changed. */
const file = join(import.meta.dirname, '..', 'docs', 'alert.schema.json');
writeFileSync(file, `${JSON.stringify(alertJsonSchema(), undefined, 2)}\n`);
