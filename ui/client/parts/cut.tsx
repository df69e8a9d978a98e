/** Characters of the end that always stay. */
const TAIL = 10;

/** An id whose middle gives way where there is no room: its ends tell it from others. Selected, it is whole. */
export function Cut({ text }: { readonly text: string }) {
  // A letter of two halves is not parted.
  const letters = Array.from(text);
  const tail = letters.length > TAIL * 2 ? letters.slice(-TAIL).join('') : '';
  return (
    <span class="cut id" title={text}>
      <span class="head">{text.slice(0, text.length - tail.length)}</span>
      {tail !== '' && <span class="tail">{tail}</span>}
    </span>
  );
}
