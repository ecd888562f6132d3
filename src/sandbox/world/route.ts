/** The world's side of the sandbox page: what there is to see, and everything one can do to it. */
import type { IncomingMessage } from 'node:http';
import { ZodError, z } from 'zod';
import type { Feed } from '../event-stream.ts';
import type { Route } from '../page-server.ts';
import { readBody, sendJson } from '../slack/http-body.ts';
import { type Accident, causeAccident, causeDamage, damages } from './accident.ts';
import { editSchema } from './item-editor.ts';
import type { Sandbox } from './sandbox.ts';
import { differencesSeen, seriesSeen, worldSeen } from './view.ts';
import { environmentNames } from './world.ts';

const environment = z.enum(environmentNames);
const instant = z.coerce.number().int().min(0);
const most = { slices: 600 };

const queries = {
  series: z.object({
    environment,
    from: instant,
    to: instant,
    slices: z.coerce.number().int().min(1).max(most.slices),
  }),
  differences: z.object({ environment, at: instant }),
};

const orders = {
  accident: z.strictObject({
    environment,
    /** All three of a bad deploy, or one kind of damage to one table. */
    what: z.union([
      z.literal('bad deploy'),
      z.strictObject({ label: z.enum(['quotes', 'user-likes', 'user-views']), damage: z.enum(damages) }),
    ]),
    minutesAgo: z
      .number()
      .min(0)
      .max(29 * 24 * 60)
      .default(0),
  }),
  throttle: z.strictObject({ on: z.boolean() }),
  slow: z.strictObject({ on: z.boolean() }),
  outage: z.strictObject({ on: z.boolean() }),
  application: z.strictObject({ environment: environment.nullable() }),
  kill: z.strictObject({}),
};

type Handler = (sandbox: Sandbox, given: unknown) => unknown;

const handlers: Readonly<Record<string, Handler>> = {
  'GET series': (sandbox, given) => {
    const { environment: name, ...span } = queries.series.parse(given);
    return seriesSeen(sandbox.parts.world, name, span);
  },
  'GET differences': (sandbox, given) => {
    const { environment: name, at } = queries.differences.parse(given);
    return differencesSeen(sandbox.parts.world, name, at);
  },
  'POST accident': async (sandbox, given) => sandbox.hadAccident(await accident(sandbox, given)),
  'POST item': async (sandbox, given) => {
    const edit = editSchema.parse(given);
    // What AWS refuses is an answer here, and no mistake of the page's.
    return sandbox.editor.carryOut(edit).then(
      (item) => ({ item }),
      (error: unknown) => ({ refused: inWords(error) }),
    );
  },
  'POST throttle': (sandbox, given) => sandbox.parts.troubles.throttle(orders.throttle.parse(given).on),
  'POST slow': (sandbox, given) => sandbox.parts.troubles.slowRestores(orders.slow.parse(given).on),
  'POST outage': (sandbox, given) => sandbox.parts.troubles.takeSlackDown(orders.outage.parse(given).on),
  'POST application': (sandbox, given) =>
    sandbox.parts.application.writeTo(orders.application.parse(given).environment ?? undefined),
  'POST kill': (sandbox, given) => {
    orders.kill.parse(given);
    sandbox.parts.bot?.kill();
  },
};

/**
 *   GET  series?environment&from&to&slices         {@link SeriesSeen}
 *   GET  differences?environment&at                {@link DifferencesSeen}
 *   POST accident | item | throttle | slow | outage | application | kill
 */
export function worldRoute(sandbox: Sandbox): Route {
  return async (request, response, path) => {
    const name = `${request.method} ${path}`;
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined) return sendJson(response, 404, { error: `There is no ${name} here.` });
    try {
      sendJson(response, 200, (await handler(sandbox, await givenWith(request))) ?? {});
    } catch (error) {
      sendJson(response, 400, { error: inWords(error) });
    }
  };
}

/** Tells the page `world`, {@link WorldSeen}, now and whenever it changes. */
export function worldFeed(sandbox: Sandbox): Feed {
  return (events) => {
    const tell = () => events.send('world', worldSeen(sandbox.parts));
    tell();
    events.onClose(sandbox.onChange(tell));
  };
}

async function givenWith(request: IncomingMessage): Promise<unknown> {
  if (request.method === 'GET') return Object.fromEntries(new URL(request.url ?? '/', 'http://sandbox').searchParams);
  const given: unknown = JSON.parse((await readBody(request)) || '{}');
  return given;
}

async function accident({ parts: { world } }: Sandbox, given: unknown) {
  const { environment: name, what, minutesAgo } = orders.accident.parse(given);
  const where = { environment: name, at: Date.now() - minutesAgo * 60_000 };
  if (what === 'bad deploy') return { ...where, what: await causeAccident(world, where) };
  const items = await causeDamage(world, { ...where, ...what });
  const counts: Record<typeof what.damage, Partial<Accident>> = {
    delete: { deleted: items },
    corrupt: { corrupted: items },
    junk: { added: items },
  };
  return { ...where, what: counts[what.damage] };
}

function inWords(error: unknown): string {
  if (error instanceof ZodError) return z.prettifyError(error);
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
