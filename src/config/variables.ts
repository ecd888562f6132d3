import { z } from 'zod';
import { nearest } from '../nearest.ts';
import { list, number, pattern, region, slackChannelId, slackUserId, tableName, timeoutMinutes } from './fields.ts';
import type { Mistake } from './mistakes.ts';
import { mistakesIn, quote } from './mistakes.ts';
import { notes } from './notes.ts';
import { Secret } from './secret.ts';

/** The restorable window is 35 days: a request cannot outlive the instant it asks for. */
const longestApprovalHours = 35 * 24;

/** An undo is only of use while the restore points around it are: the same 35 days. */
const longestUndoHours = 35 * 24;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionDays: readonly number[] = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

const text = z.string();
const secret = text.transform((value) => new Secret(value));

/** Only the bot needs these. */
const slack = {
  SLACK_BOT_TOKEN: secret
    .optional()
    .register(notes, { description: 'The bot’s token.', allowed: '`xoxb-…`', unset: 'the bot does not start' }),
  SLACK_APP_TOKEN: secret.optional().register(notes, {
    description: 'The app-level token with the scope `connections:write`: Socket Mode, which needs no open port.',
    allowed: '`xapp-…`',
    unset: 'HTTP mode',
  }),
  SLACK_SIGNING_SECRET: secret.optional().register(notes, {
    description:
      'HTTP mode instead of Socket Mode: what Slack signs its requests with. Not used beside `SLACK_APP_TOKEN`.',
    allowed: 'the signing secret of the app',
    unset: 'Socket Mode',
  }),
  PORT: text
    .default('3000')
    .transform(toNumber)
    .pipe(
      number(
        (port) => Number.isInteger(port) && port >= 0 && port <= 65_535,
        'is not a port. Write a whole number from 1 to 65535, or 0 for any free one.',
      ),
    )
    .register(notes, {
      description: 'Where the bot listens: `/healthz`, `/readyz`, and Slack’s requests in HTTP mode.',
    }),
  SLACK_API_URL: z
    .url({
      protocol: /^https?$/,
      error: ({ input }) => `${quote(input)} is not an http(s) address. Write one, such as http://127.0.0.1:8080/api/.`,
    })
    .optional()
    .register(notes, {
      description: 'The base address of another Slack’s Web API, such as the sandbox’s.',
      allowed: 'an http(s) address',
      unset: 'slack.com',
    }),
};

/** Of the built-in environments; those of a file name their own. */
const people = {
  PITR_ADMINS: commaSeparated(list(slackUserId, 'U01ALICE')).register(notes, {
    description: 'Who may ask for a restore, an undo or a drill. Separated by commas.',
    unset: 'nobody, in Slack',
  }),
  PITR_APPROVERS: commaSeparated(list(slackUserId, 'U02BOB')).register(notes, {
    description: 'Who may approve somebody else’s request. Separated by commas.',
    unset: 'nobody',
  }),
  PITR_CHANNELS: commaSeparated(list(slackChannelId, 'C01OPS')).register(notes, {
    description: 'Where the bot may be used. Separated by commas.',
    unset: 'every channel it is in',
  }),
  PITR_APPROVAL_HOURS: text
    .default('8')
    .transform(toNumber)
    .pipe(
      number(
        (hours) => hours > 0 && hours <= longestApprovalHours,
        `is not how long a request may wait. Write a number of hours, more than 0 and at most ${longestApprovalHours} (35 days), such as 8.`,
      ),
    )
    .register(notes, {
      description: 'How many hours a request waits for its approval, in every environment. Then it expires.',
    }),
};

const restored = {
  PITR_CONFIG: text.optional().register(notes, {
    description: 'The YAML file with your own environments.',
    allowed: 'a path',
    unset: 'the built-in `dev` and `prod`',
  }),
  DYNAMODB_TABLE: tableName.optional().register(notes, {
    description:
      'Another name for the table `quotes` of `dev` and `prod`: exact, nothing is appended. While one of the three is set, `dev` asks for an approval and a reason like `prod`.',
    unset: '`quote-lambda-tf-quotes`, in `dev` with `-dev`',
  }),
  DYNAMODB_USER_LIKES_TABLE: tableName.optional().register(notes, {
    description: 'The same for `user-likes`.',
    unset: '`quote-lambda-tf-user-likes`, in `dev` with `-dev`',
  }),
  DYNAMODB_USER_VIEWS_TABLE: tableName.optional().register(notes, {
    description: 'The same for `user-views`.',
    unset: '`quote-lambda-tf-user-views`, in `dev` with `-dev`',
  }),
  RESTORE_TIMEOUT_MINUTES: text.default('30').transform(toNumber).pipe(timeoutMinutes).register(notes, {
    description:
      'Minutes until every restore table must be ACTIVE. `--timeout-minutes` and an environment’s own come first.',
  }),
  AWS_REGION: region.default('eu-central-1').register(notes, {
    description: 'The region of the tables of `dev` and `prod`, of environments without one, and of the log group.',
  }),
  PITR_COMPARE_MEMORY_MB: text
    .default('256')
    .transform(toNumber)
    .pipe(
      number(
        (megabytes) => Number.isInteger(megabytes) && megabytes >= 16 && megabytes <= 65_536,
        'is not an amount of memory. Write a whole number of megabytes from 16 to 65536, such as 256.',
      ),
    )
    .register(notes, {
      description:
        'Memory for items that wait for their partner while tables are compared. Beyond it they wait in a sealed temporary file beside the state file.',
    }),
};

