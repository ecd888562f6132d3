/** `doctor`: looks at everything a restore needs, changes nothing, and says how to mend what is wrong. */
import type { Config } from '../config.ts';
import { createAws } from '../dynamodb/aws.ts';
import type { Environment } from '../restore/environment.ts';
import { examineEnvironment } from './aws.ts';
import { examineDrills } from './drills.ts';
import { type Finding, ok, type Section, warning } from './finding.ts';
import { examineCloudWatch } from './logs.ts';
import { examineMachine } from './machine.ts';
import { examineWorkspace } from './slack.ts';

/** @param environments those to look at: all of the configuration, or one */
export async function examineAll(
  config: Config,
  environments: readonly Environment[],
  now: number,
): Promise<readonly Section[]> {
  const aws = createAws({ maxAttempts: 2 });
  try {
    // Side by side: each asks somebody else.
    const [slack, logs, ...tables] = await Promise.all([
      examineWorkspace(config, environments),
      examineCloudWatch(config),
      ...environments.map((environment) => examineEnvironment(environment, aws.awsFor(environment))),
    ]);
    const machine = examineMachine(config);
    const drills = examineDrills(config, environments, machine.stateIsReadable, now);
    return [configuration(config, environments), machine, slack, ...tables, logs, drills];
  } finally {
    aws.close();
  }
}

function configuration({ warnings }: Config, environments: readonly Environment[]): Section {
  const names = environments.map(({ name }) => name).join(', ');
  const about = { check: 'configuration', subject: '' };
  const findings: readonly Finding[] = [
    ok(about, `The configuration is valid. Environments: ${names}.`),
    ...warnings.map((sentence) => warning(about, sentence, 'Correct it in the configuration if it is not meant.')),
  ];
  return { title: 'Configuration', findings };
}
