/** What a thread is started with, and the names of what it can do. */
export { compareOnThread } from './comparison-worker.ts';
export { postOnThread } from './posting-worker.ts';
