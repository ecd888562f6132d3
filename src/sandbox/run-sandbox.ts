import { startWorld } from './world/world.ts';

/**
 * Starts the sandbox and stays up until it is told to stop. Prints the variables that point a bot, or any AWS or Slack
 * client, at it.
 */
export async function runSandbox(
  options: { readonly awsPort?: number; readonly slackPort?: number },
  print: (text: string) => void,
  stopped: Promise<void>,
): Promise<void> {
  const world = await startWorld({ ...options, environments: ['dev', 'prod'] });
  print('# A local AWS and a local Slack with the tables of dev and prod, a month old. Nothing leaves this machine.');
  print('# Paste this into another shell, then try: pitr-restore --list-restore-points --environment dev');
  for (const [name, value] of Object.entries(world.variables)) print(`export ${name}=${value}`);
  print('# Write as yourself to DynamoDB with any AWS client; play with Slack under');
  print(`#   ${world.slack.url}/sandbox/  (command, click, submit, messages, views, ephemerals)`);
  print('# Ctrl+C stops it and forgets everything.');
  await stopped;
  await world.close();
}
