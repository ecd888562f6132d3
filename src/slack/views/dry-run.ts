/** Every check that reads, and how it went. */
import type { KnownBlock, ModalView } from '@slack/types';
import { costSentence } from '../../restore/cost.ts';
import { expectationSentence } from '../../restore/expectation.ts';
import { describeInstant, type Instant } from '../../restore/restore-point/zoned-time.ts';
import type { DryRunReport } from '../../restore/restores.ts';
import { limits } from '../limits.ts';
import { alert, facts, section } from '../messages/blocks.ts';
import { code, escaped } from '../mrkdwn.ts';
import { modal } from './modal.ts';

export function dryRunView(report: DryRunReport, now: Instant): ModalView {
  const { request, checks, passed, expected } = report;
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
        ...(expected === undefined
          ? []
          : ([
              ['Takes', expectationSentence(expected)],
              ['Costs', costSentence(expected.cost)],
            ] as const)),
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
