/** `pitr-restore help`. */
export const helpText = `\
pitr-restore: puts DynamoDB tables back, in place, to any second of the last 35 days.

Restore
  pitr-restore --restore-point 2025-12-19T09:00:00Z --environment dev
  pitr-restore --restore-point "yesterday 9am" --timezone Europe/Berlin --environment dev --dry-run

  --restore-point <time>     ISO 8601, or words as in Slack: "2 hours ago", "monday 9am", "latest"
  --environment <name>       dev and prod, or those of your PITR_CONFIG file
  --tables <names>           only these tables, separated by commas
  --timezone <zone>          the words' zone, such as Europe/Berlin (default: this machine's)
  --reason <text>            kept with the restore
  --dry-run                  every check that reads, and nothing else
  --timeout-minutes <n>      until every restore table must be ready (default: 30)
  --accept-count-mismatch    go on although the item counts differ, as after an accident
  --no-rollback              leave a failed swap as it is
  --verbose                  more lines
  --json                     the events as JSON, one a line

  A restore begins at once. It compares every table with its copy from then, and writes only
  what differs.

Look
  pitr-restore --list-restore-points --environment dev
  pitr-restore status        the running restore (--json)
  pitr-restore history       the last restores (--json)
  pitr-restore cancel [id]   stop the running restore at its next safe point

Serve and try
  pitr-restore serve         the Slack bot
  pitr-restore sandbox       a local AWS and Slack to try it with; nothing leaves the machine
  pitr-restore demo          a whole restore through Slack, on the sandbox
  pitr-restore help          this page (also --help); --version

Settings are environment variables, also from a file .env in the current folder: see .env.example.
Exit code: 0 success, 1 failed or refused, 2 wrong usage.
`;
