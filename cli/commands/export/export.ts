import { Command } from 'commander';
import type { Io } from '../../output/process-io.ts';
import { exportEventsCommand } from './export-events.ts';
import { exportFindingsCommand } from './export-findings.ts';

/** `trailwarden export`: what other tools read. */
export function exportCommand(io: Io): Command {
  return new Command('export')
    .description('Writes events or findings for other tools: JSON lines, CSV, Parquet, OCSF.')
    .addCommand(exportEventsCommand(io))
    .addCommand(exportFindingsCommand(io));
}
