/** version 1 */
export const PRESET_DICTIONARY: Buffer = Buffer.from('');
