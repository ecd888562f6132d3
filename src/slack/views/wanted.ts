/** What a modal carries from one step to the next. A hint only: the client can change it, so all of it is checked again. */
import { z } from 'zod';
import { limits } from '../limits.ts';

/** ECMA-262, "Time Values and Time Range". */
const lastInstant = 8.64e15;

const schema = z.object({
  environment: z.string(),
  /** Labels or names; empty: all. */
  tables: z.array(z.string()),
  words: z.string(),
  /** The resolved instant, in ms; absent: read it from the words. */
  at: z.number().int().min(0).max(lastInstant).optional(),
  timeZone: z.string().optional(),
  dryRun: z.boolean(),
  /** A rehearsal: nothing live is written. */
  drill: z.boolean(),
  channelId: z.string(),
  /** The zone the words were last read in: they can be read again before anybody is asked. */
  readIn: z.string().optional(),
  /** The options are unfolded. */
  unfolded: z.boolean().optional(),
  fence: z.enum(['off', 'writes']).optional(),
  onConflict: z.enum(['overwrite', 'keep']).optional(),
  planConfirmation: z.enum(['never', 'when-counts-differ', 'always']).optional(),
});

export type Wanted = Readonly<z.infer<typeof schema>>;

export function writeWanted(wanted: Wanted): string {
  return JSON.stringify(wanted);
}

/** A rehearsal, or the real thing. */
export function wishIn({ drill }: Pick<Wanted, 'drill'>): 'drill' | 'restore' {
  return drill ? 'drill' : 'restore';
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
