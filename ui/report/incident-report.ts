import type { Pin } from '../protocol/asked.ts';
export interface IncidentReportOptions {
  readonly incident?: unknown;
  readonly pins: readonly Pin[];
  readonly made: string;
  readonly deployment: string;
  command(args: readonly string[]): string;
}
export function incidentReport(options: IncidentReportOptions): string {
  return JSON.stringify(options);
}
