import { CIS_5, CIS_7 } from './cis-controls.ts';
import type { Control } from './control.ts';
import { PCI_4 } from './pci-controls.ts';

interface Framework {
  readonly name: string;
  readonly controls: readonly Control[];
}

/** The frameworks that can be reported about, by the names that the command line takes. */
export const FRAMEWORKS = {
  'cis-7.0': { name: 'CIS AWS Foundations Benchmark v7.0.0, monitoring', controls: CIS_7 },
  'cis-5.0': { name: 'CIS AWS Foundations Benchmark v5.0.0, monitoring', controls: CIS_5 },
  'pci-4.0.1': { name: 'PCI DSS v4.0.1, requirement 10', controls: PCI_4 },
} as const satisfies Readonly<Record<string, Framework>>;

export type FrameworkName = keyof typeof FRAMEWORKS;
