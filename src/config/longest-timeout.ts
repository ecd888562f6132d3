/** A week: longer than any restore AWS has been seen to take. */
export const longestTimeoutMinutes = 7 * 24 * 60;
