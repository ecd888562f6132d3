import { withFence } from '../fence/policy.ts';
import { noRole } from '../fence/raise.ts';
import { fenceStatement, sidOf } from '../fence/statement.ts';
import { fenceWindow } from '../fence/window.ts';
import type { Check } from './check.ts';
import { failed, passed } from './check.ts';

/** As long as any: a run's id differs in its digits only, but for a number behind it. */
const someRun = 'restore-2000-01-01T00-00-00Z-9999';

export const fencePossible: Check = {
  name: 'fence-possible',
  after: ['table-exists'],
  isFor: ({ options }) => options.fence === 'writes',
  async look({ ref, request, aws, now, signal, description }) {
    const { exempt } = aws.fence;
    if (exempt === undefined) {
      const { message, hint } = noRole(request.environment);
      return failed(message, hint);
    }
    const table = await description();
    if (table === undefined) return passed(`${ref.table} does not exist.`);
    if (table.replicaRegions.length > 0) {
      return failed(
        `${ref.table} has replicas (${table.replicaRegions.join(', ')}): a fence would not keep out what is written there.`,
        'Ask without the fence: every write is guarded then.',
      );
    }
    const policy = await aws.fence.policy(table.arn, signal);
    const window = fenceWindow(now, policy !== undefined, request.options.timeoutMinutes);
    // Throws where the policy has no room for it.
    withFence(policy?.document, fenceStatement({ sid: sidOf(someRun), arn: table.arn, exempt, ...window }));
    return passed(`The resource policy of ${ref.table} has room for a fence.`);
  },
};
