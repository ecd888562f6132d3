import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { UserError } from '../restore/errors.ts';

/**
 * better-sqlite3, in the version that this Node can use. From 13 on it is built on Node-API: it needs Node 22, and its
 * prebuilt binary segfaults on Node 20. Up to 12 it aborts the process on Node 24.19 and newer, as soon as a statement
 * is garbage-collected outside of JavaScript (Node's ObjectWrap asserts an environment there). No version serves both,
 * so 12 is an optional dependency under another name. Goes when Node 20 goes.
 */
export const driverName = Number(process.versions.node.split('.')[0]) >= 22 ? 'better-sqlite3' : 'better-sqlite3-12';

export const Database = loadDriver(createRequire(import.meta.url));

/**
 * npm is content when an optional package cannot be built; an image made with a newer Node.js is without it; and a binary
 * may be of another platform.
 * @throws UserError STORAGE
 */
export function loadDriver(require: NodeJS.Require): typeof BetterSqlite3 {
  try {
    const driver: typeof BetterSqlite3 = require(driverName);
    // The binary is loaded with the first database.
    new driver(':memory:').close();
    return driver;
  } catch (error) {
    throw isMissing(error) ? notInstalled(error) : cannotBeLoaded(error);
  }
}

/** By Node.js, which looks for modules; and not by the driver, which looks for its binary without a code. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND';
}

function notInstalled(cause: unknown): UserError {
  return new UserError(
    'STORAGE',
    `SQLite's driver for Node.js ${process.version} is not installed: ${driverName}.`,
    'Install it for this machine and this Node.js: npm ci --include=optional --foreground-scripts. Where there is no binary for a platform it is compiled, which takes Python 3, make and a C++ compiler. With another Node.js there may be one.',
    { cause },
  );
}

function cannotBeLoaded(cause: unknown): UserError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it has no binary';
  return new UserError(
    'STORAGE',
    `SQLite's driver for Node.js ${process.version} (${driverName}) cannot be loaded: ${code}.`,
    'Install it for this machine and this Node.js: npm ci --include=optional --foreground-scripts. Where there is no binary for a platform it is compiled, which takes Python 3, make and a C++ compiler. With another Node.js there may be one.',
    { cause },
  );
}
