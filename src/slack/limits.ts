/**
 * Slack's limits, in characters unless said otherwise. Every number about Slack is here and nowhere else.
 * Sources: docs.slack.dev/reference/block-kit, docs.slack.dev/reference/methods and the pages of each method.
 */
export const limits = {
  /** chat.update refuses more (`msg_too_long`); chat.postMessage would take 40,000. */
  messageText: 4000,
  /** Over all blocks of a message, as people read them. Undocumented: `msg_blocks_too_long` comes at about 13,200. */
  messageBlocks: 10_000,
  /** The same as it goes over the wire, braces and all: ours, so that the limit above holds however Slack counts. */
  messageJson: 13_000,
  blocksPerMessage: 50,
  blocksPerView: 100,
  header: 150,
  sectionText: 3000,
  contextText: 2000,
  alertText: 200,
  planTitle: 255,
  taskTitle: 255,
  richText: 3000,
  viewTitle: 24,
  privateMetadata: 3000,
  optionText: 75,
  optionValue: 150,
  optionsPerSelect: 100,
  radioOptions: 10,
  confirmTitle: 100,
  confirmText: 300,
  buttonValue: 2000,
  /** Rows of a `table` block, the header row included. */
  tableRows: 100,
  /** Characters of a `table` block, all cells together: under Slack's own 10,000, to leave room around it. */
  tableText: 6000,
  /** Rows of a `data_table` block, the header row included. */
  dataTableRows: 101,
  /** Ours: a label has 63 characters at most, so a whole `data_table` stays under Slack's 10,000. */
  labelInTable: 63,
  /** Ours: leaves room in a message for what stands around a `data_table`. */
  dataTableJson: 8000,
  /** Ours: so many people at most are written to directly about one request. A user group may be a whole company. */
  toldDirectly: 20,
  /** Ours: so many accounts at most are looked at for that. */
  lookedUp: 60,
  /** Ours: long enough to say why, short enough to be read. */
  reason: 500,
  whenInput: 200,
} as const;

/** Times, in milliseconds. */
export const times = {
  /** Slack gives 3 s to acknowledge; from here on it is worth a line in the log. */
  slowAck: 2500,
  /** Per call; a call that takes longer has an unknown outcome. */
  call: 10_000,
  /** chat.update is tier 3, about 50 a minute: one edit per run in this time leaves room for other runs. */
  betweenEdits: 3000,
  /** For so long the members of a user group are believed. */
  groupKept: 60_000,
  /** The second reminder comes after twice as long, the third after four times as long. */
  firstReminder: 15 * 60_000,
  /** Who was kept from approving for less has hardly noticed. */
  hardlyNoticed: 60_000,
  /** An approved run that has not begun by then waits for something, and its card says so. */
  startsWithin: 60_000,
  /** That a process is gone, or that Slack is silent, is no event: a card that waits is looked at anew so often. */
  looksAgain: 60_000,
  retryFirst: 1000,
  retryCap: 30_000,
} as const;
