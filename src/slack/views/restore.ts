/** The request modal: everything a person should know before asking, and the reason. Pure. */
import type { KnownBlock, ModalView } from '@slack/types';
import { costSentence } from '../../restore/cost.ts';
import type { Environment, TableRef } from '../../restore/environment.ts';
import { expectationSentence } from '../../restore/expectation.ts';
import { fenceNotice } from '../../restore/fence/sentences.ts';
import { describeInstant, type Instant } from '../../restore/restore-point/zoned-time.ts';
import type { EnvironmentOutlook } from '../../restore/restores.ts';
import { count, counted, size } from '../measures.ts';
import { alert, facts, section } from '../messages/blocks.ts';
import { code, escaped, listed } from '../mrkdwn.ts';
import { nextStep } from './approving.ts';
import { alertBlocks, callbackIds, modal, reasonInput } from './modal.ts';
import { type Choices, optionBlocks } from './options.ts';
import { type Wanted, writeWanted } from './wanted.ts';

export type Filled = {
  readonly wanted: Wanted;
  readonly environment: Environment;
  readonly tables: readonly TableRef[];
  readonly outlook: EnvironmentOutlook;
  /** What a person should read before asking. */
  readonly warnings: readonly string[];
  readonly choices: Choices;
  readonly at: Instant;
  readonly timeZone: string;
  readonly now: Instant;
  /** Who is asking: never among those who could approve. */
  readonly askedBy: string;
};

export function confirmView(filled: Filled): ModalView {
  const { wanted, environment, choices, at } = filled;
  const { drill } = wanted;
  const isAskedFirst = !drill && environment.approvals > 0;
  return modal({
    title: `${drill ? 'Drill' : 'Restore'} ${environment.name}`,
    submit: isAskedFirst ? 'Ask for approval' : drill ? 'Start the drill' : 'Restore',
    close: 'Cancel',
    callbackId: callbackIds.confirm,
    metadata: writeWanted({ ...wanted, at }),
    blocks: [
      facts(requestFacts(filled)),
      facts(expectations(filled)),
      ...warningBlocks(filled.warnings),
      ...(choices.fence === 'off' || drill ? [] : alertBlocks('warning', fenceNotice(environment.timeoutMinutes))),
      drill ? section(drillDoes) : nextStep(environment, filled.askedBy, undone),
      reasonInput(!drill && environment.reasonRequired),
      ...optionBlocks(filled),
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

function expectations({ outlook }: Filled): readonly (readonly [string, string])[] {
  const { approximateItems, approximateBytes, expected } = outlook;
  return [
    ['Size', `about ${count(approximateItems)} items, ${size(approximateBytes)}`],
    ['Takes', expectationSentence(expected)],
    ['Costs', costSentence(expected.cost)],
  ];
}

const mostWarnings = 10;

function warningBlocks(warnings: readonly string[]): readonly KnownBlock[] {
  const shown = warnings.slice(0, mostWarnings).flatMap((warning) => alertBlocks('warning', warning));
  const more = warnings.length - mostWarnings;
  return more > 0 ? [...shown, alert('warning', `And ${counted(more, 'more warning')}.`)] : shown;
}

const undone =
  'What was written after that time is undone: items added since are deleted, items changed or deleted since come back.';

const drillDoes =
  'It starts when you confirm. AWS builds copies of these tables, they are compared with the live tables, and deleted again: *nothing is written to a live table*. A restore that is asked for meanwhile goes first; the drill is stopped for it.';
