/** A child: a server that hands out prepared Scan pages, so that a scan's cost is the client's alone. */
import { createServer } from 'node:http';
import { crc32 } from '../../src/sandbox/crc32.ts';
import { answering } from './child.ts';
import { itemAt } from './items.ts';

const itemsPerPage = 1_700;

type Scan = {
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ExclusiveStartKey?: { id: { S: string } };
};

function bodyOf(page: number, isLast: boolean): Buffer {
  const Items = Array.from({ length: itemsPerPage }, (_, index) => itemAt(page * itemsPerPage + index));
  const ConsumedCapacity = { TableName: 'canned', CapacityUnits: 128 };
  const last = isLast ? {} : { LastEvaluatedKey: { id: { S: `page-${page}` } } };
  return Buffer.from(
    JSON.stringify({ Items, Count: itemsPerPage, ScannedCount: itemsPerPage, ConsumedCapacity, ...last }),
  );
}

/** Pages of each segment in order; every table has the same ones. */
function prepare(pages: number, segments: number) {
  const perSegment = Math.ceil(pages / segments);
  return Array.from({ length: pages }, (_, page) => {
    const isLast = (page + 1) % perSegment === 0 || page === pages - 1;
    const body = bodyOf(page, isLast);
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(body.length),
      'x-amz-crc32': String(crc32(body)),
    };
    return { body, headers };
  });
}

export type CannedOrder = { readonly items: number; readonly segments: number };

answering<CannedOrder>(async ({ items, segments }) => {
  const pages = Math.ceil(items / itemsPerPage / segments) * segments;
  const prepared = prepare(pages, segments);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.headers['x-amz-target']?.toString().endsWith('DescribeTable') === true) {
        response.end(JSON.stringify({ Table: { ItemCount: items } }));
        return;
      }
      const { Segment = 0, ExclusiveStartKey } = JSON.parse(Buffer.concat(chunks).toString()) as Scan;
      const page =
        ExclusiveStartKey === undefined ? Segment * (pages / segments) : Number(ExclusiveStartKey.id.S.slice(5)) + 1;
      const reply = prepared[page];
      response.writeHead(reply === undefined ? 404 : 200, { ...reply?.headers, 'x-amzn-requestid': String(page) });
      response.end(reply?.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, items: pages * itemsPerPage };
});
