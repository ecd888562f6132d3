import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SlashCommand } from './events.ts';

const manifest = join(import.meta.dirname, '..', '..', '..', '..', 'manifest.yml');

const schema = z.object({
  features: z.object({
    slash_commands: z.array(
      z.object({ command: z.string(), description: z.string(), usage_hint: z.string().default('') }),
    ),
  }),
});

/** The app's slash commands, from where Slack has them too: its manifest. @throws Error when it cannot be read */
export async function slashCommands(): Promise<readonly SlashCommand[]> {
  const { features } = schema.parse(parse(await readFile(manifest, 'utf8')));
  return features.slash_commands.map(({ command, description, usage_hint: usageHint }) => ({
    command,
    description,
    usageHint,
  }));
}
