import { type Logger as BoltLogger, LogLevel } from '@slack/bolt';

/** What we need of pino. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * Bolt's own lines in our log. Its debug lines hold whole payloads, tokens included, so they are dropped; its info lines
 * are of no use to an operator and become debug.
 */
export function boltLogger(logger: Logger): BoltLogger {
  const text = (parts: readonly unknown[]) =>
    parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
  return {
    debug: () => undefined,
    info: (...parts) => logger.debug({ from: 'bolt' }, text(parts)),
    warn: (...parts) => logger.warn({ from: 'bolt' }, text(parts)),
    error: (...parts) => logger.error({ from: 'bolt' }, text(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}

/** For a client of Slack: what it cannot do it throws as well, and whoever called it says what that means. */
export function quietLogger(logger: Logger): BoltLogger {
  const bolt = boltLogger(logger);
  return { ...bolt, error: bolt.info };
}
