import { examineLogs, type LogPermission } from '../cloudwatch/examine.ts';
import type { Config } from '../config.ts';
import { type Finding, failed, notTested, ok, type Section } from './finding.ts';

export async function examineCloudWatch({ cloudWatch }: Config): Promise<Section> {
  if (cloudWatch === undefined) {
    const why = 'Nothing is sent to CloudWatch Logs: it is switched off in the configuration.';
    return { title: 'CloudWatch Logs', findings: [notTested({ check: 'cloudwatch', subject: 'logs' }, why)] };
  }
  const { logGroup, logStream, region } = cloudWatch;
  const found = await examineLogs(cloudWatch);
  return {
    title: `CloudWatch Logs (${logGroup}, stream ${logStream}, ${region})`,
    findings: found.map((permission) => finding(permission, logGroup)),
  };
}

function finding({ action, verdict, answer }: LogPermission, logGroup: string): Finding {
  const about = { check: 'permission', subject: logGroup, action };
  switch (verdict) {
    case 'allowed':
      return ok(about, `${action} on ${logGroup} is allowed.`);
    case 'denied':
      return failed(
        about,
        `AWS denies ${action} on ${logGroup}.`,
        `Allow ${action} on the log group. Restores work without it, but nothing of them is in CloudWatch.`,
      );
    case 'unknown':
      return notTested(about, `Whether ${action} on ${logGroup} is allowed: ${answer}`);
  }
}
