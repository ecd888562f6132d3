import { describe, expect, test } from 'vitest';
import { validateMessage, validateView } from '../../src/sandbox/slack/block-kit.ts';
import { modal, plain, section } from './slack-bot.ts';

const of = (length: number) => 'x'.repeat(length);
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));
const button = (more: object = {}) => ({ type: 'button', action_id: 'go', text: plain('Go'), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const option = (more: object = {}) => ({ text: plain('One'), value: '1', ...more });
const confirm = (more: object = {}) => ({
  title: plain('T'),
  text: plain('X'),
  confirm: plain('Y'),
  deny: plain('N'),
  ...more,
});
const task = (more: object = {}) => ({ task_id: 't1', title: 'Restore', status: 'pending', ...more });
const richText = (text = 'done') => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text, style: { bold: true } }] }],
});
const raw = (text: string) => ({ type: 'raw_text', text });
const rows = (count: number, cells: number) => many(count, () => many(cells, () => raw('a')));
const table = (more: object = {}) => ({ type: 'table', rows: rows(2, 2), ...more });
const dataTable = (more: object = {}) => ({ type: 'data_table', caption: 'Counts', rows: rows(2, 2), ...more });
const input = (element: object, more: object = {}) => ({
  type: 'input',
  label: plain('L'),
  element: { action_id: 'it', ...element },
  ...more,
});
const select = (more: object = {}) => ({ type: 'static_select', action_id: 's', options: [option()], ...more });

const accepted: readonly (readonly [string, readonly object[]])[] = [
  ['a section', [section('hi')]],
  ['ten fields of 2000', [{ type: 'section', fields: many(5, () => mrkdwn(of(2000))) }]],
  ['a header of 150', [{ type: 'header', text: plain(of(150)) }]],
  ['fifty blocks', many(50, () => ({ type: 'divider' }))],
  ['buttons with a confirm dialog', [actions(button({ confirm: confirm(), style: 'danger', value: of(2000) }))]],
  ['the same action in two blocks', [actions(button()), actions(button())]],
  ['a plan', [{ type: 'plan', title: 'Run', tasks: [task({ output: richText(), details: richText() })] }]],
  ['a plan whose tasks name their type', [{ type: 'plan', title: 'Run', tasks: [task({ type: 'task_card' })] }]],
  ['a task card', [{ type: 'task_card', ...task({ sources: [{ type: 'url', url: 'https://a.b', text: 'a' }] }) }]],
  ['a table', [table({ rows: rows(100, 20), column_settings: [{ align: 'right', is_wrapped: true }] })]],
  ['a data table', [dataTable({ rows: [[raw('n')], [{ type: 'raw_number', value: 1, text: '1' }]], page_size: 20 })]],
  ['rich text', [{ ...richText(), block_id: 'b' }]],
  [
    'a context with an image',
    [{ type: 'context', elements: [mrkdwn('x'), { type: 'image', image_url: 'https://a/b.png', alt_text: 'b' }] }],
  ],
  ['a date-time picker', [actions({ type: 'datetimepicker', action_id: 'd', initial_date_time: 1_766_134_800 })]],
  ['a container', [{ type: 'container', title: plain('More'), child_blocks: [section('x')], is_collapsible: true }]],
  ['markdown', [{ type: 'markdown', text: '# hi' }]],
  ['a select with its initial option', [actions(select({ initial_option: option() }))]],
];

