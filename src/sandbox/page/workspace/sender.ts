import type { WorkspaceSeen } from '../../slack/page/events.ts';
import type { Acts } from './acts.ts';

type Where = { readonly channel: string; readonly threadTs?: string };

/** Sends what was typed, a message or a slash command, and tells the person what went wrong, as Slack does. */
export function senderOf(order: {
  readonly workspace: WorkspaceSeen;
  readonly acts: Acts;
  readonly notice: (where: Where, text: string) => void;
}): (where: Where, text: string) => Promise<void> {
  const { workspace, acts, notice } = order;
  return async (where, text) => {
    try {
      if (!text.startsWith('/')) {
        await acts.say(where.channel, text, where.threadTs);
        return;
      }
      const [command = '', ...words] = text.split(' ');
      const problem = problemWith(command, where, workspace);
      if (problem !== undefined) return notice(where, problem);
      const { errorText } = await acts.command(command, words.join(' ').trim(), where.channel);
      if (errorText !== undefined) notice(where, errorText);
    } catch (error) {
      notice(where, error instanceof Error ? error.message : String(error));
    }
  };
}

function problemWith(command: string, { threadTs }: Where, { commands }: WorkspaceSeen): string | undefined {
  if (!commands.some((one) => one.command === command)) return `\`${command}\` is not a valid command.`;
  return threadTs === undefined ? undefined : `\`${command}\` is not supported in threads. Sorry!`;
}
