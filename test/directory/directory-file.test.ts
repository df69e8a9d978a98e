import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeText } from '../../lambda/cloudtrail/directory.ts';
import { createDirectory, EMPTY_CONTENT, readDirectory } from '../../lambda/directory/directory-file.ts';
import { joinedNames } from '../../lambda/directory/names.ts';
import { writeMmdb } from '../support/mmdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'trailwarden-directory-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The three forms of free databases, each with the members that its publisher gives it. */
const IPINFO = writeMmdb(join(folder, 'ipinfo_lite.mmdb'), {
  '198.51.100.0/24': {
    as_domain: 'example.net',
    as_name: 'Example Net',
    asn: 'AS64500',
    continent: 'Europe',
    continent_code: 'EU',
    country: 'Germany',
    country_code: 'DE',
  },
  '2001:db8::/32': { as_name: 'Example Six', asn: 'AS64501', country: 'France', country_code: 'FR' },
});
const COUNTRIES = writeMmdb(join(folder, 'dbip-country-lite.mmdb'), {
  '198.51.100.0/24': { continent: { code: 'EU' }, country: { iso_code: 'DE', names: { en: 'Germany' } } },
});
const ASNS = writeMmdb(join(folder, 'dbip-asn-lite.mmdb'), {
  '198.51.100.0/25': { autonomous_system_number: 64_502, autonomous_system_organization: 'Half Net' },
});

const faults: [string, unknown][] = [];
const onFault = (file: string, error: unknown): void => {
  faults.push([file, error]);
};
const directoryOf = (databases: readonly string[], networks: Record<string, string[]> = {}) =>
  createDirectory(() => ({ ...EMPTY_CONTENT, databases: [...databases], networks }), onFault);

beforeEach(() => faults.splice(0));

describe('a directory', () => {
  test('reads the flat form of IPinfo, IPv4 and IPv6', () => {
    const directory = directoryOf([IPINFO]);
    expect(directory.placeOf('198.51.100.7')).toEqual({ country: 'DE', asn: 'AS64500', asnName: 'Example Net' });
    expect(directory.placeOf('2001:db8::1')).toEqual({ country: 'FR', asn: 'AS64501', asnName: 'Example Six' });
    expect(directory.placeOf('203.0.113.1')).toEqual({});
  });

  test('joins the two files of DB-IP or MaxMind', () => {
    const directory = directoryOf([COUNTRIES, ASNS]);
    expect(directory.placeOf('198.51.100.7')).toEqual({ country: 'DE', asn: 'AS64502', asnName: 'Half Net' });
    expect(directory.placeOf('198.51.100.200')).toEqual({ country: 'DE' });
  });

  test('takes of each member what the first file tells', () => {
    expect(directoryOf([ASNS, IPINFO]).placeOf('198.51.100.7')).toEqual({
      country: 'DE',
      asn: 'AS64502',
      asnName: 'Half Net',
    });
  });

  test('takes no IPv6 address for one of IPv4', () => {
    const ipv4 = writeMmdb(join(folder, 'v4.mmdb'), { '32.0.0.0/8': { country_code: 'US' } }, { ipVersion: 4 });
    const directory = directoryOf([ipv4]);
    expect(directory.placeOf('32.1.13.184')).toEqual({ country: 'US' });
    expect(directory.placeOf('2001:db8::1')).toEqual({});
  });

  test('names networks beside countries', () => {
    expect(directoryOf([COUNTRIES], { office: ['198.51.100.0/28'] }).placeOf('198.51.100.7')).toEqual({
      network: 'office',
      country: 'DE',
    });
  });

  test('passes over members of another kind', () => {
    const odd = writeMmdb(join(folder, 'odd.mmdb'), {
      '198.51.100.0/24': { country: 'Germany', asn: { number: 1 }, as_name: 5, autonomous_system_number: 0 },
      '192.0.2.0/24': 'a text',
    });
    const directory = directoryOf([odd]);
    expect(directory.placeOf('198.51.100.7')).toEqual({});
    expect(directory.placeOf('192.0.2.7')).toEqual({});
    expect(faults).toEqual([]);
  });

  test('goes on without a database that is broken, or gone, and tells of each once', () => {
    const broken = join(folder, 'broken.mmdb');
    writeFileSync(broken, 'no database');
    const directory = directoryOf([broken, join(folder, 'gone.mmdb'), COUNTRIES]);
    expect(directory.placeOf('198.51.100.7')).toEqual({ country: 'DE' });
    expect(directory.placeOf('198.51.100.8')).toEqual({ country: 'DE' });
    expect(faults.map(([file]) => file)).toEqual([broken, join(folder, 'gone.mmdb')]);
  });

  test('is read when the first address is asked for, and not before', () => {
    let reads = 0;
    const directory = createDirectory(() => {
      reads++;
      return { ...EMPTY_CONTENT, networks: { office: ['198.51.100.0/24'] } };
    }, onFault);
    expect(reads).toBe(0);
    directory.placeOf('198.51.100.7');
    directory.placeOf('203.0.113.7');
    expect(reads).toBe(1);
  });
});

