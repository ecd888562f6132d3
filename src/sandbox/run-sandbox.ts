import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPage } from './page-server.ts';
import { slackFeed, slackRoute } from './slack/page/route.ts';
import { type Bot, startBot } from './world/bot.ts';
import { worldFeed, worldRoute } from './world/route.ts';
import { Sandbox } from './world/sandbox.ts';
import { environmentNames, startWorld, type World } from './world/world.ts';

const roles = { U0ALICE: 'admin', U0BOB: 'approver', U0CAROL: 'no rights' };

/** AWS takes minutes to make a copy, and about five until a moment can be restored: too long to play with. */
const haste = { restoreMs: 3_000, latestLagMs: 5_000 };

export type SandboxOptions = {
  /** The page's port; another free one is taken when it is in use, and 0 takes any. */
  readonly port?: number;
  /** Without the bot: for those who point one of their own at the sandbox. */
  readonly withoutBot?: boolean;
};

/**
 * Starts the sandbox and stays up until it is told to stop. Prints the page's address, and the variables that point a
 * bot, or any AWS or Slack client, at it.
 * @throws Error when the page was not built, or an optional package is missing
 */
export async function runSandbox(
  options: SandboxOptions,
  print: (text: string) => void,
  stopped: Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pitr-restore-sandbox-'));
  const world = await startWorld({ environments: environmentNames, livedIn: true, ...haste });
  const bot = options.withoutBot ? undefined : startBot(world, folder);
  const sandbox = new Sandbox(world, { latestLagMs: haste.latestLagMs, bot });
  try {
    const slack = await slackFeed({ slack: world.slack, environments: environmentNames, roles });
    const port = options.port === undefined ? {} : { port: options.port };
    const page = await startPage({
      ...port,
      routes: { slack: slackRoute(world.slack), world: worldRoute(sandbox) },
      feeds: [slack, worldFeed(sandbox)],
    });
    print(greeting(page.url, world, bot));
    bot?.ready.catch((error: unknown) => print(`# ${String(error)}`));
    await stopped;
    print('# Stopping.');
    await page.close();
  } finally {
    sandbox.close();
    await bot?.stop();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function greeting(url: string, { variables }: World, bot: Bot | undefined): string {
  return `
  The sandbox is open:  ${url}

  A Slack and an AWS of its own, on this machine only, with made-up data: the tables of dev and prod, a month old.
  ${bot === undefined ? 'No bot is running: start yours with the variables below.' : 'The real bot is running on it. In #ops, try:  /pitr-restore dev 10 minutes ago'}

  To point other programs at it (the command line, any AWS or Slack client), paste this into another shell:

${Object.entries(variables)
  .map(([name, value]) => `export ${name}=${value}`)
  .join('\n')}

  Ctrl+C stops everything and forgets it.
`;
}
