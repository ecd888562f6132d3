import type { Output } from '../reporters/console.ts';

/** Where a command writes. */
export type Terminal = { readonly stdout: Output; readonly stderr: Output };

/** What a command ends with: 0 success, 1 failed or refused. Wrong usage (2) is found before any command runs. */
export type ExitCode = 0 | 1;
