/** docs/configuration.md, out of the schemas: names, defaults and what a value may be are written down there alone. */
import type { z } from 'zod';
import { environmentSettings } from '../../src/config/environments.ts';
import { notes } from '../../src/config/notes.ts';
import { variableGroups } from '../../src/config/variables.ts';
import { loadConfig } from '../../src/config.ts';
import type { Environment } from '../../src/restore/environment.ts';

const groups = {
  slack: ['Slack', 'Only the bot (`pitr-restore serve`) needs these; the command line works without them.'],
  people: [
    'Who may, in `dev` and `prod`',
    'Slack ids, never names or e-mail addresses. A shell is not asked who it is: it may what its AWS credentials may.',
  ],
  restored: ['What is restored', 'For the bot and the command line.'],
  written: ['What is written down', 'For the bot and the command line, unless it says otherwise.'],
  machine: ['Of the operating system', 'Read, but nothing you have to set.'],
} as const satisfies Record<keyof typeof variableGroups, readonly [string, string]>;

/** Read by the AWS SDK and by Node.js, not by us. */
const ofOthers = [
  [
    '`AWS_PROFILE`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`',
    'Credentials. Any other way the SDK knows to find them (role of the machine, of the task, SSO) works too.',
  ],
  [
    '`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`',
    'Another AWS, such as the sandbox’s: for all services, or for one of them.',
  ],
  ['`TZ`', 'The time zone of a shell’s words and lines. `--timezone` comes first.'],
] as const;

export async function configurationPage(): Promise<string> {
  const variables = Object.entries(variableGroups).map(([key, schemas]) => {
    const [title, about] = groups[key as keyof typeof groups];
    return `### ${title}\n\n${about}\n\n${table(variableRows(schemas), ['variable', 'meaning', 'default', 'what it may be'])}`;
  });
  return `# Configuration

<!-- Written by \`npm run docs\` from src/config. Do not edit it here: test/docs/configuration.test.ts would notice. -->

Settings are environment variables, also from a file \`.env\` in the current folder ([\`.env.example\`](../.env.example)),
and, for environments of your own, a YAML file. They are read once, at the start. Every mistake is named at once and nothing
is started: [troubleshooting.md](troubleshooting.md). To see whether they work: \`pitr-restore doctor\`. How to run it all:
[operating.md](operating.md). Who may set them, and which are secret: [security.md](security.md).

## Environment variables

A blank one counts as not set. What the process was given comes before what \`.env\` says. A name that is one typing error
away from a real one is warned of.

${variables.join('\n\n')}

### Of the AWS SDK and Node.js

${table(ofOthers, ['variable', 'meaning'])}

## The file of environments

\`PITR_CONFIG\` names it. It holds a map \`environments\`: name → settings. Then these are the only environments; \`dev\` and
\`prod\` stay beside them only if one of \`PITR_ADMINS\`, \`PITR_APPROVERS\`, \`PITR_CHANNELS\` and the three names of tables is
set. One in the file replaces the built-in of its name.

\`\`\`yaml
${exampleFile}\`\`\`

People type the name of an environment: up to 31 of a-z, 0-9 and "-", beginning with a letter, and no word of the command
itself, such as \`status\` or \`yesterday\`.

${table(await settingRows(), ['setting', 'meaning', 'default', 'in `dev`', 'in `prod`', 'what it may be'])}
`;
}

export const exampleFile = `environments:
  staging:
    region: eu-central-1
    tables: { orders: shop-orders, carts: shop-carts }
    admins: [U01ALICE]
    approvers: [U02BOB]
    drillEveryDays: 30
`;

function variableRows(schemas: Readonly<Record<string, z.ZodType>>): readonly (readonly string[])[] {
  return Object.entries(schemas).map(([name, schema]) => {
    const { description, unset } = noteOf(name, schema);
    return [`\`${name}\``, description, shown(schema.parse(undefined), unset), whatItMayBe(name, schema)];
  });
}

async function settingRows(): Promise<readonly (readonly string[])[]> {
  const [own] = (await loadConfig({ PITR_CONFIG: '-' }, () => 'environments: { own: { tables: { a: aaa } } }'))
    .environments;
  const [dev, prod] = (await loadConfig({})).environments;
  return Object.entries(environmentSettings).map(([name, schema]: [string, z.ZodType]) => {
    const { description, unset } = noteOf(name, schema);
    const given = own === undefined || unset !== undefined ? undefined : valueIn(own, name);
    const builtIn = [dev, prod].map((each) => (each === undefined ? '' : shown(valueIn(each, name), sameAs[name])));
    return [`\`${name}\``, description, shown(given, unset), ...builtIn, whatItMayBe(name, schema)];
  });
}

/** Where a built-in environment takes a setting from. */
const sameAs: Readonly<Record<string, string>> = {
  tables: 'three tables',
  admins: '`PITR_ADMINS`',
  approvers: '`PITR_APPROVERS`',
  channels: '`PITR_CHANNELS`',
  region: '`AWS_REGION`',
  timeoutMinutes: '`RESTORE_TIMEOUT_MINUTES`',
};

function valueIn(environment: Environment, name: string): unknown {
  return name in sameAs && environment.name !== 'own'
    ? undefined
    : Object.entries(environment).find(([key]) => key === name)?.[1];
}

function shown(value: unknown, unset: string | undefined): string {
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
  return isNothing ? (unset ?? '–') : `\`${String(value)}\``;
}

function noteOf(name: string, schema: z.ZodType) {
  const note = notes.get(schema);
  if (note === undefined) throw new Error(`${name} has no note`);
  return note;
}

/** What no setting may be. */
const wrong = '§:';

/** Out of the sentence that refuses something else: `"§:" is not a port. Write a whole number …`. */
function whatItMayBe(name: string, schema: z.ZodType): string {
  const { allowed } = notes.get(schema) ?? {};
  if (allowed !== undefined) return allowed;
  const refusal = refusalOf(schema, wrong);
  if (refusal === undefined) throw new Error(`${name}: say in its note what it may be`);
  const isList = refusal.includes('is not a list');
  const sentence = (isList ? refusalOf(schema, [wrong]) : refusal) ?? '';
  const right = sentence
    .replace(/^"§:" (?:is (?:not (?:an? |the )?|neither an? )|cannot be )/, '')
    .replace(/^[^:.]*\. (?=Write )/, '')
    .replace(/^Write /, '')
    .replace(/, nor /, ' or ');
  return isList ? `a list: ${right}` : right;
}

function refusalOf(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.message;
}

function table(rows: readonly (readonly string[])[], heads: readonly string[]): string {
  const cells = (row: readonly string[]) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [cells(heads), cells(heads.map(() => '---')), ...rows.map(cells)].join('\n');
}
