import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Architecture, Code, LayerVersion, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type CheckedDatabase, DirectoryError } from '../config/directory-content.ts';

/** Where the databases are, in functions that have the layer. */
const PLACES_FOLDER = '/opt/places';

export interface PlacesLayerProps {
  readonly deployment: string;
  readonly databases: readonly CheckedDatabase[];
}

const MEBIBYTE = 1024 ** 2;

/** "Lambda quotas": a function's code with all of its layers, unzipped. */
const MOST_UNZIPPED = 250 * MEBIBYTE;

/** Of these, for the code of the function and the rules: several times what they take. */
const KEPT_FREE = 20 * MEBIBYTE;

/**
 * The databases of addresses that the user brings, as they are. A layer of its own: a change of rules doesn't upload them
 * again, and only the functions that ask where events came from have it.
 */
export class PlacesLayer extends LayerVersion {
  /** @throws DirectoryError if the databases are larger than a function may be. */
  constructor(scope: Construct, id: string, { deployment, databases }: PlacesLayerProps) {
    const bytes = databases.reduce((sum, database) => sum + database.bytes, 0);
    if (bytes > MOST_UNZIPPED - KEPT_FREE) {
      const sizes = databases.map(({ file, bytes: size }) => `${file}: ${Math.ceil(size / MEBIBYTE)} MB`);
      throw new DirectoryError(
        `networks.databases: ${Math.ceil(bytes / MEBIBYTE)} MB are too large, as a Lambda function has room for ` +
          `${(MOST_UNZIPPED - KEPT_FREE) / MEBIBYTE} MB of them: take databases of countries and ASNs, which have no ` +
          `cities (${sizes.join('; ')})`,
      );
    }
    const folder = mkdtempSync(join(tmpdir(), 'trailwarden-places-'));
    try {
      mkdirSync(join(folder, basename(PLACES_FOLDER)), { mode: 0o755 });
      for (const [index, { file }] of databases.entries()) {
        const copy = join(folder, basename(PLACES_FOLDER), placedName(file, index));
        copyFileSync(file, copy);
        // Lambda must be able to read it, whatever the mode of the file is.
        chmodSync(copy, 0o644);
      }
      super(scope, id, {
        layerVersionName: `${deployment}-places`,
        description: `${deployment}: databases of addresses`,
        code: Code.fromAsset(folder),
        compatibleArchitectures: [Architecture.ARM_64],
        compatibleRuntimes: [Runtime.NODEJS_24_X],
      });
    } finally {
      // The asset was copied when it was made.
      rmSync(folder, { recursive: true });
    }
  }
}

/** Where a function finds the databases: two of one name from different folders are kept apart. */
export function placedDatabases(databases: readonly string[]): string[] {
  return databases.map((file, index) => `${PLACES_FOLDER}/${placedName(file, index)}`);
}

function placedName(file: string, index: number): string {
  return `${index}-${basename(file)}`;
}