const written = {
  PITR_DB: text.optional().register(notes, {
    description:
      'The state file: lock, events and journal. The bot and every command line must use the same one. Not on a network drive.',
    allowed: 'a path on a local disk',
    unset: '`$XDG_STATE_HOME/pitr-restore/pitr-restore.sqlite`, else `~/.local/state/…`',
  }),
  RESTORE_LOCK_FILE: text.optional().register(notes, {
    description: 'The older name of `PITR_DB`, read when that is not set.',
    allowed: 'a path on a local disk',
    unset: 'as `PITR_DB`',
  }),
  PITR_JOURNAL_KEY: text
    .refine(isJournalKey, {
      error: 'The key is 32 random bytes in base64 or hex, and this is not. Make one with: openssl rand -base64 32',
    })
    .pipe(secret)
    .optional()
    .register(notes, {
      description: 'Seals the journal of overwritten items.',
      allowed: '32 bytes in base64 or hex: `openssl rand -base64 32`',
      unset: 'a key file is made beside the state file on first use',
    }),
  PITR_UNDO_HOURS: text
    .default('24')
    .transform(toNumber)
    .pipe(
      number(
        (hours) => hours >= 1 && hours <= longestUndoHours,
        `is not how long a restore can be undone. Write a number of hours from 1 to ${longestUndoHours} (35 days), such as 24.`,
      ),
    )
    .register(notes, {
      description: 'How many hours the journal of a restore is kept, and so how long the restore can be undone.',
    }),
  RESTORE_STATUS_FILE: text.optional().register(notes, {
    description: 'A JSON file that always shows the state of the current restore.',
    allowed: 'a path',
    unset: 'none is written',
  }),
  RESTORE_LOG_GROUP: pattern(
    /^[\w./#-]{1,512}$/,
    'is not a CloudWatch log group: up to 512 of a-z, A-Z, 0-9, "_", "-", "/", "." and "#".',
  )
    .default('/aws/dynamodb/restore')
    .register(notes, {
      description: 'The log group for the story of every restore and its metrics. Made when missing. `off`: none.',
    }),
  RESTORE_LOG_STREAM: pattern(
    /^[^:*]{1,512}$/,
    'is not a CloudWatch log stream: up to 512 characters, without ":" and "*".',
  )
    .default('pitr-restore')
    .register(notes, { description: 'The stream in it.' }),
  RESTORE_LOG_RETENTION_DAYS: text
    .default('90')
    .transform(toNumber)
    .pipe(
      number(
        (days) => retentionDays.includes(days),
        `is not how long CloudWatch Logs can keep lines. Write one of these numbers of days: ${retentionDays.join(', ')}.`,
      ),
    )
    .register(notes, {
      description:
        'Days that a log group keeps its lines if pitr-restore makes it. One that is there already is left as it is.',
    }),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: ({ input }) => `${quote(input)} is not a level. Write trace, debug, info, warn, error, fatal or silent.`,
    })
    .default('info')
    .register(notes, { description: 'How much the bot’s own log says.' }),
};

/** Set by the operating system, not by people. */
const machine = {
  XDG_STATE_HOME: text.optional().register(notes, {
    description: 'The folder for state files, where `PITR_DB` is not set.',
    allowed: 'a path',
    unset: '`~/.local/state`',
  }),
  HOME: text.optional().register(notes, {
    description: 'What `~` means in a path.',
    allowed: 'a path',
    unset: 'the home folder of the user',
  }),
};

/** The variables as they are told about: in this order, in these groups. */
export const variableGroups = { slack, people, restored, written, machine };

/** Every environment variable that is read, and what it may be. A blank one counts as not set. */
const schema = z.object({ ...slack, ...people, ...restored, ...written, ...machine });

export type Variables = z.output<typeof schema>;
export type LogLevel = Variables['LOG_LEVEL'];

const names = Object.keys(schema.shape);

/** Reads the variables. One that is wrong is a mistake, and its default is used to look for more of them. */
export function readVariables(env: NodeJS.ProcessEnv): {
  readonly variables: Variables;
  readonly mistakes: readonly Mistake[];
} {
  const given = Object.fromEntries(names.flatMap((name) => (env[name]?.trim() ? [[name, env[name].trim()]] : [])));
  const read = schema.safeParse(given);
  if (read.success) return { variables: read.data, mistakes: [] };
  const wrong = new Set(read.error.issues.map((issue) => issue.path[0]));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name)));
  return { variables: schema.parse(rest), mistakes: mistakesIn(read.error, [], names) };
}

/** A variable of ours that is one typing error away from a real one: without this it would be ignored without a word. */
export function misspelledVariables(env: NodeJS.ProcessEnv): readonly string[] {
  const ours = Object.keys(env).filter((name) => /^(?:PITR|RESTORE|SLACK)_/.test(name) && !names.includes(name));
  return ours.flatMap((name) => {
    const meant = nearest(name, names);
    const isClose = meant !== undefined && Math.abs(meant.length - name.length) <= 2;
    return isClose && !env[meant]
      ? [`${name} is not a variable of pitr-restore and is ignored. Did you mean ${meant}?`]
      : [];
  });
}

function commaSeparated<T extends z.ZodType<readonly string[], string[]>>(of: T) {
  return text
    .default('')
    .transform((value) => value.split(/[\s,]+/).filter((part) => part !== ''))
    .pipe(of);
}

/** What is not a number stays as it is, to be quoted as it was typed. */
function toNumber(value: string): unknown {
  const parsed = Number(value);
  return Number.isNaN(parsed) ? value : parsed;
}

/** AES-256: 32 bytes. */
function isJournalKey(value: string): boolean {
  return /^[0-9a-f]{64}$/i.test(value) || /^[A-Za-z0-9+/_-]{43}=?$/.test(value);
}
