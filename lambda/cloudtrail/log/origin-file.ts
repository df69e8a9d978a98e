/** Metadata of an object that says which of somebody's own files it was: CloudTrail's own objects have none. */
const NAME = 'trailwarden-file';

/** S3 takes 2 KB of metadata. A digest's own take some of it. */
const MAX_BYTES = 1200;

/** The metadata that names a file; none for a path that is too long. The value is ASCII, as headers of HTTP are. */
export function originMetadata(path: string): Readonly<Record<string, string>> {
  // A path may hold bytes that are no text: those can't be written back.
  const value = encodeURIComponent(path.toWellFormed());
  return value.length > MAX_BYTES ? {} : { [NAME]: value };
}

/** The file that an object was; undefined where nothing says so. */
export function originFile(metadata: Readonly<Record<string, string>> | undefined): string | undefined {
  const value = metadata?.[NAME];
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
