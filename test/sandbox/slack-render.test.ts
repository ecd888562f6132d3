import { describe, expect, test } from 'vitest';
import { readMrkdwn } from '../../src/sandbox/slack/mrkdwn.ts';
import { renderText } from '../../src/sandbox/slack/render-text.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
const run = (text: string) => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] });
const reader = { users: [{ id: 'U0BOB', name: 'bob' }], channels: [{ id: 'C0OPS', name: 'ops' }] };

describe('mrkdwn', () => {
  test.for([
    ['a &lt;b&gt; &amp;&amp; c', 'a <b> && c'],
    ['&amp;lt;', '&lt;'],
    ['<@U0BOB> in <#C0OPS>', '@bob in #ops'],
    ['<@U0EVE|eve> <#C1|else>', '@eve #else'],
    ['<https://a.b/?x=1&amp;y=2|the log>', 'the log (https://a.b/?x=1&y=2)'],
    ['<https://a.b>', 'https://a.b'],
    ['<!here> <!subteam^S1|@dba>', '@here @dba'],
    ['<!date^1766134800^{date_num} {time}|19 Dec, 09:00 UTC>', '19 Dec, 09:00 UTC'],
  ] as const)('%s reads %s', ([text, read]) => {
    expect(readMrkdwn(text, reader)).toBe(read);
  });

  test.for([
    ['Europe/Berlin', '2025-12-19 10:00 AM'],
    ['America/New_York', '2025-12-19 4:00 AM'],
    ['Asia/Tokyo', '2025-12-19 6:00 PM'],
  ] as const)('a date is in the zone of %s', ([zone, read]) => {
    expect(readMrkdwn('<!date^1766134800^{date_num} {time}|x>', { zone })).toBe(read);
    expect(readMrkdwn('<!date^1766134800^{date_short_pretty} at {time}|x>', { zone })).toContain('Dec 19, 2025 at');
  });
});

const cases: readonly (readonly [string, object, string])[] = [
  ['header', { type: 'header', text: plain('Restore prod') }, '## Restore prod'],
  [
    'section with fields',
    { type: 'section', text: mrkdwn('*Facts*'), fields: [mrkdwn('*When*\n9am'), plain('x')] },
    '*Facts*\nWhen: 9am\nx',
  ],
  [
    'section with a button',
    { type: 'section', text: plain('Undo'), accessory: { type: 'button', text: plain('Undo it') } },
    'Undo [Undo it]',
  ],
  ['context', { type: 'context', elements: [mrkdwn('r-1'), plain('10:02')] }, 'r-1  10:02'],
  [
    'actions',
    {
      type: 'actions',
      elements: [
        { type: 'button', text: plain('Approve') },
        { type: 'button', text: plain('Deny') },
      ],
    },
    '[Approve] [Deny]',
  ],
  ['divider', { type: 'divider' }, '────────'],
  ['alert', { type: 'alert', level: 'warning', text: plain('It overwrites') }, '⚠ It overwrites'],
  [
    'plan',
    {
      type: 'plan',
      title: 'Restoring prod',
      tasks: [
        { task_id: '1', title: 'Lock', status: 'complete', output: rich(run('0.1 s')) },
        { task_id: '2', title: 'Compare', status: 'in_progress' },
        { task_id: '3', title: 'Verify', status: 'pending' },
        { task_id: '4', title: 'Clean up', status: 'error', details: rich(run('kept\n24 h')) },
      ],
    },
    'Restoring prod\n  ✓ Lock — 0.1 s\n  ◐ Compare\n  ○ Verify\n  ✗ Clean up — kept\n      24 h',
  ],
  [
    'table',
    {
      type: 'table',
      column_settings: [{}, { align: 'right' }],
      rows: [
        [plain('table'), plain('put')],
        [plain('quotes'), rich(run('12'))],
      ],
    },
    'table   put\n──────  ───\nquotes   12',
  ],
  [
    'data table',
    {
      type: 'data_table',
      caption: 'Plan',
      rows: [[{ type: 'raw_text', text: 'n' }], [{ type: 'raw_number', value: 5678, text: '5,678' }]],
    },
    'Plan\n    n\n─────\n5,678',
  ],
  [
    'rich text',
    rich(
      run('Steps'),
      { type: 'rich_text_list', style: 'ordered', elements: [run('one'), run('two')] },
      { type: 'rich_text_quote', elements: [{ type: 'user', user_id: 'U0BOB' }] },
      { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'undo r-1' }] },
    ),
    'Steps\n1. one\n2. two\n> @bob\n    undo r-1',
  ],
  [
    'inputs',
    {
      type: 'input',
      label: plain('Reason'),
      optional: true,
      hint: plain('Shown to all'),
      element: { type: 'plain_text_input', initial_value: 'because' },
    },
    'Reason (optional): [because]\n  Shown to all',
  ],
  [
    'radio buttons',
    {
      type: 'input',
      label: plain('Plan'),
      element: {
        type: 'radio_buttons',
        initial_option: { text: plain('A'), value: 'a' },
        options: [
          { text: plain('A'), value: 'a' },
          { text: plain('B'), value: 'b' },
        ],
      },
    },
    'Plan: (x) A  ( ) B',
  ],
  [
    'date-time picker',
    { type: 'input', label: plain('When'), element: { type: 'datetimepicker', initial_date_time: 1_766_134_800 } },
    'When: [2025-12-19 9:00 AM Etc/UTC]',
  ],
  [
    'container',
    { type: 'container', title: plain('Details'), child_blocks: [{ type: 'section', text: plain('x') }] },
    'Details\n  x',
  ],
  ['a block to come', { type: 'hologram' }, '(hologram)'],
];

describe('blocks', () => {
  test.for(cases)('%s', ([, block, text]) => {
    expect(renderText({ text: 'fallback', blocks: [block] }, reader)).toBe(text);
  });

  test('without blocks the text is read; a view has its frame', () => {
    expect(renderText({ text: 'a &amp; b' })).toBe('a & b');
    const view = { title: plain('Restore'), submit: plain('Go'), close: plain('No'), blocks: [{ type: 'divider' }] };
    expect(renderText(view)).toBe('── Restore ──\n────────\n[No] [Go]');
  });
});
