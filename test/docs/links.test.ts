import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const docs = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));

test.each([...docs.map((name) => join('docs', name)), 'deploy/README.md'])('links of %s lead somewhere', (page) => {
  const dead = linksIn(read(page)).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
  });
  expect(dead).toEqual([]);
});

test.each(['configuration', 'operating', 'security', 'troubleshooting'])('%s.md leads to the other pages', (name) => {
  const others = ['configuration', 'operating', 'security', 'troubleshooting'].filter((other) => other !== name);
  const links = linksIn(read(`docs/${name}.md`)).map((link) => link.split('#')[0]);
  for (const other of others) expect(links).toContain(`${other}.md`);
});

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** To other files, or to places of the same page. */
function linksIn(page: string): readonly string[] {
  return [...page.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^https?:/.test(link));
}

/** As GitHub names its headings. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
