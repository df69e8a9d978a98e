import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readDirectory } from '../../../lambda/directory/directory-file.ts';
import { PlacesLayer, placedDatabases } from '../../../lib/bundle/places-layer.ts';
import { checkDatabases, DirectoryError, directoryContent } from '../../../lib/config/directory-content.ts';
import { namesSettingsSchema } from '../../../lib/config/names-settings.ts';
import { networksSchema } from '../../../lib/config/network-settings.ts';
import { writeMmdb } from '../../support/mmdb.ts';
import { createApp, folderOf, synthesize } from '../support/deployment.ts';
import { resources } from '../support/template.ts';

const AWS = JSON.stringify({
  prefixes: [
    { ip_prefix: '198.51.100.0/24', region: 'eu-central-1', service: 'EC2' },
    { ip_prefix: '192.0.2.0/24', region: 'eu-central-1', service: 'EC2' },
  ],
});

const networks = (given: unknown) => networksSchema.parse(given);
const names = namesSettingsSchema.parse({});

function layerOf(app: App, stack: Stack): string {
  const assembly = app.synth();
  const [layer] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::LayerVersion'));
  return join(assembly.directory, `asset.${String(layer?.Properties.Content.S3Key).replace('.zip', '')}`);
}

describe('the layer of places', () => {
  test('holds the databases as they are, readable for Lambda, under the names by which functions look for them', () => {
    const folder = folderOf({});
    const first = writeMmdb(join(folder, 'lite.mmdb'), { '203.0.113.0/24': { country_code: 'DE' } });
    chmodSync(first, 0o600);
    const second = writeMmdb(join(folderOf({}), 'lite.mmdb'), {});
    const app = createApp();
    const stack = new Stack(app, 'stack');
    const databases = checkDatabases(networks({ databases: [first, second] }));
    new PlacesLayer(stack, 'Places', { deployment: 'trailwarden', databases });
    const asset = layerOf(app, stack);
    expect(readdirSync(join(asset, 'places'))).toEqual(['0-lite.mmdb', '1-lite.mmdb']);
    expect(readFileSync(join(asset, 'places/0-lite.mmdb'))).toEqual(readFileSync(first));
    expect(statSync(join(asset, 'places/0-lite.mmdb')).mode & 0o777).toBe(0o644);
    expect(placedDatabases([first, second])).toEqual(['/opt/places/0-lite.mmdb', '/opt/places/1-lite.mmdb']);
  });

  test('is refused where a function has no room for it, with the size of each file', () => {
    const stack = new Stack(createApp(), 'stack');
    const built = new Date();
    const databases = [
      { file: '/data/city.mmdb', bytes: 200 * 1024 ** 2, type: 'City', built },
      { file: '/data/asn.mmdb', bytes: 31 * 1024 ** 2, type: 'ASN', built },
    ];
    const make = () => new PlacesLayer(stack, 'Places', { deployment: 'trailwarden', databases });
    expect(make).toThrow(DirectoryError);
    expect(make).toThrow(/231 MB are too large.*room for 230 MB.*\/data\/city\.mmdb: 200 MB; \/data\/asn\.mmdb: 31 MB/);
  });
});

