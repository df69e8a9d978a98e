/** Something that the user can put right: shown as its message alone, without a stack. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
