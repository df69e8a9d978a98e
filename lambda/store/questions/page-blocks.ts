import type { Block } from '../segments/block.ts';
import type { Page } from '../segments/table/page-rows.ts';

/** Pages are unpacked once, however many questions are asked of one snapshot. */
const blocks = new WeakMap<Page, Block>();

/** @throws SegmentNewer, SegmentDamaged */
export function blockOf(page: Page): Block {
  let block = blocks.get(page);
  if (block === undefined) {
    block = page.block();
    blocks.set(page, block);
  }
  return block;
}
