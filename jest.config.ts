import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  // Jest leaves one core to itself where nothing is said, which on two cores is all in one process.
  maxWorkers: '100%',
  // A worker keeps memory of the suites that it has run; beyond this a new one takes its place.
  workerIdleMemoryLimit: '1GB',
  // Tests over the emulators take seconds where much else runs: only what hangs should fail by time.
  testTimeout: 30_000,
  globalSetup: '<rootDir>/test/support/jest-global-setup.ts',
  globalTeardown: '<rootDir>/test/support/jest-global-teardown.ts',
  reporters: ['default', '<rootDir>/test/support/jest-slowest-suites.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // These come as modules alone, which jest doesn't take as they are.
  transformIgnorePatterns: ['/node_modules/(?!hyparquet)'],
  transform: {
    '^.+\\.(ts|js)$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/dist'],
};

export default config;
