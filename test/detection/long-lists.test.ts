import { matches } from './support.ts';

describe('a list of 200,000 members', () => {
  const members = Array.from({ length: 200_000 }, (_, i) => ({ inner: [{ name: `n${i}` }] }));

  it('is looked through whole, however many lists the path leads through', () => {
    const record = { eventName: 'a', requestParameters: { outer: [{ members }] } };
    expect(matches('requestParameters.outer.members.inner.name: n199999', record)).toBe(true);
    expect(matches('requestParameters.outer.members.inner.name: none', record)).toBe(false);
  });
});
