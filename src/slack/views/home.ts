/** The Home tab: what is running, what was, each environment's tables, and what the reader may do there and why. */
import type { HomeView, KnownBlock } from '@slack/types';
import type { Environment } from '../../restore/environment.ts';
import type { UserError } from '../../restore/errors.ts';
import { adminsOf, isAdmin, isApprover, type Member, mayLook, type Refusal } from '../../restore/policy.ts';
import type { Instant } from '../../restore/restore-point.ts';
import type { EnvironmentOutlook } from '../../restore/restores.ts';
import type { Run } from '../../restore/run.ts';
import { homeActionIds } from '../button-value.ts';
import { limits } from '../limits.ts';
import {
  leftOutLine,
  noRestores,
  nothingOpen,
  outlookLines,
  overdueLine,
  runLine,
  statusLine,
} from '../messages/answers.ts';
import { actions, button, context, header, lineSections, section } from '../messages/blocks.ts';
import type { Progress } from '../messages/phases.ts';
import { whoCanHelp } from '../messages/refusal.ts';
import { anyOf, code, escaped, readersTime } from '../mrkdwn.ts';

/** How an environment looks: not looked at yet, as AWS says, or why it could not be looked at. */
export type Look = 'pending' | EnvironmentOutlook | UserError;

export type HomeContent = {
  readonly reader: Member;
  readonly now: Instant;
  readonly timeZone: string;
  readonly environments: readonly { readonly environment: Environment; readonly look: Look }[];
  readonly open: readonly Run[];
  readonly interrupted: readonly Run[];
  readonly recent: readonly Run[];
  /** What is overdue, by environment: a sentence. */
  readonly overdueDrills: ReadonlyMap<string, string>;
  /** How many runs were left out, because the reader is not trusted in their environment. */
  readonly hidden: number;
  readonly progressOf: (run: Run) => Progress;
};

export function homeView(content: HomeContent): HomeView {
  const { open, recent, environments, reader, now } = content;
  const mayAsk = environments.some(({ environment }) => isAdmin(environment, reader));
  const running = open.map((run) => statusLine(run, content.progressOf(run), content.interrupted));
  const blocks = [
    header('Restores now'),
    ...lineSections(running.length === 0 ? [nothingOpen(content.hidden)] : running, 3000),
    ...(mayAsk ? [actions(restoreButton)] : []),
    header('Last restores'),
    ...lineSections(recent.length === 0 ? [noRestores(content.hidden)] : recent.map((run) => runLine(run)), 6000),
    ...leftOutLine(content.hidden),
    ...environments.flatMap((each) => environmentBlocks(each, content)),
    context(`As of ${readersTime(now)}. Open this tab again to refresh it.`),
  ];
  return { type: 'home', blocks: blocks.slice(0, limits.blocksPerView) };
}

/** For somebody who may do nothing at all here. */
export function refusedHome(refusal: Refusal): HomeView {
  const help = whoCanHelp(refusal);
  return {
    type: 'home',
    blocks: [section(`:no_entry: ${escaped(refusal.message)}`), section(`${escaped(refusal.hint)} ${help}`.trim())],
  };
}

const restoreButton = button({
  actionId: homeActionIds.restore,
  label: 'Restore …',
  value: 'restore',
  style: 'primary',
});

function environmentBlocks(
  { environment, look }: HomeContent['environments'][number],
  { reader, now, timeZone, overdueDrills }: HomeContent,
): readonly KnownBlock[] {
  const title = [header(`Environment ${environment.name}`), section(rightsOf(environment, reader))];
  if (mayLook(environment, reader) !== undefined) return title;
  const overdue = overdueDrills.get(environment.name);
  const drill = overdue === undefined ? [] : [section(overdueLine(environment.name, overdue))];
  return [...title, ...drill, ...lookBlocks(look, now, timeZone)];
}

function lookBlocks(look: Look, now: Instant, timeZone: string): readonly KnownBlock[] {
  if (look === 'pending') return [section(':hourglass_flowing_sand: Looking at the tables …')];
  if (look instanceof Error) return [section(`:warning: ${escaped(look.message)}\n${escaped(look.hint)}`)];
  return lineSections(outlookLines(look, now, timeZone), 6000);
}

/** What the reader may do, and by which rule. */
function rightsOf(environment: Environment, reader: Member): string {
  const { name, admins, approvers, approvals } = environment;
  const by = (listed: readonly string[]) => (listed.includes(reader.userId) ? '' : ', by a user group');
  const may = [
    ...(isAdmin(environment, reader) ? [`ask for a restore and undo one (you are an admin of it${by(admins)})`] : []),
    ...(approvals > 0 && isApprover(environment, reader)
      ? [`approve what others ask for (you are an approver of it${by(approvers)})`]
      : []),
  ];
  if (may.length === 0) return `You may do nothing with ${code(name)}. Ask ${anyOf(adminsOf(environment))}.`;
  const needs =
    approvals === 0
      ? 'It needs no approval.'
      : `It needs ${approvals === 1 ? 'an approval' : `${approvals} approvals`} by somebody else.`;
  return `You may ${may.join(', and ')}. ${needs}`;
}
