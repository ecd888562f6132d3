/** One thing that was looked at. */
export type Finding = {
  /** `pitr`, `permission`, `disk` … */
  readonly check: string;
  /** What it is about, where there are several: an environment, a table, a person. */
  readonly subject: string;
  /** Of a permission: `dynamodb:UpdateItem` … */
  readonly action?: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'not tested';
  /** What was found; of what was not tested: why. */
  readonly message: string;
  /** How to mend it; empty: there is nothing to mend. */
  readonly hint: string;
};

/** What belongs together on the page. */
export type Section = { readonly title: string; readonly findings: readonly Finding[] };

type About = Pick<Finding, 'check' | 'subject' | 'action'>;

export function ok(about: About, message: string): Finding {
  return { ...about, status: 'ok', message, hint: '' };
}

export function warning(about: About, message: string, hint: string): Finding {
  return { ...about, status: 'warning', message, hint };
}

export function failed(about: About, message: string, hint: string): Finding {
  return { ...about, status: 'failed', message, hint };
}

export function notTested(about: About, message: string, hint = ''): Finding {
  return { ...about, status: 'not tested', message, hint };
}
