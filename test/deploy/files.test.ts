import { readFileSync } from 'node:fs';
import hcl from '@cdktn/hcl2json';
import { describe, expect, test } from 'vitest';
import { parse, parseDocument, type ScalarTag } from 'yaml';
import { parseCommandLine } from '../../src/cli/arguments.ts';
import { metrics, namespace } from '../../src/cloudwatch/metrics.ts';
import { loadConfig } from '../../src/config.ts';

const deploy = new URL('../../deploy/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, deploy), 'utf8');

type Json = Record<string, unknown>;

/** Short forms of CloudFormation's functions, as the long ones. */
const functions: readonly ScalarTag[] = ['Ref', 'Sub'].map((name) => ({
  tag: `!${name}`,
  resolve: (text: string) => ({ [name === 'Ref' ? 'Ref' : `Fn::${name}`]: text }),
}));
const listFunctions = ['Equals', 'If', 'Not'].map((name) => ({
  tag: `!${name}`,
  collection: 'seq' as const,
  resolve: (list: unknown) => list as never,
}));

type Template = {
  readonly Parameters: {
    readonly LogGroupName: { readonly Default: unknown };
    readonly RetentionInDays: { readonly Default: unknown };
  };
  readonly Conditions: Json;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Condition?: string }>>;
  readonly Outputs: Json;
};

function template(): Template {
  const document = parseDocument(read('cloudformation.yml'), { customTags: [...functions, ...listFunctions] });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS() as Template;
}

const placeholder = (name: string) => ['$', '{', name, '}'].join('');

/** Every object within, the outermost first. */
function objectsIn(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  return [value as Json, ...Object.values(value).flatMap(objectsIn)];
}

/** The metric queries of a dashboard: name, and the dimensions it is asked for with. */
function metricsIn(dashboard: string): readonly { readonly name: string; readonly dimensions: readonly string[] }[] {
  const { widgets } = JSON.parse(dashboard) as { widgets: { properties: { metrics?: unknown[][] } }[] };
  return widgets.flatMap(({ properties }) =>
    (properties.metrics ?? []).map(([first, name]) => {
      if (typeof first === 'string') {
        expect(first).toBe(namespace);
        return { name: String(name), dimensions: [] };
      }
      const { expression } = first as { expression: string };
      const search = /^SEARCH\('\{(\w+)((?:,\w+)*)\} MetricName="(\w+)"', '(?:Average|Maximum|Sum)', \d+\)$/.exec(
        expression,
      );
      expect(search?.[1]).toBe(namespace);
      return { name: search?.[3] ?? '', dimensions: (search?.[2] ?? '').split(',').slice(1) };
    }),
  );
}

/** A metric is only found with exactly the dimensions it is sent with. */
function isSent(name: string, dimensions: readonly string[]): boolean {
  const sent = Object.entries(metrics).find(([known]) => known === name)?.[1].dimensions ?? [];
  return sent.some((set) => set.join() === dimensions.join());
}

const alarmed = ['ApprovalPendingAge', 'DrillOverdue', 'Failures', 'NeedsAttention', 'Rollbacks'];

describe('cloudformation.yml', () => {
  test('has what a template may have, and every reference leads somewhere', () => {
    const { Parameters, Conditions, Resources, Outputs, ...rest } = template();
    expect(Object.keys(rest)).toEqual(['AWSTemplateFormatVersion', 'Description']);
    const known = new Set([...Object.keys(Parameters), ...Object.keys(Resources)]);
    const pseudo = /^AWS::(Region|StackName|NoValue|AccountId|Partition)$/;
    const text = objectsIn([Conditions, Resources, Outputs]);
    const named = text.flatMap((object) => [
      ...('Ref' in object ? [String(object['Ref'])] : []),
      ...[...String(object['Fn::Sub'] ?? '').matchAll(/\$\{([^}]+)\}/g)].map((match) => match[1] ?? ''),
    ]);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !known.has(name) && !pseudo.test(name))).toEqual([]);
    const used = Object.keys(Parameters).filter((name) => !named.includes(name));
    expect(used).toEqual([]);
    for (const resource of Object.values(Resources)) {
      expect(resource.Type).toMatch(/^AWS::(Logs::LogGroup|CloudWatch::(Alarm|Dashboard))$/);
      if (resource.Condition !== undefined) expect(Conditions).toHaveProperty(resource.Condition);
    }
  });

  test('its alarms watch metrics that are sent, in the way they are sent', () => {
    const alarms = objectsIn(template()).filter(({ MetricName }) => typeof MetricName === 'string');
    expect(alarms.map(({ MetricName }) => MetricName).sort((a, b) => String(a).localeCompare(String(b)))).toEqual(
      alarmed,
    );
    for (const { Namespace, MetricName, Dimensions } of alarms) {
      expect(Namespace).toBe(namespace);
      expect(Dimensions).toBeUndefined();
      expect(isSent(String(MetricName), [])).toBe(true);
    }
  });

  test('its defaults are those of the program', async () => {
    const { Parameters } = template();
    const { cloudWatch } = await loadConfig({});
    expect(Parameters.LogGroupName.Default).toBe(cloudWatch?.logGroup);
    expect(Parameters.RetentionInDays.Default).toBe(cloudWatch?.retentionDays);
  });

  test('its dashboard is the one of Terraform', () => {
    const [body] = objectsIn(template()).filter((object) => String(object['Fn::Sub']).includes('widgets'));
    const text = String(body?.['Fn::Sub'])
      .replaceAll(placeholder('AWS::Region'), placeholder('region'))
      .replaceAll(placeholder('LogGroupName'), placeholder('log_group'));
    expect(JSON.parse(text)).toEqual(JSON.parse(read('terraform/dashboard.json')));
  });
});