const refused: readonly (readonly [string, readonly object[], string])[] = [
  ['an empty text', [section('')], '/blocks/0/text/text'],
  ['a section of 3001', [section(of(3001))], '/blocks/0/text/text'],
  ['a section without text', [{ type: 'section' }], '/blocks/0'],
  ['eleven fields', [{ type: 'section', fields: many(11, () => mrkdwn('x')) }], '/blocks/0/fields'],
  ['a field of 2001', [{ type: 'section', fields: [mrkdwn(of(2001))] }], '/blocks/0/fields/0/text'],
  ['an unknown field', [{ ...section('x'), color: 'red' }], '/blocks/0'],
  ['an unknown block', [{ type: 'chapter' }], '/blocks/0/type'],
  ['a header in mrkdwn', [{ type: 'header', text: mrkdwn('x') }], '/blocks/0/text/type'],
  ['fifty-one blocks', many(51, () => ({ type: 'divider' })), '/blocks'],
  ['eleven elements in a context', [{ type: 'context', elements: many(11, () => mrkdwn('x')) }], '/blocks/0/elements'],
  ['a button in a context', [{ type: 'context', elements: [button()] }], '/blocks/0/elements/0/type'],
  ['twenty-six buttons', [actions(...many(26, (n) => button({ action_id: `a${n}` })))], '/blocks/0/elements'],
  ['a button of 76', [actions(button({ text: plain(of(76)) }))], '/blocks/0/elements/0/text/text'],
  ['a button in mrkdwn', [actions(button({ text: mrkdwn('x') }))], '/blocks/0/elements/0/text/type'],
  ['a value of 2001', [actions(button({ value: of(2001) }))], '/blocks/0/elements/0/value'],
  ['a value that is a number', [actions(button({ value: 1 }))], '/blocks/0/elements/0/value'],
  ['a style of its own', [actions(button({ style: 'green' }))], '/blocks/0/elements/0/style'],
  [
    'a confirm without a way out',
    [actions(button({ confirm: confirm({ deny: undefined }) }))],
    '/blocks/0/elements/0/confirm',
  ],
  [
    'a confirm text of 301',
    [actions(button({ confirm: confirm({ text: plain(of(301)) }) }))],
    '/blocks/0/elements/0/confirm/text/text',
  ],
  ['an action_id twice in a block', [actions(button(), button())], '/blocks/0/elements/1/action_id'],
  [
    'a block_id twice',
    [
      { ...section('a'), block_id: 'b' },
      { ...section('b'), block_id: 'b' },
    ],
    '/blocks/1/block_id',
  ],
  ['a block_id of 256', [{ ...section('a'), block_id: of(256) }], '/blocks/0/block_id'],
  [
    '101 options',
    [actions(select({ options: many(101, (n) => option({ value: `${n}` })) }))],
    '/blocks/0/elements/0/options',
  ],
  [
    'an option value of 151',
    [actions(select({ options: [option({ value: of(151) })] }))],
    '/blocks/0/elements/0/options/0/value',
  ],
  [
    'an initial option that is none',
    [actions(select({ initial_option: option({ value: '2' }) }))],
    '/blocks/0/elements/0',
  ],
  ['a select without options', [actions(select({ options: undefined }))], '/blocks/0/elements/0'],
  [
    'eleven radio buttons',
    [actions({ type: 'radio_buttons', action_id: 'r', options: many(11, (n) => option({ value: `${n}` })) })],
    '/blocks/0/elements/0/options',
  ],
  [
    'a time in milliseconds',
    [actions({ type: 'datetimepicker', action_id: 'd', initial_date_time: 1_766_134_800_000 })],
    '/blocks/0/elements/0/initial_date_time',
  ],
  ['an alert', [{ type: 'alert', text: plain('x') }], '/blocks/0/type'],
  ['two plans', many(2, () => ({ type: 'plan', title: 'x' })), '/blocks'],
  [
    'a plan beside a task card',
    [
      { type: 'plan', title: 'x' },
      { type: 'task_card', ...task() },
    ],
    '/blocks',
  ],
  [
    'a task that is completed',
    [{ type: 'plan', title: 'x', tasks: [task({ status: 'completed' })] }],
    '/blocks/0/tasks/0/status',
  ],
  ['a task without status', [{ type: 'plan', title: 'x', tasks: [task({ status: undefined })] }], '/blocks/0/tasks/0'],
  ['a task id twice', [{ type: 'plan', title: 'x', tasks: [task(), task()] }], '/blocks/0/tasks/1'],
  ['a plan title that is an object', [{ type: 'plan', title: plain('x') }], '/blocks/0/title'],
  [
    'a task output of plain text',
    [{ type: 'plan', title: 'x', tasks: [task({ output: 'x' })] }],
    '/blocks/0/tasks/0/output',
  ],
  ['two tables', [table(), dataTable()], '/blocks'],
  ['101 rows in a table', [table({ rows: rows(101, 1) })], '/blocks/0/rows'],
  ['21 cells in a row', [table({ rows: rows(1, 21) })], '/blocks/0/rows/0'],
  ['a table of more than 10 000 characters', [table({ rows: [[raw(of(6000))], [raw(of(6000))]] })], '/blocks/0/rows'],
  ['a data table without caption', [dataTable({ caption: undefined })], '/blocks/0'],
  ['a data table with a head alone', [dataTable({ rows: rows(1, 1) })], '/blocks/0/rows'],
  [
    'a data table with rich text in its head',
    [dataTable({ rows: [[richText()], [raw('a')]] })],
    '/blocks/0/rows/0/0/type',
  ],
  ['a ragged data table', [dataTable({ rows: [[raw('a'), raw('b')], [raw('a')]] })], '/blocks/0/rows'],
  [
    'a number that is a text',
    [dataTable({ rows: [[raw('a')], [{ type: 'raw_number', value: '1', text: '1' }]] })],
    '/blocks/0/rows/1/0/value',
  ],
  ['rich text with a run of nothing', [richText('')], '/blocks/0/elements/0/elements/0/text'],
  ['13 201 characters in all', [...many(4, () => section(of(3000))), section(of(1201))], '/blocks'],
];

