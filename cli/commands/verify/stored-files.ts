/** A file of a trail, in a bucket or in a folder that it was copied to. */
export interface StoredFile {
  /** For a person: a path, or `s3://…`. */
  readonly name: string;
  /** Where it lies, as far as that is known: a copy has no bucket, and its key may lack the beginning. */
  readonly bucket?: string;
  readonly key: string;
}

/** What the metadata of a digest's object says about its signature; absent in a copy. */
export interface SignatureMetadata {
  readonly signature?: string;
  readonly signatureAlgorithm?: string;
  /** When a backfill digest was signed. */
  readonly generatedAt?: string;
}

/** Where the files of a trail are read from. */
export interface StoredFiles {
  /** Every file that may be a digest or a log object. */
  list(): AsyncIterable<StoredFile>;
  /** The content, and the metadata of an S3 object. @throws faults of access (`isFaultOfAccess`). */
  read(file: StoredFile): Promise<{ readonly body: AsyncIterable<Uint8Array>; readonly metadata: SignatureMetadata }>;
  /** The file that a digest names, or undefined if it isn't there. */
  find(named: { readonly bucket: string; readonly key: string }): Promise<StoredFile | undefined>;
}