describe('the dashboard', () => {
  test('shows metrics that are sent, with the dimensions they are sent with, and each of them', () => {
    const shown = metricsIn(read('terraform/dashboard.json'));
    expect(shown.filter(({ name, dimensions }) => !isSent(name, dimensions))).toEqual([]);
    expect(new Set(shown.map(({ name }) => name))).toEqual(new Set(Object.keys(metrics)));
  });

  test('has widgets that do not overlap', () => {
    const { widgets } = JSON.parse(read('terraform/dashboard.json')) as {
      widgets: { x: number; y: number; width: number; height: number }[];
    };
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, n) => `${x + (n % width)},${y + Math.floor(n / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(widgets.every(({ x, width }) => x + width <= 24)).toBe(true);
  });
});

describe('terraform/main.tf', () => {
  const parsed = () =>
    hcl.parse('main.tf', read('terraform/main.tf')) as Promise<Record<string, Record<string, Record<string, Json[]>>>>;

  test('is HCL, and every reference leads somewhere', async () => {
    const { variable = {}, locals, data = {}, resource = {} } = await parsed();
    const known = new Set([
      ...Object.keys(variable).map((name) => `var.${name}`),
      ...objectsIn(locals).flatMap((local) => Object.keys(local).map((name) => `local.${name}`)),
      ...Object.entries(data).flatMap(([type, named]) => Object.keys(named).map((name) => `data.${type}.${name}`)),
      'path.module',
    ]);
    const named = [...read('terraform/main.tf').matchAll(/\b(?:(?:var|local|path)\.\w+|data\.\w+\.\w+)/g)].map(
      ([name]) => name,
    );
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(Object.keys(variable).filter((name) => !named.includes(`var.${name}`))).toEqual([]);
    expect(new Set(Object.keys(resource))).toEqual(
      new Set(['aws_cloudwatch_dashboard', 'aws_cloudwatch_log_group', 'aws_cloudwatch_metric_alarm']),
    );
  });

  test('its alarms are those of CloudFormation', async () => {
    const { resource = {} } = await parsed();
    const alarms = Object.values(resource['aws_cloudwatch_metric_alarm'] as Record<string, Json[]>).flat();
    const ofTerraform = alarms.map((alarm) => [
      alarm['metric_name'],
      alarm['statistic'],
      alarm['period'],
      alarm['treat_missing_data'],
      alarm['alarm_description'],
    ]);
    const ofCloudFormation = objectsIn(template())
      .filter(({ AlarmDescription }) => typeof AlarmDescription === 'string')
      .map((alarm) => {
        const { Metric, Period, Stat } =
          (objectsIn(alarm).find((object) => 'MetricStat' in object)?.['MetricStat'] as Json | undefined) ?? {};
        const metric = (Metric as Json | undefined)?.['MetricName'] ?? alarm['MetricName'];
        return [
          metric,
          Stat ?? alarm['Statistic'],
          Period ?? alarm['Period'],
          alarm['TreatMissingData'],
          String(alarm['AlarmDescription']).trim(),
        ];
      });
    expect(ofTerraform).toHaveLength(alarmed.length);
    expect(new Set(ofTerraform.map(String))).toEqual(new Set(ofCloudFormation.map(String)));
    for (const alarm of alarms) expect(alarm).toMatchObject({ namespace });
    expect(alarms.some((alarm) => 'dimensions' in alarm)).toBe(false);
  });

  test('its dashboard asks for the values it is given', () => {
    const asked = new Set([...read('terraform/dashboard.json').matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]));
    expect(asked).toEqual(new Set(['region', 'log_group']));
  });
});

describe('ecs/task-definition.json', () => {
  const task = JSON.parse(read('ecs/task-definition.json'));
  const [container] = task.containerDefinitions;

  test('has the members of a task definition, and its volume', () => {
    const members = [
      'family',
      'requiresCompatibilities',
      'networkMode',
      'cpu',
      'memory',
      'taskRoleArn',
      'executionRoleArn',
      'containerDefinitions',
      'volumes',
    ];
    expect(Object.keys(task).filter((name) => !members.includes(name))).toEqual([]);
    const volumes = task.volumes.map(({ name }: Json) => name);
    for (const { sourceVolume } of container.mountPoints) expect(volumes).toContain(sourceVolume);
  });

  test('keeps to the Dockerfile: the same health check, user and folder', () => {
    const dockerfile = readFileSync(new URL('../Dockerfile', deploy), 'utf8');
    expect(dockerfile.replaceAll(/\s+/g, ' ')).toContain(
      JSON.stringify(container.healthCheck.command.slice(1)).replaceAll('","', '", "'),
    );
    expect(dockerfile).toContain(`USER ${container.user}\n`);
    expect(dockerfile).toContain(`VOLUME ${container.mountPoints[0].containerPath}\n`);
  });

  test('its variables are understood, and no secret is among them', async () => {
    const plain: { name: string; value: string }[] = container.environment;
    expect((await loadConfig(Object.fromEntries(plain.map(({ name, value }) => [name, value])))).warnings).toEqual([]);
    expect(plain.filter(({ name }) => /TOKEN|SECRET|KEY/.test(name))).toEqual([]);
    const known = readFileSync(new URL('../.env.example', deploy), 'utf8');
    for (const { name } of [...plain, ...container.secrets]) expect(known).toMatch(new RegExp(`^(# )?${name}=`, 'm'));
  });
});

