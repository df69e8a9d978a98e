import type { App, Reply } from './fauxqs-app.ts';
import { objectPath, parameters } from './s3-request.ts';

/** What S3 accepts with PUT except objects. fauxqs would store it as the object, or take it and do nothing. */
const UNSUPPORTED = [
  'acl',
  'encryption',
  'legal-hold',
  'policy',
  'publicAccessBlock',
  'retention',
  'tagging',
  'versioning',
];

/** Makes fauxqs' S3 refuse requests that it would silently handle wrongly, and keys that would leave its folder. */
export function refuseUnsupported(app: App): void {
  app.addHook('preHandler', (request, reply, done) => {
    const { bucket, key } = objectPath(request);
    const names = parameters(request);
    const unsupported = UNSUPPORTED.find((name) => names.has(name));
    if (request.method === 'PUT' && bucket !== '' && unsupported !== undefined) {
      refuse(reply, 501, 'NotImplemented', `The embedded S3 doesn't know ${unsupported}.`);
    } else if (key.split('/').includes('..')) {
      refuse(reply, 400, 'InvalidURI', 'The embedded S3 takes no key with a segment "..".');
    } else done();
  });
}

/** Sends an error in S3's form. */
export function refuse(reply: Reply, status: number, code: string, message: string): void {
  const escaped = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped}</Message></Error>`;
  reply.code(status).type('application/xml').send(body);
}
