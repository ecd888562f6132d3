/** Socket Mode: any number of connections, envelopes handed round among them, each to be acknowledged in time. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from './clock.ts';
import type { Channel, Delivery, Envelope } from './envelope.ts';
import type { DisconnectReason, SocketFaults } from './faults.ts';
import { isObject, parseJson, textAt } from './json.ts';

export interface SocketsOptions {
  readonly clock: Clock;
  readonly ackTimeout: number;
  readonly appId: string;
  /** Told whenever a connection comes or goes. */
  readonly onCount: (count: number) => void;
}

interface Awaited {
  readonly socket: WebSocket;
  readonly settle: (delivery: Delivery) => void;
  readonly sentAt: number;
}

// Slack pings every few seconds; the official client gives up after 30 s without one.
const pingEvery = 10_000;

/** @throws Error when the optional package ws is not installed. */
export async function openSockets(options: SocketsOptions): Promise<Sockets> {
  const ws = await import('ws').catch((cause: unknown) => {
    const message = 'The sandbox needs the optional package ws: npm install --include=optional';
    throw new Error(message, { cause });
  });
  return new Sockets(options, new ws.WebSocketServer({ noServer: true }));
}

export class Sockets implements Channel, SocketFaults {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServer;
  readonly #tickets = new Set<string>();
  readonly #awaited = new Map<string, Awaited>();
  readonly #pings: NodeJS.Timeout;
  #connections: readonly WebSocket[] = [];
  #turn = 0;

  constructor(options: SocketsOptions, server: WebSocketServer) {
    this.#options = options;
    this.#server = server;
    this.#pings = setInterval(() => {
      for (const socket of this.#connections) socket.ping();
    }, pingEvery);
    this.#pings.unref();
  }

  /** How many bots (or connections of one) are listening. */
  get count(): number {
    return this.#connections.length;
  }

  /** A ticket admits one connection, as the address from apps.connections.open does. */
  newTicket(): string {
    const ticket = randomUUID();
    this.#tickets.add(ticket);
    return ticket;
  }

  admit(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const ticket = new URL(request.url ?? '/', 'http://sandbox').searchParams.get('ticket') ?? '';
    if (!this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => this.#welcome(connection));
  }

  deliver(envelope: Envelope): Promise<Delivery> {
    const open = this.#connections.filter((socket) => socket.readyState === socket.OPEN);
    const socket = open[this.#turn % Math.max(open.length, 1)];
    this.#turn += 1;
    if (socket === undefined) return Promise.resolve({ outcome: 'unreachable', ms: 0 });
    return this.#send(socket, envelope);
  }

  disconnect(reason: DisconnectReason): void {
    for (const socket of this.#connections) {
      socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'sandbox' } }));
      // A warning leaves the connection up for a while; the others end it.
      if (reason !== 'warning') socket.close(1000);
    }
    if (reason !== 'warning') this.#connections = [];
  }

  say(text: string): void {
    for (const socket of this.#connections) socket.send(text);
  }

  drop(): void {
    for (const socket of this.#connections) socket.terminate();
    this.#connections = [];
  }

  close(): void {
    clearInterval(this.#pings);
    this.drop();
    this.#server.close();
  }

  #welcome(socket: WebSocket): void {
    this.#connections = [...this.#connections, socket];
    socket.on('message', (data) => this.#acknowledged(String(data)));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#connections = this.#connections.filter((other) => other !== socket);
      this.#options.onCount(this.count);
    });
    this.#options.onCount(this.count);
    const debug = { host: 'sandbox', build_number: 1, approximate_connection_time: 18_060 };
    const hello = { type: 'hello', num_connections: this.count, debug_info: debug };
    socket.send(JSON.stringify({ ...hello, connection_info: { app_id: this.#options.appId } }));
  }

  #send(socket: WebSocket, envelope: Envelope): Promise<Delivery> {
    const { clock, ackTimeout } = this.#options;
    const id = randomUUID();
    const sentAt = clock.now();
    return new Promise((resolve) => {
      const cancel = clock.after(ackTimeout, () => settle({ outcome: 'timed out', ms: ackTimeout }));
      const settle = (delivery: Delivery) => {
        cancel();
        this.#awaited.delete(id);
        resolve(delivery);
      };
      this.#awaited.set(id, { socket, settle, sentAt });
      const retry = envelope.retry
        ? { retry_attempt: envelope.retry.attempt, retry_reason: envelope.retry.reason }
        : envelope.type === 'events_api'
          ? { retry_attempt: 0, retry_reason: '' }
          : {};
      const { type, payload } = envelope;
      const accepts = type !== 'events_api';
      socket.send(JSON.stringify({ envelope_id: id, type, accepts_response_payload: accepts, payload, ...retry }));
    });
  }

  /** An ack that comes after its time finds nobody waiting and is dropped. */
  #acknowledged(data: string): void {
    const message = parseJson(data);
    const awaited = this.#awaited.get(textAt(message, 'envelope_id') ?? '');
    const body = isObject(message) ? message['payload'] : undefined;
    awaited?.settle({ outcome: 'acked', ms: this.#options.clock.now() - awaited.sentAt, body });
  }
}