describe('files that the settings name', () => {
  test('of AWS give way to a name of ours for the same range', () => {
    const file = join(folderOf({ 'ip-ranges.json': AWS }), 'ip-ranges.json');
    const { networks: all } = directoryContent({
      networks: networks({ ranges: { nat: ['198.51.100.7'], ours: ['192.0.2.0/24'] }, awsRanges: file }),
      names,
    });
    const written = join(
      folderOf({ 'd.json': JSON.stringify({ version: 1, networks: all, databases: [] }) }),
      'd.json',
    );
    const directory = readDirectory(written, () => {});
    expect(
      ['198.51.100.7', '198.51.100.8', '192.0.2.1', '203.0.113.1'].map((at) => directory?.placeOf(at).network),
    ).toEqual(['nat', 'aws:EC2:eu-central-1', 'ours', 'other']);
  });

  test.each([
    [
      'a database that is not there',
      { databases: ['/nowhere/lite.mmdb'] },
      'networks.databases.0: /nowhere/lite.mmdb: no such file',
    ],
    [
      'ranges that are not there',
      { awsRanges: '/nowhere/ip.json' },
      'networks.awsRanges: /nowhere/ip.json: no such file',
    ],
  ])('stop the synth: %s', (_, given, message) => {
    const settings = networks(given);
    expect(() => [directoryContent({ networks: settings, names }), checkDatabases(settings)]).toThrow(message);
  });

  test('of names are YAML or JSON, and an account may have a name alone', () => {
    const text =
      "accounts: { '111122223333': { name: payments, ou: Workloads }, '444455556666': staging }\nusers: { u-1: alice }";
    const namesOf = (content: string) => {
      const file = join(folderOf({ 'names.yaml': content }), 'names.yaml');
      return directoryContent({ networks: networks({}), names: namesSettingsSchema.parse({ file }) }).names;
    };
    const expected = {
      accounts: { '111122223333': { name: 'payments', ou: 'Workloads' }, '444455556666': { name: 'staging' } },
      users: { 'u-1': 'alice' },
    };
    expect(namesOf(text)).toEqual(expected);
    expect(namesOf(JSON.stringify(expected))).toEqual(expected);
    expect(namesOf('')).toEqual({ accounts: {}, users: {} });
    expect(() => namesOf('accounts:\n  11112222333: payments')).toThrow(
      /names\.yaml:2:3: accounts\.11112222333: must be an account id of 12 digits, in quotes/,
    );
    expect(() => namesOf('accounts: {}\nuser: {}')).toThrow(
      /names\.yaml:2:1: user: unknown setting; did you mean "users"/,
    );
    expect(() => namesOf('users: { u-1: 5 }')).toThrow(/names\.yaml:1:10: users\.u-1: must be text/);
  });

  test('stop the synth where they are something else', () => {
    const file = join(folderOf({ 'lite.mmdb': 'version https://git-lfs.github.com/spec/v1' }), 'lite.mmdb');
    expect(() => checkDatabases(networks({ databases: [file] }))).toThrow(
      `networks.databases.0: ${file} can't be used`,
    );
    expect(() => directoryContent({ networks: networks({ awsRanges: file }), names })).toThrow(
      'it is no ip-ranges.json',
    );
  });
});

describe('a deployment', () => {
  test('has the layer in the functions that ask where events came from, and in no other', () => {
    const folder = folderOf({ 'ip-ranges.json': AWS });
    const file = writeMmdb(join(folder, 'lite.mmdb'), {});
    const { audit } = synthesize(`networks: { databases: [${file}], awsRanges: ${folder}/ip-ranges.json }`);
    const functions = resources(audit, 'AWS::Lambda::Function') as Record<
      string,
      { Layers?: unknown[]; Environment?: { Variables: Record<string, string> } }
    >;
    const withPlaces = Object.entries(functions).flatMap(([name, { Layers = [] }]) =>
      Layers.length > 1 ? [name] : [],
    );
    expect(withPlaces.sort()).toEqual(['BackfillBatchFunction', 'BackfillListFunction', 'IngestFunction']);
    expect(functions.IngestFunction?.Environment?.Variables.DIRECTORY_FILE).toBe('/opt/directory.json');
    expect(existsSync(file)).toBe(true);
  });

  test('has no such layer, and no directory, where its settings name nothing', () => {
    const { audit } = synthesize();
    expect(Object.keys(resources(audit, 'AWS::Lambda::LayerVersion'))).toHaveLength(1);
    const functions = resources(audit, 'AWS::Lambda::Function') as Record<
      string,
      { Environment?: { Variables: Record<string, string> } }
    >;
    expect(functions.IngestFunction?.Environment?.Variables.DIRECTORY_FILE).toBe('');
  });
});