describe('a message', () => {
  test.for(accepted)('may have %s', ([, blocks]) => {
    expect(validateMessage({ blocks })).toEqual([]);
  });

  test.for(refused)('may not have %s', ([, blocks, pointer]) => {
    expect(validateMessage({ blocks }).map((problem) => problem.pointer)).toContain(pointer);
  });

  test('is fine with text alone', () => {
    expect(validateMessage({ text: 'hi' })).toEqual([]);
  });

  test('names the limit it broke, in the words of blocks.validate', () => {
    expect(validateMessage({ blocks: [{ type: 'section', text: { type: 'invalid', text: 'x' } }] })).toEqual([
      {
        pointer: '/blocks/0/text/type',
        code: 'failed_constraint',
        message: 'unsupported type: invalid',
        constraint: { type: 'enum', expected: ['plain_text', 'mrkdwn'], got: 'invalid' },
      },
    ]);
  });
});

describe('a view', () => {
  const alert = { type: 'alert', level: 'warning', text: plain('Careful') };
  const fine: readonly (readonly [string, object])[] = [
    ['an alert', modal(alert)],
    [
      'inputs',
      modal(
        input({ type: 'plain_text_input', max_length: 3000, multiline: true }, { optional: true, hint: plain('h') }),
      ),
    ],
    ['a hundred blocks', modal(...many(100, () => ({ type: 'divider' })))],
    ['a Home tab', { type: 'home', blocks: [section('x')] }],
  ];
  test.for(fine)('may have %s', ([, view]) => {
    expect(validateView(view)).toEqual([]);
  });

  const wrong: readonly (readonly [string, object, string])[] = [
    ['a title of 25', { ...modal(section('x')), title: plain(of(25)) }, '/title/text'],
    ['a submit of 25', { ...modal(section('x')), submit: plain(of(25)) }, '/submit/text'],
    ['a close of 25', { ...modal(section('x')), close: plain(of(25)) }, '/close/text'],
    ['no title', { type: 'modal', blocks: [section('x')] }, ''],
    ['no blocks', modal(), '/blocks'],
    ['101 blocks', modal(...many(101, () => ({ type: 'divider' }))), '/blocks'],
    ['an input and no submit', { ...modal(input({ type: 'plain_text_input' })), submit: undefined }, ''],
    ['private metadata of 3001', { ...modal(section('x')), private_metadata: of(3001) }, '/private_metadata'],
    ['a callback_id of 256', { ...modal(section('x')), callback_id: of(256) }, '/callback_id'],
    ['a plan', modal({ type: 'plan', title: 'x' }), '/blocks/0/type'],
    ['a table', modal(table()), '/blocks/0/type'],
    ['a button as input', modal(input(button())), '/blocks/0/element/type'],
    ['an alert of 201', modal({ ...alert, text: plain(of(201)) }), '/blocks/0/text/text'],
    [
      'a min_length above the max_length',
      modal(input({ type: 'plain_text_input', min_length: 9, max_length: 3 })),
      '/blocks/0/element',
    ],
    [
      'a max_length of 3001',
      modal(input({ type: 'plain_text_input', max_length: 3001 })),
      '/blocks/0/element/max_length',
    ],
    [
      'a Home tab with a date-time picker',
      { type: 'home', blocks: [actions({ type: 'datetimepicker', action_id: 'd' })] },
      '/blocks/0/elements/0',
    ],
    ['a Home tab with an alert', { type: 'home', blocks: [alert] }, '/blocks/0/type'],
    ['a type of its own', { type: 'popup', blocks: [] }, '/type'],
  ];
  test.for(wrong)('may not have %s', ([, view, pointer]) => {
    expect(validateView(view).map((problem) => problem.pointer)).toContain(pointer);
  });
});
