import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * What a bundle leaves out of its dependencies, because no function reaches it. Where a later version of a dependency
 * has another form, a bundle only becomes larger, and the test of its size fails.
 */

/**
 * Ways to credentials that the SDK looks at after the environment, in which Lambda has them. It would import them only then.
 */
export const NEVER_LOADED: readonly string[] = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/nested-clients',
  '@aws-sdk/token-providers',
  '@smithy/credential-provider-imds',
];

const CONSTANT = /^const (_\w+) = ("[^"\\]*");$/gm;
const REGISTERED_ERROR = /^\w+\.registerError\((\w+)\$, \1\);$/gm;

/** Errors that have members which our code reads, and those of a client as such. Of all others it reads the name. */
const REGISTERED = /^(TransactionCanceledException|ReplicatedWriteConflictException|\w+ServiceException)$/;

/** Of clients: the shapes of commands that aren't sent, errors that are only told by name, streams of events. */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      // A computed name might have an effect, so that esbuild keeps what has one.
      const constants = new Map([...text.matchAll(CONSTANT)].map(([, name = '', value = '']) => [name, value]));
      const contents = text
        .replaceAll(/\[(_\w+)\]:/g, (all, name: string) => (constants.has(name) ? `${constants.get(name)}:` : all))
        .replaceAll(REGISTERED_ERROR, (all, name: string) => (REGISTERED.test(name) ? all : ''));
      return { contents, loader: 'js' };
    });
    // Hashes in JavaScript, for a Node without OpenSSL.
    onLoad({ filter: /[\\/]Sha(1|256)Js\.js$/ }, ({ path }) => ({
      contents: `export const ${basename(path, '.js')} = undefined;`,
      loader: 'js',
    }));
    // Of endpoints that DynamoDB could tell: no command of its client asks for any. The cache brings a whole package.
    onLoad({ filter: /[\\/]endpoint-cache[\\/]dist-es[\\/]EndpointCache\.js$/ }, () => ({
      contents: `
        export class EndpointCache {
          has() { return false; }
          get() {}
          getEndpoint() {}
          set() {}
          delete() {}
          clear() {}
        }`,
      loader: 'js',
    }));
    onLoad({ filter: /[\\/]@(aws-sdk|smithy)[\\/][\w-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    onLoad({ filter: /[\\/]@smithy[\\/]core[\\/]dist-es[\\/]submodules[\\/]event-streams[\\/]index\.js$/ }, () => ({
      contents: `
        export const resolveEventStreamSerdeConfig = (config) => config;
        export const eventStreamSerdeProvider = undefined;
        export const EventStreamSerde = undefined;`,
      loader: 'js',
    }));
  },
};

const TOLD_OF_METRIC = /^ +counts:\s+(?:'[^'\n]*'|"[^"\n]*"),\n/gm;

/** Of the metrics: what each counts, which only the documentation and the dashboard tell. */
export const leanMetrics: Plugin = {
  name: 'lean-metrics',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lambda[\\/]shared[\\/]metric-names\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll(TOLD_OF_METRIC, ''),
      loader: 'ts',
    }));
  },
};

const EXPORTED = /^export (?:const|function) (\w+)|^export \{ \w+ as (\w+) \};$/gm;

/** Of zod: the writing of JSON schemas, of which a page of the documentation is made. */
export const leanZod: Plugin = {
  name: 'lean-zod',
  setup({ onLoad }) {
    const modules = /[\\/]zod[\\/]v4[\\/]core[\\/](json-schema-processors|to-json-schema)\.js$/;
    onLoad({ filter: modules }, async ({ path }) => {
      const exported = [...(await readFile(path, 'utf8')).matchAll(EXPORTED)].map(([, own, other]) => own ?? other);
      return { contents: exported.map((name) => `export const ${name} = undefined;`).join('\n'), loader: 'js' };
    });
  },
};

interface LateModule {
  /** What an import of it names. */
  readonly imported: RegExp;
  /** What it is made of: a package, or a file from the project's root. */
  readonly entry: string;
  /** What stands in a bundle in its place. */
  readonly stub: string;
}

/**
 * Modules that few events ask for: the engine of regular expressions, which is a third of a bundle, what assumes the role of
 * another account's bucket, and what tells where addresses are.
 */
const LATE_MODULES: Readonly<Record<string, LateModule>> = {
  re2js: {
    imported: /^re2js$/,
    entry: 're2js',
    stub: `
      export const RE2JS = new Proxy({}, { get: (_, name) => loaded().RE2JS[name] });
      // Of a class, a proxy may not tell another prototype than its own, for which instanceof asks.
      export const RE2JSException = new Proxy(function () {}, { get: (_, name) => loaded().RE2JSException[name] });`,
  },
  'client-sts': {
    imported: /^@aws-sdk\/client-sts$/,
    entry: '@aws-sdk/client-sts',
    stub: `
      export const STSClient = function (...given) { return new (loaded().STSClient)(...given); };
      export const AssumeRoleCommand = function (...given) { return new (loaded().AssumeRoleCommand)(...given); };`,
  },
  'place-lookup': {
    imported: /\/place-lookup\.ts$/,
    entry: 'lambda/directory/place-lookup.ts',
    stub: 'export const placesOf = (...given) => loaded().placesOf(...given);',
  },
};

/** The entries of such modules, by the names of their files. */
export const LATE_ENTRIES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(LATE_MODULES).map(([name, { entry }]) => [name, entry]),
);

/** Loads such a module when it is first used. */
export const lateFiles: Plugin = {
  name: 'late-files',
  setup({ onLoad, onResolve }) {
    for (const [name, { imported }] of Object.entries(LATE_MODULES)) {
      onResolve({ filter: imported }, () => ({ path: name, namespace: 'late', sideEffects: false }));
      onResolve({ filter: new RegExp(`^\\./${name}\\.js$`), namespace: 'late' }, ({ path }) => ({
        path,
        external: true,
      }));
    }
    onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => ({
      contents: `
        let found;
        const loaded = () => (found ??= require('./${path}.js'));
        ${LATE_MODULES[path]?.stub}`,
      loader: 'js',
    }));
  },
};

const REQUIRE = 'const require = createRequire(import.meta.url);';

/** Modules of ours that load others late by `require`: in a bundle it is the bundler's own, which takes them in. */
export const lateModules: Plugin = {
  name: 'late-modules',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lambda[\\/]cloudtrail[\\/]record[\\/]read-first-plainly\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(REQUIRE, ''),
      loader: 'ts',
    }));
  },
};
