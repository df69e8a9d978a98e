/**
 * The embedded AWS as a process of its own: prints its endpoints as one line of JSON, and ends when its standard input
 * closes, which is when whoever started it has died.
 */
import { startEmbeddedAws } from './embedded-aws.ts';

process.stdin.resume();
const closed = new Promise((resolve) => process.stdin.once('close', resolve));
const { endpoints, stop } = await startEmbeddedAws({ dynamodb: process.env.AWS_ENDPOINT_URL_DYNAMODB });
console.log(JSON.stringify(endpoints));
await closed;
await stop();
