import { writeFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';

/** A value of a database of addresses. */
export type MmdbValue = string | number | boolean | { readonly [name: string]: MmdbValue };

export interface MmdbOptions {
  /** What the publisher calls the database. */
  readonly type?: string;
  readonly built?: Date;
  /** 4 for a tree of IPv4 alone. */
  readonly ipVersion?: 4 | 6;
}

type TreeNode = [Branch, Branch];
type Branch = TreeNode | { readonly data: number } | undefined;

const TYPES = { pointer: 1, text: 2, uint16: 5, uint32: 6, map: 7, uint64: 9, flag: 14, list: 11 } as const;

/** A database in the "MaxMind DB File Format Specification", version 2.0, of networks such as `203.0.113.0/24`. */
export function mmdb(networks: Readonly<Record<string, MmdbValue>>, options: MmdbOptions = {}): Buffer {
  const { type = 'Test', built = new Date('2026-11-01T00:00:00Z'), ipVersion = 6 } = options;
  const root: TreeNode = [undefined, undefined];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [network, value] of Object.entries(networks)) {
    insert(root, bitsOf(network, ipVersion), { data: offset });
    const encoded = encode(value);
    data.push(encoded);
    offset += encoded.length;
  }
  const nodes: TreeNode[] = [];
  number(root, nodes);
  const tree = Buffer.alloc(nodes.length * 8);
  for (const [index, branches] of nodes.entries()) {
    for (const side of [0, 1] as const) tree.writeUInt32BE(record(branches[side], nodes), index * 8 + side * 4);
  }
  const metadata = encode({
    binary_format_major_version: { uint16: 2 },
    binary_format_minor_version: { uint16: 0 },
    build_epoch: { uint64: built.getTime() / 1000 },
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: { uint16: ipVersion },
    languages: { list: ['en'] },
    node_count: nodes.length,
    record_size: { uint16: 32 },
  });
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from('abcdef', 'hex'),
    Buffer.from('MaxMind.com'),
    metadata,
  ]);
}

/** Writes such a database. @returns the file. */
export function writeMmdb(file: string, networks: Readonly<Record<string, MmdbValue>>, options?: MmdbOptions): string {
  writeFileSync(file, mmdb(networks, options));
  return file;
}

function bitsOf(network: string, ipVersion: 4 | 6): number[] {
  const [address, length] = ipaddr.parseCIDR(network);
  const bits = address.toByteArray().flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1));
  const isIPv4 = address.kind() === 'ipv4';
  // In a tree of IPv6, IPv4 stands in ::/96.
  const before = isIPv4 && ipVersion === 6 ? new Array<number>(96).fill(0) : [];
  return [...before, ...bits.slice(0, length)];
}

function insert(root: TreeNode, bits: readonly number[], leaf: Branch): void {
  let node = root;
  for (const [depth, bit] of bits.entries()) {
    const side = bit === 0 ? 0 : 1;
    if (depth === bits.length - 1) {
      node[side] = leaf;
      return;
    }
    const next = node[side];
    if (Array.isArray(next)) node = next;
    else {
      const made: TreeNode = [next, next];
      node[side] = made;
      node = made;
    }
  }
}

function number(node: TreeNode, nodes: TreeNode[]): void {
  nodes.push(node);
  for (const branch of node) if (Array.isArray(branch)) number(branch, nodes);
}

function record(branch: Branch, nodes: readonly TreeNode[]): number {
  if (branch === undefined) return nodes.length;
  if (Array.isArray(branch)) return nodes.indexOf(branch);
  return nodes.length + 16 + branch.data;
}

type Encodable = MmdbValue | { readonly [name: string]: Encodable } | { readonly list: readonly string[] };

function encode(value: Encodable): Buffer {
  if (typeof value === 'string') return withControl(TYPES.text, Buffer.from(value));
  if (typeof value === 'boolean') return control(TYPES.flag, value ? 1 : 0);
  if (typeof value === 'number') return unsigned(TYPES.uint32, value);
  const { uint16, uint64, list } = value as { uint16?: number; uint64?: number; list?: readonly string[] };
  if (uint16 !== undefined) return unsigned(TYPES.uint16, uint16);
  if (uint64 !== undefined) return unsigned(TYPES.uint64, uint64);
  if (list !== undefined) return Buffer.concat([control(TYPES.list, list.length), ...list.map(encode)]);
  const members = Object.entries(value as Readonly<Record<string, Encodable>>);
  return Buffer.concat([
    control(TYPES.map, members.length),
    ...members.flatMap(([name, member]) => [encode(name), encode(member)]),
  ]);
}

function unsigned(type: number, value: number): Buffer {
  const hex = value === 0 ? '' : value.toString(16);
  return withControl(type, Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'));
}

function withControl(type: number, body: Buffer): Buffer {
  return Buffer.concat([control(type, body.length), body]);
}

function control(type: number, size: number): Buffer {
  if (size > 284) throw new RangeError('a value of a test is longer than it needs to be');
  const short = Math.min(size, 29);
  const first = type < 8 ? [(type << 5) | short] : [short, type - 7];
  return Buffer.from(size > 28 ? [...first, size - 29] : first);
}
