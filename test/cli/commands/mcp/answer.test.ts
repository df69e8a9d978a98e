import * as fc from 'fast-check';
import { boundedJson, markedText } from '../../../../cli/commands/mcp/answer.ts';

test('an answer that is too long keeps the beginning of each list, and says so', () => {
  const events = Array.from({ length: 200 }, (_, index) => ({ eventID: `e-${index}`, userAgent: 'a'.repeat(500) }));
  const { json, listsCutTo } = boundedJson({ events, count: 200 });
  expect(json.length).toBeLessThanOrEqual(50_000);
  expect(listsCutTo).toBe(75);
  expect(JSON.parse(json)).toEqual({ events: events.slice(0, 75), count: 200 });
  expect(markedText({ events }, [])).toContain('Lists were cut to 75 members');
  expect(markedText({ events: events.slice(0, 2) }, [])).not.toContain('cut');
});

test('one text of a record is cut, and lists within lists too', () => {
  const { json } = boundedJson({ message: 'x'.repeat(10_000), deep: [[['y'.repeat(1_999)]]] });
  const read = JSON.parse(json);
  expect(read.message.length).toBeLessThanOrEqual(2_000);
  expect(read.deep[0][0][0]).toHaveLength(1_999);
});

test('no value makes an answer longer than its bound, or one that is not JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 200, max: 2_000 }), (value, most) => {
      const { json } = boundedJson(value, most);
      expect(json.length).toBeLessThanOrEqual(most);
      JSON.parse(json);
    }),
  );
});

test('whatever the data is, only our own mark ends it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '/', 'log-data-', '>', 'a', '\n'), maxLength: 60 }), (text) => {
      const marked = markedText({ text }, []);
      expect(marked.match(/</g)).toHaveLength(2);
      const [, , json = ''] = /<(log-data-\w+)>\n(.*)\n<\/\1>$/.exec(marked) ?? [];
      expect(JSON.parse(json)).toEqual({ text });
    }),
  );
});
