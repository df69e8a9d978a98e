const RECORD_FILE = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/i;

/** Whether a file's name says that it may hold records: `.json`, `.jsonl` or `.ndjson`, gzipped or not. */
export function isRecordFileName(path: string): boolean {
  return RECORD_FILE.test(path);
}
