import { shown } from './text.tsx';

/** Characters of the end that always stay. */
const TAIL = 10;

/** An id whose middle gives way where there is no room: its ends tell it from others. Selected, it is whole. */
export function Cut({ text }: { readonly text: string }) {
  // A letter of two halves is not parted.
  const whole = shown(text);
  const letters = Array.from(whole);
  const tail = letters.length > TAIL * 2 ? letters.slice(-TAIL).join('') : '';
  return (
    <span class="cut id" title={text}>
      <span class="head">{whole.slice(0, whole.length - tail.length)}</span>
      {tail !== '' && <span class="tail">{tail}</span>}
    </span>
  );
}
