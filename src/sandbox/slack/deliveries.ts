/** Gets an envelope to the bot: by HTTP where an address was given, else by socket; events are tried again. */
import type { Clock } from './clock.ts';
import type { Channel, Delivery, Envelope } from './envelope.ts';
import type { Faults } from './faults.ts';
import { HttpDelivery, type HttpTarget } from './http-delivery.ts';
import type { Sockets } from './sockets.ts';

/** Slack tries an event again nearly at once, after a minute and after five (docs.slack.dev/apis/events-api#retries). */
const eventRetryDelays: readonly number[] = [1_000, 60_000, 300_000];

export interface DeliveriesOptions {
  readonly sockets: Sockets;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly ackTimeout: number;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  #http: HttpDelivery | undefined;
  readonly #cancels = new Set<() => void>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  deliverTo(target: HttpTarget | undefined): void {
    const { clock, ackTimeout } = this.#options;
    this.#http = target === undefined ? undefined : new HttpDelivery(target, clock, ackTimeout);
  }

  get http(): HttpDelivery {
    if (this.#http === undefined) throw new Error('deliveries go by socket: call deliverTo(url, signingSecret) first');
    return this.#http;
  }

  /** A command or an interaction: tried once. A person is waiting, and is told when it went wrong. */
  async ask(envelope: Envelope): Promise<Delivery> {
    const [first] = this.#send(envelope);
    return first;
  }

  /** An event: returns after the first try; up to three more follow on Slack's clock while nobody takes it. */
  async tell(envelope: Envelope): Promise<Delivery> {
    const first = await this.ask(envelope);
    if (first.outcome !== 'acked') this.#retryLater(envelope, 0, reasonOf(first));
    return first;
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #retryLater(envelope: Envelope, index: number, reason: string): void {
    const delay = eventRetryDelays[index];
    if (delay === undefined) return;
    const cancel = this.#options.clock.after(delay, () => {
      this.#cancels.delete(cancel);
      const retry = { attempt: index + 1, reason };
      void this.ask({ ...envelope, retry }).then((again) => {
        if (again.outcome !== 'acked') this.#retryLater(envelope, index + 1, reasonOf(again));
      });
    });
    this.#cancels.add(cancel);
  }

  /** The answer to the first copy is the one that counts. */
  #send(envelope: Envelope): readonly [Promise<Delivery>, ...Promise<Delivery>[]] {
    const channel: Channel = this.#http ?? this.#options.sockets;
    const first = channel.deliver(envelope);
    return this.#options.faults.isNextDoubled() ? [first, channel.deliver(envelope)] : [first];
  }
}

function reasonOf(delivery: Delivery): string {
  switch (delivery.outcome) {
    case 'timed out':
      return 'http_timeout';
    case 'refused':
      return 'http_error';
    case 'unreachable':
      return 'connection_failed';
    case 'acked':
      return '';
  }
}
