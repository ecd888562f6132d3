import { expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { loadConfig } from '../../src/config.ts';
import { UserError } from '../../src/restore/errors.ts';

const staging = `
environments:
  staging:
    region: eu-west-1
    roleArn: arn:aws:iam::123456789012:role/pitr-restore
    tables: { orders: shop-orders, carts: shop-carts }
    admins: [U01ALICE]
    approvers: [U02BOB]
    adminGroups: [S01OPS]
    approverGroups: [S02LEADS]
    approvals: 1
    approvalStepUp: true
    alert: [S03ONCALL, U01ALICE]
    channels: [C01OPS]
    planConfirmation: always
    onConflict: keep
    fence: writes
    fenceProbeRoleArn: arn:aws:iam::123456789012:role/application
    maxReadUnits: 2000
    maxWriteUnits: 500
`;

test('an environment of the file is read as it is written', async () => {
  expect((await load(staging)).environments).toEqual([
    {
      name: 'staging',
      region: 'eu-west-1',
      roleArn: 'arn:aws:iam::123456789012:role/pitr-restore',
      tables: [
        { label: 'orders', table: 'shop-orders' },
        { label: 'carts', table: 'shop-carts' },
      ],
      admins: ['U01ALICE'],
      approvers: ['U02BOB'],
      adminGroups: ['S01OPS'],
      approverGroups: ['S02LEADS'],
      approvals: 1,
      approvalStepUp: true,
      alert: ['S03ONCALL', 'U01ALICE'],
      channels: ['C01OPS'],
      planConfirmation: 'always',
      reasonRequired: true,
      timeoutMinutes: 30,
      onConflict: 'keep',
      fence: 'writes',
      fenceProbeRoleArn: 'arn:aws:iam::123456789012:role/application',
      maxReadUnits: 2000,
      maxWriteUnits: 500,
    },
  ]);
});

test('tables are enough; what is left out is safe, or comes from the variables', async () => {
  const config = await load('environments: { shop: { tables: { orders: shop-orders } } }', {
    AWS_REGION: 'us-east-1',
    RESTORE_TIMEOUT_MINUTES: '45',
  });
  expect(config.environments[0]).toMatchObject({
    region: 'us-east-1',
    approvals: 1,
    admins: [],
    approvers: [],
    channels: [],
    planConfirmation: 'when-counts-differ',
    reasonRequired: true,
    timeoutMinutes: 45,
    onConflict: 'overwrite',
    fence: 'off',
    adminGroups: [],
    approverGroups: [],
    alert: [],
    approvalStepUp: false,
  });
  expect(config.environments[0]).not.toHaveProperty('fenceProbeRoleArn');
});

test('with a file the built-in environments are gone', async () => {
  expect(names(await load(staging))).toEqual(['staging']);
});

test('unless a variable that is for them is set', async () => {
  expect(names(await load(staging, { PITR_ADMINS: 'U01ALICE' }))).toEqual(['dev', 'prod', 'staging']);
});

test('an environment of the file takes the place of the built-in one of its name', async () => {
  const config = await load('environments: { prod: { tables: { orders: shop-orders } } }', { PITR_CHANNELS: 'C01OPS' });
  expect(names(config)).toEqual(['dev', 'prod']);
  expect(config.environments[1]?.tables).toEqual([{ label: 'orders', table: 'shop-orders' }]);
});

test('the same table name in another account or region is another table', async () => {
  const config = await load(`
environments:
  a: { roleArn: "arn:aws:iam::111111111111:role/x", tables: { orders: shop-orders } }
  b: { roleArn: "arn:aws:iam::222222222222:role/x", tables: { orders: shop-orders } }
  c: { roleArn: "arn:aws:iam::222222222222:role/x", region: us-east-1, tables: { orders: shop-orders } }
`);
  expect(names(config)).toEqual(['a', 'b', 'c']);
});

test('an admin who could not be approved, among others who could, is a warning', async () => {
  const config = await load(
    'environments: { shop: { tables: { o: shop-orders }, admins: [U1A, U2B], approvers: [U2B] } }',
  );
  expect(config.warnings).toEqual([
    'shop: a request of U2B can never be approved, as nobody approves their own request. Name another approver, or write approvals: 0.',
  ]);
});

const shop = 'environments: { shop: { tables: { orders: shop-orders }, ';
const mistakes: readonly (readonly [what: string, yaml: string, ...sentences: readonly string[]])[] = [
  ['an empty file', '', 'environments: Nothing is not a configuration. Write a map with "environments:" in it.'],
  ['a list', '- a', 'environments: A list is not a configuration.'],
  [
    'no environments',
    'environments: {}',
    'environments: There is no environment in it. Name at least one, with its tables.',
  ],
  ['not YAML', 'environments:\n  a: }', 'line 2: This is not YAML: Unexpected flow-map-end token in YAML stream'],
  [
    'an unknown top-level key',
    `enviroments: {}\n${staging}`,
    'pitr.yml, line 1: enviroments: There is no such setting. Did you mean environments?',
  ],
  [
    'an unknown setting',
    `${shop} planConfirmations: never } }`,
    'environments.shop.planConfirmations: There is no such setting. Did you mean planConfirmation?',
  ],
  [
    'an unknown setting far from any',
    `${shop} colour: red } }`,
    'environments.shop.colour: There is no such setting. Settings here: tables, region, roleArn,',
  ],
  [
    'the same environment twice',
    `${staging}  staging: { tables: { x: shop-x } }\n`,
    'This key is written twice in the same map. Keep one of them.',
  ],
  [
    'the same label twice',
    'environments: { shop: { tables: { a: shop-a, a: shop-b } } }',
    'line 1: This key is written twice',
  ],
  [
    'no tables',
    'environments: { shop: { region: eu-west-1 } }',
    'environments.shop.tables: It is missing. Name the tables',
  ],
  [
    'empty tables',
    'environments: { shop: { tables: {} } }',
    'environments.shop.tables: There is no table in it. Name at least one.',
  ],
  [
    'tables as a list',
    'environments: { shop: { tables: [a] } }',
    'environments.shop.tables: A list is not a map of tables.',
  ],
  [
    'a table name that is none',
    'environments: { shop: { tables: { orders: "shop orders" } } }',
    'environments.shop.tables.orders: "shop orders" is not a DynamoDB table name',
  ],
  [
    'a table name that is a number',
    'environments: { shop: { tables: { orders: 123456 } } }',
    'environments.shop.tables.orders: 123456 is not text. Put it in quotes',
  ],
  [
    'a label with a space',
    'environments: { shop: { tables: { "my orders": shop-orders } } }',
    'environments.shop.tables.my orders: "my orders" cannot be a label',
  ],
  [
    'one table under two labels',
    'environments: { shop: { tables: { a: shop-orders, b: shop-orders } } }',
    'environments.shop.tables.b: shop-orders is already environments.shop.tables.a.',
  ],
  [
    'one table in two environments',
    'environments: { x: { tables: { a: shop-orders } }, y: { tables: { b: shop-orders } } }',
    'environments.y.tables.b: shop-orders is already environments.x.tables.a.',
  ],
  [
    'labels that are one key in the status file',
    'environments: { shop: { tables: { a-b: shop-x, a_b: shop-y } } }',
    '"a_b" and "a-b" would be the same key, a_b. Rename one.',
  ],
  [
    'a label that is another table’s name',
    'environments: { shop: { tables: { orders: old-orders, old-orders: older } } }',
    'so --tables old-orders could mean either. Rename the label.',
  ],
  [
    'a person by name',
    `${shop} approvers: [U02BOB, "@bob"] } }`,
    'environments.shop.approvers[1]: "@bob" is not a Slack user id. Write the member id, such as U01ALICE',
  ],
  [
    'a person twice',
    `${shop} admins: [U1A, U1A], approvals: 0 } }`,
    'environments.shop.admins[1]: "U1A" is listed twice. Remove one.',
  ],
  [
    'a person who is not in a list',
    `${shop} admins: U1A } }`,
    'environments.shop.admins: "U1A" is not a list. Write one, such as [U01ALICE].',
  ],
  [
    'admins left empty',
    'environments:\n  shop:\n    tables: { o: shop-orders }\n    admins:\n',
    'pitr.yml, line 4: environments.shop.admins: Nothing is not a list.',
  ],
  [
    'a channel by name',
    `${shop} channels: ["#ops"] } }`,
    'environments.shop.channels[0]: "#ops" is not a Slack channel id.',
  ],
  ['a region by name', `${shop} region: Ireland } }`, 'environments.shop.region: "Ireland" is not an AWS region.'],
  [
    'a role by name',
    `${shop} roleArn: pitr-restore } }`,
    'environments.shop.roleArn: "pitr-restore" is not the ARN of an IAM role.',
  ],
  [
    'approvals in words',
    `${shop} approvals: two } }`,
    'environments.shop.approvals: "two" is not a number of approvals.',
  ],
  ['half an approval', `${shop} approvals: 0.5 } }`, 'environments.shop.approvals: 0.5 is not a number of approvals.'],
  [
    'a confirmation that is none',
    `${shop} planConfirmation: sometimes } }`,
    'environments.shop.planConfirmation: "sometimes" is not a setting for it. Write never, when-counts-differ or always.',
  ],
  ['a ceiling of nothing', `${shop} maxReadUnits: 0 } }`, 'environments.shop.maxReadUnits: 0 is not a ceiling.'],
  [
    'a ceiling in words',
    `${shop} maxWriteUnits: lots } }`,
    'environments.shop.maxWriteUnits: "lots" is not a ceiling.',
  ],
  ['a timeout of nothing', `${shop} timeoutMinutes: 0 } }`, 'environments.shop.timeoutMinutes: 0 is not a timeout.'],
  [
    'a conflict that is settled in no way',
    `${shop} onConflict: ask } }`,
    'environments.shop.onConflict: "ask" is not a setting for it. Write overwrite (an item that the application changed meanwhile is put back all the same) or keep.',
  ],
  [
    'a fence that is half up',
    `${shop} fence: true } }`,
    'environments.shop.fence: true is not a setting for it. Write writes (other writers are kept out while live tables are written) or off.',
  ],
  [
    'a probe that is no role',
    `${shop} fenceProbeRoleArn: application } }`,
    'environments.shop.fenceProbeRoleArn: "application" is not the ARN of an IAM role.',
  ],
  [
    'a reason that is neither',
    `${shop} reasonRequired: "yes" } }`,
    'environments.shop.reasonRequired: "yes" is neither true nor false.',
  ],
  [
    'a handle for a user group',
    `${shop} approverGroups: ["@leads"] } }`,
    'environments.shop.approverGroups[0]: "@leads" is not a Slack user group id. Write the id, such as S01OPS',
  ],
  [
    'a channel that shall be called',
    `${shop} alert: [C01OPS] } }`,
    'environments.shop.alert[0]: "C01OPS" is neither a Slack user id, such as U01ALICE, nor a user group id',
  ],
  [
    'admins by a group and no approver',
    `${shop} adminGroups: [S01OPS] } }`,
    'environments.shop.approvals: Nobody could ever approve this: an approval is needed and no approver is named.',
  ],
  [
    'an environment called like a command',
    'environments: { status: { tables: { o: shop-orders } } }',
    'environments.status: "status" is a word of the command itself.',
  ],
  [
    'an environment that cannot be typed',
    'environments: { "my shop": { tables: { o: shop-orders } } }',
    'environments.my shop: "my shop" cannot be the name of an environment',
  ],
  [
    'an environment that is text',
    'environments: { shop: orders }',
    'environments.shop: "orders" is not an environment.',
  ],
  [
    'admins and no approver',
    `${shop} admins: [U1A] } }`,
    'environments.shop.approvals: Nobody could ever approve this: an approval is needed and no approver is named. Name another approver, or write approvals: 0.',
  ],
  [
    'more approvals than approvers',
    `${shop} admins: [U1A], approvers: [U2B], approvals: 2 } }`,
    'environments.shop.approvals: Nobody could ever approve this: 2 approvals are needed and only 1 may approve.',
  ],
  [
    'the only approver is the only admin',
    `${shop} admins: [U1A], approvers: [U1A] } }`,
    'environments.shop.approvers: Nobody could ever approve this in shop: the only admin, U1A, is among the approvers',
  ],
  [
    'every admin is an approver who is needed',
    `${shop} admins: [U1A, U2B], approvers: [U1A, U2B], approvals: 2 } }`,
    'environments.shop.approvers: Nobody could ever approve this in shop: every admin is among the approvers',
  ],
];

test.for(mistakes)('%s is refused', async ([, yaml, ...sentences]) => {
  const { message } = await refusal(yaml);
  for (const sentence of sentences) expect(message).toContain(sentence);
});

test.for([
  ['the only admin, beside a group of approvers', 'admins: [U1A], approvers: [U1A], approverGroups: [S1L]'],
  ['more approvals than are named, beside a group', 'admins: [U1A], approverGroups: [S1L], approvals: 3'],
])('%s can be approved: who is in a group is known to Slack alone', async ([, people]) => {
  expect((await load(`${shop} ${people} } }`)).warnings).toEqual([]);
});

test('the only admin by id who is the only approver can be approved if others are admins by a group', async () => {
  const { warnings } = await load(`${shop} admins: [U1A], adminGroups: [S1O], approvers: [U1A] } }`);
  expect(warnings).toEqual([expect.stringContaining('a request of U1A can never be approved')]);
});

test('a name to be typed for an approval that nobody is asked for is worth a warning', async () => {
  const { warnings } = await load(`${shop} admins: [U1A], approvals: 0, approvalStepUp: true } }`);
  expect(warnings).toEqual([expect.stringContaining('whoever asks for a restore starts it alone')]);
});

test('every mistake of a file is named at once, in the order of its lines', async () => {
  const { message } = await refusal(
    `environments:
  shop:
    regoin: eu-west-1
    tables:
      orders: shop-orders
      carts: x
    admins: [U01ALICE]
    approvers:
      - U01ALICE
  list:
    tables: { all: shop-orders }
`,
    { PORT: 'x' },
  );
  expect(message.split('\n').map((line) => line.slice(0, 60))).toEqual([
    'The configuration has 6 mistakes:',
    expect.stringMatching(/^ {2}- PORT: "x" is not a port/),
    expect.stringMatching(/^ {2}- pitr.yml, line 3: environments.shop.regoin: /),
    expect.stringMatching(/^ {2}- pitr.yml, line 6: environments.shop.tables.carts: /),
    expect.stringMatching(/^ {2}- pitr.yml, line 8: environments.shop.approvers: /),
    expect.stringMatching(/^ {2}- pitr.yml, line 10: environments.list: /),
    expect.stringMatching(/^ {2}- pitr.yml, line 11: environments.list.tables.all: /),
  ]);
});

test('a file that is not there is said with its whole path', async () => {
  const read = () => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  };
  await expect(loadConfig({ PITR_CONFIG: '/etc/pitr.yml' }, read)).rejects.toThrow(
    /PITR_CONFIG: The file \/etc\/pitr\.yml cannot be read \(ENOENT\)/,
  );
});

async function load(yaml: string, variables: NodeJS.ProcessEnv = {}): Promise<Config> {
  return await loadConfig({ HOME: '/home/ana', PITR_CONFIG: 'pitr.yml', ...variables }, () => yaml);
}

function names(config: Config): readonly string[] {
  return config.environments.map(({ name }) => name);
}

async function refusal(yaml: string, variables: NodeJS.ProcessEnv = {}): Promise<UserError> {
  try {
    await load(yaml, variables);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