test('the systemd unit has keys that systemd knows, in their sections', () => {
  const known: Record<string, RegExp> = {
    Unit: /^(Description|Wants|After)$/,
    Service:
      /^(Type|User|Group|StateDirectory(Mode)?|WorkingDirectory|Environment|ExecStart|Restart(Sec)?|KillSignal|TimeoutStopSec|UMask|NoNewPrivileges|Protect(System|Home|KernelTunables|KernelModules|ControlGroups)|Private(Tmp|Devices)|Restrict(SUIDSGID|Namespaces|AddressFamilies)|LockPersonality|CapabilityBoundingSet)$/,
    Install: /^WantedBy$/,
  };
  let section = '';
  for (const line of read('systemd/pitr-restore.service').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, header] = /^\[(\w+)\]$/.exec(line) ?? [];
    section = header ?? section;
    if (header === undefined) expect(/^(\w+)=/.exec(line)?.[1]).toMatch(known[section] ?? /^never$/);
  }
  expect(section).toBe('Install');
});

test('deploy/README.md names every metric and every file, and its links lead somewhere', () => {
  const readme = read('README.md');
  for (const name of Object.keys(metrics)) expect(readme).toContain(`\`${name}\``);
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? '');
  expect(links.length).toBeGreaterThan(8);
  for (const link of links) expect(() => read(link)).not.toThrow();
});

describe('examples of commands', () => {
  test('cron: five fields, a user, and commands that the program understands', () => {
    const jobs = read('cron/pitr-restore')
      .split('\n')
      .filter((line) => /^[\d*]/.test(line));
    expect(jobs).toHaveLength(3);
    for (const job of jobs) {
      expect(job).toMatch(/^(?:[\d*]+ ){5}pitr-restore cd \/var\/lib\/pitr-restore && node /);
      // To cron an unescaped % is the end of the line.
      expect(job).not.toContain('%');
      expect(() => parseCommandLine(wordsAfterProgram(job))).not.toThrow();
    }
  });

  test('the service, cron and the runner on its machine have one state file, and so one lock', () => {
    const files = ['systemd/pitr-restore.service', 'cron/pitr-restore', 'github-actions/restore.yml'];
    const stateFiles = files.map((file) => /^(?: +|Environment=)?PITR_DB(?:=|: )(\S+)$/m.exec(read(file))?.[1]);
    expect(stateFiles).toEqual(files.map(() => '/var/lib/pitr-restore/pitr-restore.sqlite'));
  });

  test.for(['restore', 'drill'])('github-actions/%s.yml: a workflow whose commands the program understands', (name) => {
    const workflow = parse(read(`github-actions/${name}.yml`)) as Record<string, Json>;
    expect(Object.keys(workflow)).toEqual(['name', 'on', 'permissions', 'concurrency', 'jobs']);
    const steps = objectsIn(workflow['jobs']).filter((step) => 'run' in step || 'uses' in step);
    const runs = steps.flatMap(({ run }) => (typeof run === 'string' ? [run] : []));
    const commands = runs.filter((run) => run.includes('dist/cli.js'));
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      expect(() => parseCommandLine(wordsAfterProgram(command))).not.toThrow();
      // What somebody typed must not become part of a command.
      expect(command).not.toContain('${{');
    }
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
  });
});

function wordsAfterProgram(line: string): readonly string[] {
  const [, after = ''] = /dist\/cli\.js (.*)/.exec(line) ?? [];
  return [...after.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
