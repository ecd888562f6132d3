/** Everything the core needs from outside, on one page. No SDK, SQL or Slack type crosses it. */
import type { ScanPage } from './compare.ts';
import type { Environment } from './environment.ts';
import type { LockHolder, Phase, RunEvent, RunId, StoredEvent } from './events.ts';
import type { Item, KeySchema } from './item.ts';
import type { JournalState } from './journal-states.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';
import type { Consumed, SpeedNow } from './speed.ts';

export interface Clock {
  now(): Instant;
  /** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export type TableStatus =
  | 'CREATING'
  | 'ACTIVE'
  | 'UPDATING'
  | 'DELETING'
  | 'ARCHIVING'
  | 'ARCHIVED'
  | 'INACCESSIBLE_ENCRYPTION_CREDENTIALS'
  | 'REPLICATION_NOT_AUTHORIZED';

export type TableDescription = {
  readonly table: string;
  readonly arn: string;
  readonly status: TableStatus;
  readonly createdAt?: Instant;
  readonly keySchema: KeySchema;
  readonly keyTypes: { readonly partition: 'S' | 'N' | 'B'; readonly sort?: 'S' | 'N' | 'B' };
  /** As AWS last counted, up to six hours ago: good for an estimate, never for a verdict. */
  readonly approximateItems: number;
  readonly approximateBytes: number;
  readonly onDemand: boolean;
  /** Capacity units a second, of a table that is not on demand. */
  readonly provisioned?: { readonly readUnits: number; readonly writeUnits: number };
  readonly streamEnabled: boolean;
  readonly replicaRegions: readonly string[];
  /** A global table of the first kind: AWS writes attributes of its own into its items. */
  readonly legacyGlobal?: true;
  /** What the table is being restored from; AWS tells this only while the table is CREATING. */
  readonly restoring?: { readonly sourceArn: string; readonly at: Instant };
};

/** The restorable window of a table. Both bounds are restorable. `periodDays`: how far back it reaches at most, where AWS says. */
export type RecoveryWindow =
  | { readonly enabled: false }
  | { readonly enabled: true; readonly earliest: Instant; readonly latest: Instant; readonly periodDays?: number };

