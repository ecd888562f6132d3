/** What a single setting may be. Each schema says in a whole sentence what is wrong and what would be right. */
import { z } from 'zod';
import { longestTimeoutMinutes } from './longest-timeout.ts';
import { quote } from './mistakes.ts';

export const slackUserId = pattern(
  /^[UW][A-Z0-9]{2,}$/,
  'is not a Slack user id. Write the member id, such as U01ALICE (in Slack: the person’s profile, ⋮, "Copy member ID"); names and e-mail addresses can be changed by anybody.',
);

export const slackGroupId = pattern(
  /^S[A-Z0-9]{2,}$/,
  'is not a Slack user group id. Write the id, such as S01OPS (in Slack: People & user groups, the group, ⋮, "Copy group ID"); its handle can be changed by anybody who may edit it.',
);

/** Whoever is to be called: a person, or a whole group. */
export const slackUserOrGroupId = pattern(
  /^[UWS][A-Z0-9]{2,}$/,
  'is neither a Slack user id, such as U01ALICE, nor a user group id, such as S01ONCALL.',
);

export const slackChannelId = pattern(
  /^[CG][A-Z0-9]{2,}$/,
  'is not a Slack channel id. Write the id, such as C01OPS (in Slack: the channel’s details, at the very bottom).',
);

/** Table names as DynamoDB allows them: docs, "Naming rules". */
export const tableName = pattern(
  /^[a-zA-Z0-9_.-]{3,255}$/,
  'is not a DynamoDB table name: 3 to 255 of a-z, A-Z, 0-9, "_", "." and "-". Write the name only, not an ARN.',
);

export const tableLabel = pattern(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/,
  'cannot be a label: people type it, so it is up to 63 of a-z, A-Z, 0-9, "_", "." and "-" and starts with a letter or digit.',
);

export const region = pattern(/^[a-z][a-z0-9-]{1,30}$/, 'is not an AWS region. Write its code, such as eu-central-1.');

export const roleArn = pattern(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
  'is not the ARN of an IAM role. It looks like arn:aws:iam::123456789012:role/pitr-restore.',
);

export const planConfirmation = z.enum(['never', 'when-counts-differ', 'always'], {
  error: ({ input }) => `${quote(input)} is not a setting for it. Write never, when-counts-differ or always.`,
});

export const onConflict = z.enum(['overwrite', 'keep'], {
  error: ({ input }) =>
    `${quote(input)} is not a setting for it. Write overwrite (an item that the application changed meanwhile is put back all the same) or keep.`,
});

export const fence = z.enum(['writes', 'off'], {
  error: ({ input }) =>
    `${quote(input)} is not a setting for it. Write writes (other writers are kept out while live tables are written) or off.`,
});

export const timeoutMinutes = number(
  (value) => value > 0 && value <= longestTimeoutMinutes,
  `is not a timeout. Write a number of minutes, more than 0 and at most ${longestTimeoutMinutes} (a week), such as 30.`,
);

export const approvals = number(
  (value) => Number.isInteger(value) && value >= 0 && value <= 10,
  'is not a number of approvals. Write a whole number from 0 (no second person) to 10.',
);

/** A ceiling: an account's quota is 40,000 of each per table, and can be raised (DynamoDB quotas). */
export const capacityUnits = number(
  (value) => Number.isInteger(value) && value >= 1 && value <= 10_000_000,
  'is not a ceiling. Write the capacity units that a restore may use of one table in a second: a whole number from 1 on, such as 1000. Leave it out for as much as the table takes.',
);

export const drillEveryDays = number(
  (value) => Number.isInteger(value) && value >= 1 && value <= 366,
  'is not after how many days a drill is overdue. Write a whole number from 1 to 366, such as 30.',
);

export const yesOrNo = z.boolean({ error: ({ input }) => `${quote(input)} is neither true nor false.` });

/** A list in which nothing is written twice. */
export function list<T extends z.ZodType<string>>(of: T, example: string) {
  return z
    .array(of, { error: ({ input }) => `${quote(input)} is not a list. Write one, such as [${example}].` })
    .superRefine((items, context) => {
      items.forEach((item, index) => {
        if (items.indexOf(item) === index) return;
        context.addIssue({ code: 'custom', path: [index], message: `${quote(item)} is listed twice. Remove one.` });
      });
    });
}

export function pattern(regex: RegExp, wrong: string) {
  return z
    .string({ error: ({ input }) => `${quote(input)} is not text. Put it in quotes if that is what it shall be.` })
    .regex(regex, { error: ({ input }) => `${quote(input)} ${wrong}` });
}

export function number(isRight: (value: number) => boolean, wrong: string) {
  return z
    .number({ error: ({ input }) => `${quote(input)} ${wrong}` })
    .refine(isRight, { error: ({ input }) => `${quote(input)} ${wrong}` });
}