describe('names', () => {
  const names = { accounts: { '111122223333': { name: 'payments', ou: 'Workloads' } }, users: { 'u-1': 'alice' } };
  const directory = createDirectory(() => ({ ...EMPTY_CONTENT, names }), onFault);

  test('are told by the ids that records have', () => {
    expect(directory.accountOf('111122223333')).toEqual({ name: 'payments', ou: 'Workloads' });
    expect(directory.userOf('u-1')).toBe('alice');
    expect(directory.accountOf('444455556666')).toBeUndefined();
  });

  test('are none of what a hostile record makes up', () => {
    expect([directory.accountOf('__proto__'), directory.userOf('constructor')]).toEqual([undefined, undefined]);
  });

  test('of several origins are those of the first that tells them', () => {
    const later = { accounts: { '111122223333': { name: 'other' }, '444455556666': { name: 'staging' } }, users: {} };
    expect(joinedNames(names, later)).toEqual({
      accounts: { '111122223333': { name: 'payments', ou: 'Workloads' }, '444455556666': { name: 'staging' } },
      users: { 'u-1': 'alice' },
    });
  });
});

describe('the file of a directory', () => {
  test('is none where no path is given', () => {
    expect(readDirectory('', onFault)).toBeUndefined();
  });

  test('tells what was written', () => {
    const file = join(folder, 'directory.json');
    writeFileSync(
      file,
      JSON.stringify({ ...EMPTY_CONTENT, networks: { office: ['198.51.100.0/24'] }, databases: [ASNS] }),
    );
    expect(readDirectory(file, onFault)?.placeOf('198.51.100.7')).toEqual({
      network: 'office',
      asn: 'AS64502',
      asnName: 'Half Net',
    });
  });

  test.each([
    ['is gone', 'nowhere.json', undefined],
    ['is of a later version', 'later.json', JSON.stringify({ ...EMPTY_CONTENT, version: 2 })],
    ['is none', 'none.json', 'directory'],
  ])('that %s is told of once, and nothing is known', (_, name, text) => {
    const file = join(folder, name);
    if (text !== undefined) writeFileSync(file, text);
    const directory = readDirectory(file, onFault);
    expect(directory?.placeOf('198.51.100.7')).toEqual({});
    expect(directory?.placeOf('198.51.100.8')).toEqual({});
    expect(faults.map(([where]) => where)).toEqual([file]);
  });
});

test('a place in words leaves out what is not known, and the network that is none', () => {
  expect(placeText({ network: 'office', country: 'DE', asn: 'AS64500', asnName: 'Example Net' })).toBe(
    'office, DE, AS64500 Example Net',
  );
  expect(placeText({ network: 'other', country: 'DE' })).toBe('DE');
  expect(placeText({ network: 'other' })).toBeUndefined();
});
