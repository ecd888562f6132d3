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
  --on-conflict <what>       items the application changes meanwhile: overwrite (after journalling,
                             the default) or keep
  --fence <what>             writes: keep other writers out while live tables are written; or off
  --no-rollback              leave a failed swap as it is
  --verbose                  more lines
  --json                     the events as JSON, one a line

  A restore begins at once. It compares every table with its copy from then, and writes only
  what differs.

Rehearse
  pitr-restore drill dev     restore, compare, report, delete: nothing is written to a live table
                             (--tables, --restore-point, default: latest; --timeout-minutes,
                             --reason, --verbose, --json). A restore goes before a drill.

Look
  pitr-restore --list-restore-points --environment dev
  pitr-restore status        the running restore (--json)
  pitr-restore doctor [env]  checks everything a restore needs, and says how to mend it (--json);
                             1 when something is wrong
  pitr-restore history       the last restores, and until when each can be undone (--json)

Stop, go on, put back
  pitr-restore cancel [id]   stop a restore at its next safe point; what it wrote is put back
  pitr-restore resume [id]   go on with a restore whose process was stopped or is gone
  pitr-restore speed <how> [id]
                             how fast a running restore goes on, from any shell on the same file:
                             normal  up to nine tenths of what each table takes (as it begins)
                             slow    a quarter of that limit, to make room for the application
                             fast    just under the limit
                             pause   no new read or write; the lock and the fence stay, nothing is
                                     lost; AWS goes on building, and a fence opens at its own time
  pitr-restore undo <id>     put back what a restore overwrote; items changed since are not touched
                             (--reason <text>). Within 24 hours, or PITR_UNDO_HOURS.
  pitr-restore cleanup       delete restore tables that were left behind (--dry-run;
                             --older-than-hours <n>, default: 24)

  Ctrl+C and SIGTERM stop a restore at its next safe point; it can be resumed or cancelled.

Prove
  pitr-restore audit verify  whether every event is as it was written; 1 and the rows when not
  pitr-restore audit export  every event as a line of JSON

Serve and try
  pitr-restore serve         the Slack bot
  pitr-restore sandbox       a local AWS and a Slack to open in the browser, to try it with; nothing
                             leaves the machine (--port <n>, default: 4300; --no-bot)
  pitr-restore demo          a whole restore through Slack, on the sandbox
  pitr-restore help          this page (also --help); --version

Settings are environment variables, also from a file .env in the current folder: see .env.example.
Exit code: 0 success, 1 failed or refused, 2 wrong usage.
`;