/** The control plane of one environment. Every method throws a UserError with a code of the outside world. */
export interface Tables {
  /** undefined: there is no such table. */
  describe(table: string, signal?: AbortSignal): Promise<TableDescription | undefined>;
  recoveryWindow(table: string, signal?: AbortSignal): Promise<RecoveryWindow>;
  /** The attribute by which AWS deletes items; undefined: none, or it cannot be told. Only a warning hangs on it. */
  timeToLive(table: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Asks AWS to build `target` from `source` as it was at `at`: without indexes, on demand. Returns once AWS accepts. */
  restore(order: { readonly source: string; readonly target: string; readonly at: Instant }): Promise<void>;
  /** Returns once the table is being deleted or is gone already. */
  delete(table: string): Promise<void>;
}

export type Change = { readonly kind: 'put'; readonly item: Item } | { readonly kind: 'delete'; readonly key: Item };

/** A change that is made only if the live item still is what somebody saw: `expected`, or absent where that is undefined. */
export type GuardedChange = Change & { readonly expected: Item | undefined };

/** What a change was made over, and what is there since, where that was not what the change expected to be there. */
export type Unseen = { readonly before: Item | undefined; readonly after: Item | undefined };

/** What became of a guarded change. */
export type GuardedOutcome =
  /**
   * Done; without `unseen`, AWS says that exactly what was expected had been there. With it, there was something else as
   * well, most likely an attribute that no condition could ask for: it is told with all of the item, before and after. A
   * put over an item leaves such an attribute where it is, unless the item is too wide for that.
   */
  | { readonly done: true; readonly unseen?: Unseen }
  /**
   * Not done: the live item is something else, namely `current`. `mayHaveBeenDone`: a request for it was sent before, and
   * what became of that nobody knows: the change may have been made, and the item changed again by somebody since.
   * `replacedIfDone`: `current` is what the change makes of this item, which is `expected` but for attributes that no
   * condition could ask for. If the change was made, this is most likely what it was made over.
   */
  | {
      readonly done: false;
      readonly current: Item | undefined;
      readonly mayHaveBeenDone?: true;
      readonly replacedIfDone?: Item;
    };

/** The data plane of one environment. Items are wire values from end to end. */
export interface Items {
  /** One segment, page by page, in an order nobody promises. */
  scan(order: {
    readonly table: string;
    readonly segment: number;
    readonly totalSegments: number;
    readonly consistent: boolean;
    /** ACTIVE since a moment ago: that it is not known is waited out, until its first page has come. */
    readonly isNew?: boolean;
    readonly signal?: AbortSignal;
    readonly speed?: SpeedNow;
  }): AsyncIterable<ScanPage>;
  /**
   * Makes each change if, and only if, the live item is what it is expected to be.
   * A change whose reply was lost may be reported as not done with `current` being what it wanted: that is done, too.
   * Keys must be unique within one call. Throws when it cannot be finished; changes of the same call may have been made
   * by then.
   */
  writeGuarded(order: {
    readonly table: string;
    readonly keySchema: KeySchema;
    readonly changes: readonly GuardedChange[];
    readonly signal?: AbortSignal;
    /**
     * Called right before each single request is sent, repetitions too. What it throws ends the call as an abort does:
     * no further request starts, those under way are awaited, then it is thrown.
     */
    readonly beforeEach?: () => void;
    /** Told each outcome as soon as it is known, by the index of the change: also those of a call that then throws. */
    readonly onOutcome: (index: number, outcome: GuardedOutcome) => void;
    readonly speed?: SpeedNow;
    /** Told what each reply says it cost. */
    readonly onConsumed?: (consumed: Consumed) => void;
  }): Promise<void>;
  /** Reads items by key, strongly consistent, in the order of the keys; undefined where there is none. */
  read(order: {
    readonly table: string;
    readonly keySchema: KeySchema;
    readonly keys: readonly Item[];
    readonly signal?: AbortSignal;
    readonly speed?: SpeedNow;
    readonly onConsumed?: (consumed: Consumed) => void;
  }): Promise<readonly (Item | undefined)[]>;
  /** Returns when every change is stored. Keys must be unique within one call. Throws when it cannot be finished. */
  write(order: {
    readonly table: string;
    readonly changes: readonly Change[];
    readonly signal?: AbortSignal;
    /** As in `writeGuarded`. */
    readonly beforeEach?: () => void;
    readonly speed?: SpeedNow;
    readonly onConsumed?: (consumed: Consumed) => void;
  }): Promise<void>;
}

export interface Aws {
  readonly tables: Tables;
  readonly items: Items;
  readonly fence: Fence;
}

/** The real thing behind an environment: clients for its region and role, made once. */
export type AwsFor = (environment: Environment) => Aws;

export interface EventLog {
  /**
   * Reads a run, lets `decide` say what happens to it, and writes that down, in one transaction: of two deciders in the
   * same millisecond the second one sees what the first one did. With `fencing`, refuses (UserError LOCK_LOST) unless the
   * lock still carries that number.
   */
  decide(runId: RunId, decide: (run: Run) => readonly RunEvent[], fencing?: number): readonly StoredEvent[];
  /** @throws UserError LOCK_LOST unless the lock still carries this number */
  mustCarry(fencing: number): void;
  /** Begins a new run under a free id made from `now`; or gives back the one that the same form has begun before. */
  begin(now: Instant, event: RunEvent & { readonly type: 'requested' }): RunId;
  run(runId: RunId): Run | undefined;
  /** Newest first. */
  recent(limit: number): readonly Run[];
  /** Runs that have not ended, oldest first. */
  open(): readonly Run[];
  /** Requests to put back what that run overwrote, whatever became of them, oldest first. */
  undosOf(runId: RunId): readonly Run[];
  /** All of its drills, whatever became of them, newest first. */
  drillsOf(environment: string): Iterable<Run>;
  ofRun(runId: RunId): readonly StoredEvent[];
  after(seq: number, limit: number): readonly StoredEvent[];
  /** Calls back soon after new events, also those of other processes on the same file. Returns a function that stops it. */
  watch(onNew: () => void): () => void;
}

export interface Lock {
  take(
    runId: RunId,
  ):
    | { readonly taken: true; readonly holder: LockHolder; readonly takenOverFrom?: LockHolder }
    | { readonly taken: false; readonly holder: LockHolder };
  /** Pushes the expiry out. false: somebody else has it now. */
  renew(fencing: number): boolean;
  /** Gives back our own lock only. */
  release(fencing: number): void;
  /** Who has it and lives. */
  livingHolder(): LockHolder | undefined;
  /** Whether a living holder has it for this run. */
  isHeldFor(runId: RunId): boolean;
}

/** Both images of one item: `before` is the live image that is (to be) overwritten, undefined: there was none; `after` is what is written, undefined: deleted. */
export type JournalImages = {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  /** The same item has, or may have, other entries in this journal. */
  readonly again?: true;
  /** It takes back a write of which nobody knows whether it was made. */
  readonly unsure?: true;
};

export type JournalEntry = JournalImages & { readonly id: number; readonly state: JournalState };

/** What will be, and was, overwritten: sealed on disk before a live item is touched. */
export interface Journal {
  /** Committed when it returns; the ids in the order of the entries. New entries are `pending` unless told otherwise. */
  add(runId: RunId, label: string, entries: readonly JournalImages[], state?: JournalState): readonly number[];
  /**
   * In the order of their ids (descending when `backwards`), beyond the id `after` (exclusive), at most `limit`; fewer, but
   * at least one, where they have more than 32 KB each.
   */
  read(
    runId: RunId,
    label: string,
    states: readonly JournalState[],
    after: number | undefined,
    limit: number,
    backwards?: boolean,
  ): readonly JournalEntry[];
  mark(runId: RunId, label: string, ids: readonly number[], state: JournalState): void;
  /** How many entries are in each state. */
  count(runId: RunId, label: string): Readonly<Record<JournalState, number>>;
  /** Forgets the pending entries of a comparison that has to be made again. */
  dropPending(runId: RunId, label: string): void;
}

/** What keeps the journal from growing for ever. */
export interface JournalStore {
  /** Ended runs of which it holds images. */
  runs(): readonly RunId[];
  /** Forgets the images of these runs, but of those that have not ended or are being undone. Returns how many. */
  purge(runIds: readonly RunId[]): number;
}

/** How far a run is right now. Not part of the record: lost with the process, and no harm done. */
export interface ProgressBoard {
  set(
    runId: RunId,
    label: string,
    done: number,
    total: number | undefined,
    more?: Pick<TableProgress, 'phase' | 'bytes' | 'isDone'>,
  ): void;
  /** By label. */
  get(runId: RunId): ReadonlyMap<string, TableProgress>;
}

/** How far one table is in a phase. */
export type TableProgress = {
  /** Items; of a comparison, those of the side of which more were read. */
  readonly done: number;
  readonly total: number | undefined;
  readonly phase?: Phase | undefined;
  /** Of a comparison, by what AWS counted for reading the larger side. */
  readonly bytes?: number;
  /** Nothing is left to do, whatever `total` says. */
  readonly isDone?: true;
  /** Items in a second, over the last half minute; absent: not measured for long enough. */
  readonly perSecond?: number;
};

export type PostedMessage = { readonly channelId: string; readonly messageId: string };

/** What each reporter has told already, so that after an outage or a restart it goes on where it stopped. */
export interface Deliveries {
  /** Sequence number of the run's last event that `reporter` delivered; 0: none yet. */
  cursor(reporter: string, runId: RunId): number;
  advance(reporter: string, runId: RunId, seq: number): void;
  /**
   * Asks to be the one process that posts this message, until the instant `until`: of two on one file only one may.
   * 'taken-over': somebody else was about to, and may have done it; 'theirs': somebody else is about to; 'posted': it is
   * on record.
   */
  claim(
    reporter: string,
    runId: RunId,
    key: string,
    by: { readonly process: string; readonly now: Instant; readonly until: Instant },
  ): 'ours' | 'taken-over' | 'theirs' | 'posted';
  /** Runs with events that `reporter` has not delivered, oldest first. */
  behind(reporter: string): readonly RunId[];
  /** Where the thing called `key` (the parent message, a card …) was posted; where all of them were, by their keys. */
  posted(reporter: string, runId: RunId, key: string): PostedMessage | undefined;
  allPosted(reporter: string, runId: RunId): ReadonlyMap<string, PostedMessage>;
  remember(reporter: string, runId: RunId, key: string, message: PostedMessage): void;
}

/** Reads the event log and tells somebody. Its troubles are its own: a restore never waits for it and never fails by it. */
export interface Reporter {
  start(): void;
  /** Delivers what is left, for at most `ms`; then stops. */
  stop(ms: number): Promise<void>;
}

/** A table's resource policy, as AWS holds it. */
export type TablePolicy = { readonly document: string; readonly revisionId: string };

/** What the fence needs of AWS: a table's resource policy, and a write that tells whether it is closed. */
export interface Fence {
  /** A pattern of `aws:userid` that our own writes match and nobody else's; undefined: without a role there is none. */
  readonly exempt: string | undefined;
  /** undefined: the table has none. Just after a change it may still be the one before. */
  policy(arn: string, signal?: AbortSignal): Promise<TablePolicy | undefined>;
  /** Puts a policy in the place of the one that was seen. false: that is not the one in place. */
  putPolicy(order: {
    readonly arn: string;
    readonly document: string;
    readonly seen: TablePolicy | undefined;
  }): Promise<boolean>;
  /** Takes away the policy that was seen. false: that is not the one in place. */
  deletePolicy(order: { readonly arn: string; readonly seen: TablePolicy }): Promise<boolean>;
  /**
   * Tries a write that cannot change anything, because its condition is false for every item: under our own name, or
   * under one that no fence lets through. 'closed': AWS denied it.
   */
  probe(table: TableDescription, as: 'us' | 'somebody', signal?: AbortSignal): Promise<'open' | 'closed'>;
}
