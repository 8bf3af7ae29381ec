// Orders and shipments that tests tell a server about, by HTTP and signed as a TMS and an ERP would.
import { createHash, randomUUID } from 'node:crypto';
import { post } from './server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The namespace of every canonical id. */
const NAMESPACE = '6f1c7a0e5c5b5d0f9b0e3a7d51a9c0de';

export interface Receipt {
  delivery: string;
  accepted: number;
  duplicates: number;
  quarantined: number;
  seq?: [number, number];
}

export type Source = 'tms' | 'erp';

export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  time: string;
  data: unknown;
}

/** The demo's customers, as the ERP names them; carla and casper sign in for the first two. */
export const CARLAS = { code: 'C-1001', name: 'Brandner Haushaltsgeräte' };
export const CASPERS = { code: 'C-1002', name: 'Halvorsen Home Stores' };
export type Customer = typeof CARLAS;

/** A moment, `hours` from now. */
export const at = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();

export function event(source: Source, kind: string, subject: string, data: unknown, hours = 0): CloudEvent {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: `//${source}.test`,
    type: `syncline.${kind}.v1`,
    subject,
    time: at(hours),
    data,
  };
}

/** Delivers events in one request; they must all be accepted. Returns the position of the last. */
export async function deliver(url: string, source: Source, ...events: CloudEvent[]): Promise<number> {
  const answer = await post(url, source, JSON.stringify(events));
  const text = await answer.text();
  if (answer.status !== 202) throw new Error(`${answer.status}: ${text}`);
  const receipt = JSON.parse(text) as Receipt;
  if (receipt.accepted !== events.length || !receipt.seq) throw new Error(`not all was accepted: ${text}`);
  return receipt.seq[1];
}

/** UUIDv5 of a shipment's number as the TMS gave it. */
export function shipmentId(number: string): string {
  const name = ['shipment', 'tms', number].join('\u001f');
  const hash = createHash('sha1').update(Buffer.from(NAMESPACE, 'hex')).update(name).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex').slice(0, 32);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const place = (code: string, city: string, zone: string, country: string, latitude: number, longitude: number) => ({
  code,
  name: `${city} warehouse`,
  city,
  country,
  zone,
  position: { latitude, longitude },
});

/** A new shipment of one order. */
export class Shipment {
  readonly number = `T-${randomUUID().slice(0, 8).toUpperCase()}`;
  readonly order = `S${this.number}`;
  readonly id = shipmentId(this.number);
  readonly path = `/shipments/${this.id}`;

  private constructor(private readonly url: string) {}

  /** Orders it for `customer` and plans it: pickup tomorrow in Hamburg, delivery the day after in Lyon. */
  static async planned(url: string, customer: Customer): Promise<Shipment> {
    const shipment = new Shipment(url);
    await deliver(
      url,
      'erp',
      event('erp', 'order.released', shipment.order, {
        customer,
        promised: { from: at(44), to: at(60) },
        lines: [
          { line: '10', item: { code: 'K-90', description: 'Kettle' }, quantity: { milli: 12_000, unit: 'EA' } },
        ],
      }),
    );
    await shipment.tms('shipment.planned', {
      mode: 'truckload',
      orders: [shipment.order],
      stops: [
        {
          stop: '1',
          kind: 'pickup',
          location: place('DEHAM', 'Hamburg', 'Europe/Berlin', 'DE', 53.5, 9.94),
          planned: { from: at(20), to: at(24) },
        },
        {
          stop: '2',
          kind: 'delivery',
          location: place('FRLYS', 'Lyon', 'Europe/Paris', 'FR', 45.7, 4.94),
          planned: { from: at(48), to: at(52) },
        },
      ],
    });
    return shipment;
  }

  /** The TMS states a fact about it. Returns its position in the journal. */
  tms(kind: string, data: unknown): Promise<number> {
    return deliver(this.url, 'tms', event('tms', kind, this.number, data));
  }

  /** The truck is expected, `hours` from now. */
  expected(hours: number): Promise<number> {
    return this.tms('eta.changed', { stop: '2', eta: at(hours) });
  }

  seen(near: string, latitude: number, longitude: number): Promise<number> {
    return this.tms('position.reported', { position: { latitude, longitude }, near });
  }

  held(office = 'Calais'): Promise<number> {
    return this.tms('customs.held', { office, reason: 'papers' });
  }

  letGo(office = 'Calais'): Promise<number> {
    return this.tms('customs.released', { office });
  }

  /** The truck has loaded and left. */
  left(): Promise<number> {
    return deliver(
      this.url,
      'tms',
      event('tms', 'stop.arrived', this.number, { stop: '1' }, -0.2),
      event('tms', 'stop.loaded', this.number, { stop: '1' }, -0.1),
      event('tms', 'stop.departed', this.number, { stop: '1' }),
    );
  }

  /** The goods are off the truck. */
  delivered(): Promise<number> {
    return this.tms('stop.delivered', { stop: '2' });
  }

  /** Signed for, with too few. */
  provenShort(): Promise<number> {
    return this.tms('pod.received', {
      stop: '2',
      signed_by: 'J. Meyer',
      signed_at: at(0),
      discrepancy: { kind: 'short' },
    });
  }
}
