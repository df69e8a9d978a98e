/** In which zone times are shown: UTC, or that of the browser. The offset is always printed. */
export type ZoneName = 'utc' | 'local';

/** `2026-11-20 14:03:07Z`, or `2026-11-20 15:03:07+01:00`. What is no time is shown as it is. */
export function timeText(time: string, zone: ZoneName): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  if (zone === 'utc') return `${at.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const minutes = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return `${local}${offsetText(minutes)}`;
}

/** `+01:00`. @param minutes east of UTC. */
export function offsetText(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
