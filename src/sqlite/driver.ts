import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';

/**
 * better-sqlite3, in the version that this Node can use. From 13 on it is built on Node-API: it needs Node 22, and its
 * prebuilt binary segfaults on Node 20. Up to 12 it aborts the process on Node 24.19 and newer, as soon as a statement
 * is garbage-collected outside of JavaScript (Node's ObjectWrap asserts an environment there). No version serves both,
 * so 12 is an optional dependency under another name. Goes when Node 20 goes.
 */
export const driverName = Number(process.versions.node.split('.')[0]) >= 22 ? 'better-sqlite3' : 'better-sqlite3-12';

export const Database: typeof BetterSqlite3 = createRequire(import.meta.url)(driverName);
