import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBot } from './bot-process.ts';
import { startPage } from './page-server.ts';
import { slackRoute } from './slack/page/route.ts';
import { startWorld } from './world/world.ts';

const environments = ['dev', 'prod'] as const;
const roles = { U0ALICE: 'admin', U0BOB: 'approver', U0CAROL: 'no rights' };

/**
 * Starts the sandbox and stays up until it is told to stop. Prints the page's address, and the variables that point a
 * bot, or any AWS or Slack client, at it.
 */
export async function runSandbox(
  options: { readonly awsPort?: number; readonly slackPort?: number },
  print: (text: string) => void,
  stopped: Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pitr-restore-sandbox-'));
  const world = await startWorld({ ...options, environments, restoreMs: 6000 });
  const slack = await slackRoute({ slack: world.slack, environments, roles });
  const page = await startPage({ routes: { slack } });
  print(`# The sandbox is at ${page.url}`);
  print('# A local AWS and a local Slack with the tables of dev and prod, a month old. Nothing leaves this machine.');
  for (const [name, value] of Object.entries(world.variables)) print(`export ${name}=${value}`);
  print('# Ctrl+C stops it and forgets everything.');
  const bot = await startBot(world, folder);
  await stopped;
  await bot.stop();
  await Promise.all([page.close(), world.close()]);
  rmSync(folder, { recursive: true, force: true });
}
