/**
 * What a caller may write into a record: mark-up that runs, breaks out of attributes, of JSON and of a script; marks that
 * turn the direction around; line breaks; a formula. Whatever runs sets `owned`.
 */
export const HOSTILE =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is no template
  '"><img src=x onerror="window.owned=1"><script>window.owned=1</script>\'`${window.owned=1}`' +
  '</style><style>*{display:none}</style>javascript:window.owned=1//\u202eexe.txt\u2066\r\n\r\n=1+1{{owned}}&lt;b&gt;';
