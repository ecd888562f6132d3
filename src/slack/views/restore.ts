/** The request modal at each of its steps. Pure. */
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { Environment, TableRef } from '../../restore/environment.ts';
import { fenceNotice } from '../../restore/fence/sentences.ts';
import type { Refusal } from '../../restore/policy.ts';
import { describeInstant, type Instant } from '../../restore/restore-point.ts';
import type { DryRunReport, EnvironmentOutlook } from '../../restore/restores.ts';
import type { Run } from '../../restore/run.ts';
import { limits } from '../limits.ts';
import { count, counted, estimatedCost, size } from '../measures.ts';
import { alert, context, facts, section } from '../messages/blocks.ts';
import { whoCanHelp } from '../messages/refusal.ts';
import { allOf, anyOf, channelLink, code, escaped, listed, shortened } from '../mrkdwn.ts';
import { alertBlocks, callbackIds, type Done, inputIds, modal, plainSection, reasonInput } from './modal.ts';
import { type Wanted, writeWanted } from './wanted.ts';

/** No arguments: which environment, and back to when. `now`: where the picker starts. */
export function chooseView(environments: readonly Environment[], now: Instant, wanted: Wanted): ModalView {
  const option = (name: string) => ({
    text: { type: 'plain_text' as const, text: shortened(name, limits.optionText) },
    value: name.slice(0, limits.optionValue),
  });
  return modal({
    title: 'Restore tables',
    submit: 'Next',
    close: 'Cancel',
    callbackId: callbackIds.choose,
    metadata: writeWanted(wanted),
    blocks: [
      input('Environment', {
        type: 'static_select',
        action_id: inputIds.environment,
        options: environments.slice(0, limits.optionsPerSelect).map(({ name }) => option(name)),
      }),
      input('Back to', {
        type: 'datetimepicker',
        action_id: inputIds.instant,
        initial_date_time: Math.floor(now / 1000),
      }),
      ...(wanted.channelId === '' ? [channelInput] : []),
      context('The time is in your own time zone. Nothing happens yet: the next step shows what would.'),
    ],
  });
}

/** From the Home tab there is no channel to tell the story in. */
const channelInput: InputBlock = {
  ...input('Tell it in', {
    type: 'conversations_select',
    action_id: inputIds.channel,
    filter: { include: ['public', 'private'], exclude_external_shared_channels: true },
  }),
  hint: {
    type: 'plain_text',
    text: 'A channel the bot is in. Everybody there can follow, and approvers decide there.',
  },
};

export type Filled = {
  readonly wanted: Wanted;
  readonly environment: Environment;
  readonly tables: readonly TableRef[];
  readonly outlook: EnvironmentOutlook;
  readonly at: Instant;
  readonly timeZone: string;
  readonly now: Instant;
  /** Who is asking: never among those who could approve. */
  readonly askedBy: string;
};

/** Everything a person should know before asking, and the reason. */
export function confirmView(filled: Filled): ModalView {
  const { wanted, environment, outlook, at } = filled;
  return modal({
    title: `Restore ${environment.name}`,
    submit: environment.approvals === 0 ? 'Restore' : 'Ask for approval',
    close: 'Cancel',
    callbackId: callbackIds.confirm,
    metadata: writeWanted({ ...wanted, at }),
    blocks: [
      facts(requestFacts(filled)),
      facts([
        ['Size', `about ${count(outlook.approximateItems)} items, ${size(outlook.approximateBytes)}`],
        [
          'Takes',
          'AWS restores usually take 5 to 60 minutes, small tables too; comparing and writing back come on top',
        ],
        ['Costs', `${estimatedCost(outlook.approximateBytes)} at AWS list prices`],
      ]),
      ...warnings(outlook),
      ...(environment.fence === 'off' ? [] : alertBlocks('warning', fenceNotice(environment.timeoutMinutes))),
      nextStep(environment, filled.askedBy, undone),
      reasonInput(environment.reasonRequired),
    ],
  });
}

function requestFacts({
  environment,
  tables,
  outlook,
  at,
  timeZone,
  now,
}: Filled): readonly (readonly [string, string])[] {
  const when = describeInstant(at, now, timeZone);
  const from = describeInstant(outlook.window.earliest, now, timeZone);
  const to = describeInstant(outlook.window.latest, now, timeZone);
  return [
    ['Environment', `${code(environment.name)} in ${escaped(environment.region)}`],
    [
      'Tables',
      listed(
        tables.map(({ label, table }) => (label === table ? code(label) : `${code(label)} (${escaped(table)})`)),
        1500,
      ),
    ],
    ['Back to', `*${when.local}* (${escaped(timeZone)})`],
    ['In UTC', `${when.utc}, ${when.ago}`],
    ['Restorable', `from ${from.local} to ${to.local}`],
  ];
}

function warnings(outlook: EnvironmentOutlook): readonly KnownBlock[] {
  const shown = outlook.warnings.slice(0, 10).flatMap((warning) => alertBlocks('warning', warning));
  const more = outlook.warnings.length - 10;
  return more > 0 ? [...shown, alert('warning', `And ${counted(more, 'more warning')}.`)] : shown;
}

const undone =
  'What was written after that time is undone: items added since are deleted, items changed or deleted since come back.';

