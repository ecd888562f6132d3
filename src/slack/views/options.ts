/** What can be chosen besides the time: folded away, because the configuration's choice is nearly always right. */
import type { InputBlock, KnownBlock, PlainTextOption } from '@slack/types';
import type { Environment, PlanConfirmation, TableRef } from '../../restore/environment.ts';
import type { FenceMode, OnConflict } from '../../restore/request.ts';
import { optionsActionId } from '../button-value.ts';
import { limits } from '../limits.ts';
import { actions, button } from '../messages/blocks.ts';
import { input, inputIds, option } from './modal.ts';
import type { Wanted } from './wanted.ts';

export type Choices = {
  readonly fence: FenceMode;
  readonly onConflict: OnConflict;
  readonly planConfirmation: PlanConfirmation;
};

/** As far as somebody chose. */
type Chosen = { readonly [K in keyof Choices]?: Choices[K] | undefined };

/** From the least careful to the most. */
const confirmations = ['never', 'when-counts-differ', 'always'] as const satisfies readonly PlanConfirmation[];

const confirmationWords: Readonly<Record<PlanConfirmation, string>> = {
  never: 'Never',
  'when-counts-differ': 'When item counts differ',
  always: 'Always',
};

/** The configuration's own, but for what was chosen. Whether people are asked can be made more careful only, never less. */
export function choicesOf(environment: Environment, { fence, onConflict, planConfirmation }: Chosen): Choices {
  const floor = confirmations.indexOf(environment.planConfirmation);
  const wanted = planConfirmation === undefined ? floor : confirmations.indexOf(planConfirmation);
  return {
    fence: fence ?? environment.fence,
    onConflict: onConflict ?? environment.onConflict,
    planConfirmation: confirmations[Math.max(floor, wanted)] ?? environment.planConfirmation,
  };
}

export function optionBlocks(order: {
  readonly wanted: Wanted;
  readonly environment: Environment;
  readonly tables: readonly TableRef[];
  readonly choices: Choices;
}): readonly KnownBlock[] {
  const { wanted, environment, tables, choices } = order;
  if (wanted.unfolded !== true) return [unfold];
  // A drill writes nothing, so there is nothing else to choose.
  return wanted.drill
    ? [tableInput(environment, tables)]
    : [tableInput(environment, tables), ...choiceInputs(environment, choices)];
}

const unfold = actions(button({ actionId: optionsActionId, label: 'Options …', value: 'unfold' }));

function tableInput(environment: Environment, chosen: readonly TableRef[]): InputBlock {
  const optionFor = ({ label }: TableRef) => option(label, label);
  return {
    ...input('Tables', {
      type: 'multi_static_select',
      action_id: inputIds.tables,
      options: environment.tables.slice(0, limits.optionsPerSelect).map(optionFor),
      initial_options: chosen.map(optionFor),
    }),
    block_id: inputIds.tables,
    optional: true,
    // What stands above depends on it.
    dispatch_action: true,
    hint: { type: 'plain_text', text: 'None chosen means all of them.' },
  };
}

function choiceInputs({ planConfirmation }: Environment, choices: Choices): readonly InputBlock[] {
  const careful = confirmations.slice(confirmations.indexOf(planConfirmation));
  return [
    radio(inputIds.fence, 'Other writers, while live tables are written', choices.fence, [
      option('May go on writing', 'off'),
      option('Are kept out by a fence', 'writes'),
    ]),
    radio(inputIds.onConflict, 'Items that the application changes meanwhile', choices.onConflict, [
      option('Are put back all the same, after journalling', 'overwrite'),
      option('Are kept as the application wrote them', 'keep'),
    ]),
    radio(
      inputIds.planConfirmation,
      'Ask in the thread before anything is written',
      choices.planConfirmation,
      careful.map((each) => option(confirmationWords[each], each)),
    ),
  ];
}

function radio(id: string, label: string, chosen: string, options: PlainTextOption[]): InputBlock {
  const initial = options.find(({ value }) => value === chosen);
  return {
    ...input(label, {
      type: 'radio_buttons',
      action_id: id,
      options,
      ...(initial === undefined ? {} : { initial_option: initial }),
    }),
    block_id: id,
  };
}
