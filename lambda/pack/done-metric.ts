/** Counts the calls after which nothing was due any more, by lane: an alarm looks for the lane that has none for an hour. */
export function doneMetric(lane: number): string {
  return `PackDone${lane}`;
}
