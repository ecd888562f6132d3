/** What a modal carries from one step to the next. A hint only: the client can change it, so all of it is checked again. */
import { z } from 'zod';
import { limits } from '../limits.ts';

const schema = z.object({
  environment: z.string(),
  /** Labels or names; empty: all. */
  tables: z.array(z.string()),
  words: z.string(),
  /** The resolved instant, in ms; absent: read it from the words. */
  at: z.number().int().optional(),
  timeZone: z.string().optional(),
  dryRun: z.boolean(),
  channelId: z.string(),
});

export type Wanted = Readonly<z.infer<typeof schema>>;

export function writeWanted(wanted: Wanted): string {
  return JSON.stringify(wanted);
}

/** Whether a modal could carry it: Slack gives it 3,000 characters. */
export function isTooLong(wanted: Wanted): boolean {
  return writeWanted(wanted).length > limits.privateMetadata;
}

/** undefined: not something we wrote. */
export function readWanted(metadata: string): Wanted | undefined {
  try {
    const result = schema.safeParse(JSON.parse(metadata));
    return result.success ? result.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
