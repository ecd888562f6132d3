/** `restore-2025-12-19T10-30-00Z`, as in the requirement; `-2` and so on when the second is taken. */
export type RunId = string;