/** When it starts, and what it does then (`effect`). */
export function nextStep({ name, approvals, approvers }: Environment, askedBy: string, effect: string): KnownBlock {
  if (approvals === 0) return section(`It starts when you confirm. ${effect}`);
  const others = approvers.filter((userId) => userId !== askedBy);
  if (others.length < approvals) {
    return alert(
      'error',
      `It could never be approved: ${name} needs ${counted(approvals, 'approval')}, and has too few approvers besides you.`,
    );
  }
  return section(`It starts once ${approving(approvals, others)}. ${effect}`);
}

function approving(approvals: number, others: readonly string[]): string {
  if (approvals === 1) return `${anyOf(others)} approves it`;
  // All of them, or some of them: "2 of A or B" would be neither.
  return others.length === approvals
    ? `${allOf(others)} have approved it`
    : `${approvals} people out of ${allOf(others)} have approved it`;
}

/** What was wrong with the time (or the look-up), and the words again, to be corrected in place. */
export function correctView(
  wanted: Wanted,
  problem: {
    readonly message: string;
    readonly hint: string;
    readonly candidates?: readonly { readonly at: Instant; readonly label: string }[];
  },
  now: Instant,
): ModalView {
  const { at: _, ...withoutInstant } = wanted;
  const candidates = (problem.candidates ?? []).slice(0, limits.radioOptions);
  // Slack keeps what was typed while a block keeps its id: a new id lets the words stand as they were read.
  const iteration = String(now);
  return modal({
    title: 'Back to when?',
    submit: 'Try this',
    close: 'Cancel',
    callbackId: callbackIds.when,
    metadata: writeWanted(withoutInstant),
    blocks: [
      ...alertBlocks('error', problem.message),
      plainSection(problem.hint),
      ...(candidates.length === 0 ? [] : [candidateInput(candidates, iteration)]),
      {
        ...input('When', {
          type: 'plain_text_input',
          action_id: inputIds.when,
          max_length: limits.whenInput,
          ...(wanted.words === '' ? {} : { initial_value: wanted.words.slice(0, limits.whenInput) }),
        }),
        block_id: `when-${iteration}`,
        optional: true,
        hint: {
          type: 'plain_text',
          text: 'Such as "yesterday 9am", "2 hours ago", 2025-12-19T09:00:00Z; empty for the latest restorable moment.',
        },
      },
    ],
  });
}

function candidateInput(
  candidates: readonly { readonly at: Instant; readonly label: string }[],
  iteration: string,
): InputBlock {
  const options = candidates.map(({ at, label }) => ({
    text: { type: 'plain_text' as const, text: shortened(label, limits.optionText) },
    value: String(at),
  }));
  return {
    ...input('Which one?', { type: 'radio_buttons', action_id: inputIds.candidate, options }),
    block_id: `candidate-${iteration}`,
    optional: true,
  };
}

/** A refusal, with whom to ask. */
export function refusedView(refusal: Refusal): ModalView {
  const help = whoCanHelp(refusal);
  return modal({
    title: 'Not possible',
    blocks: [
      ...alertBlocks('error', refusal.message),
      section(`${escaped(refusal.hint)}${help === '' ? '' : ` ${help}`}`),
    ],
  });
}

export function asked(run: Run): Done {
  const where = run.origin.kind === 'slack' ? ` in ${channelLink(run.origin.channelId)}` : '';
  const next = run.state === 'APPROVED' ? 'It starts now.' : 'It waits for approval; the card has the buttons.';
  return {
    title: 'Asked',
    text: `:white_check_mark: ${code(run.id)} is on record. ${next} Everything is told${where}.`,
  };
}

export function dryRunView(report: DryRunReport, now: Instant): ModalView {
  const { request, checks, passed } = report;
  const when = describeInstant(request.restorePoint, now, request.timeZone);
  const order = { failed: 0, warning: 1, passed: 2 } as const;
  const marks = { failed: ':x:', warning: ':warning:', passed: ':white_check_mark:' } as const;
  const lines = [...checks]
    .sort((a, b) => order[a.status] - order[b.status])
    .map(({ status, check, label, message, hint }) => {
      const of = label === undefined ? '' : ` ${code(label)}`;
      const next = hint === '' || status === 'passed' ? '' : `\n      _${escaped(hint)}_`;
      return `${marks[status]} *${escaped(check)}*${of}: ${escaped(message)}${next}`;
    });
  const verdict = passed ? 'Every check passed. Nothing was changed.' : 'Some checks failed. Nothing was changed.';
  return modal({
    title: 'Dry run',
    blocks: [
      alert(passed ? 'success' : 'error', verdict),
      facts([
        ['Environment', code(request.environment)],
        ['Back to', `${when.local} (${when.utc}), ${when.ago}`],
      ]),
      ...inSections(lines),
    ],
  });
}

/** Lines in as many sections as they need; at most 90, and then how many were left out. */
function inSections(lines: readonly string[]): readonly KnownBlock[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + line.length < limits.sectionText)
      texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  const shown = texts.slice(0, 90).map(section);
  return texts.length > 90 ? [...shown, section('And more; the command line shows all.')] : shown;
}

function input(label: string, element: InputBlock['element']): InputBlock {
  return { type: 'input', label: { type: 'plain_text', text: label }, element };
}
