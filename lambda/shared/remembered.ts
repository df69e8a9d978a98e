/** Entries that are kept, and characters of a text that is kept with its answer: they bound the memory to a few MB. */
const MAX_ENTRIES = 10_000;
const MAX_LENGTH = 200;

/**
 * The same function, which remembers its answers: for texts that come again and again, such as names of members. What a
 * hostile record makes up can't fill the memory.
 */
export function remembered<Answer>(compute: (text: string) => Answer): (text: string) => Answer {
  const answers = new Map<string, Answer>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = compute(text);
    if (text.length > MAX_LENGTH) return answer;
    if (answers.size >= MAX_ENTRIES) answers.clear();
    answers.set(text, answer);
    return answer;
  };
}
