import { afterEach, expect, it, vi } from 'vitest';
import { changeVersion, findVersion, listFiles, readStart, removeAlias } from '../../src/api/artifacts';
import { getMediaKeys, listMedia } from '../../src/api/media';

interface Asked {
  path: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
}

// Answers one after the other; what was asked is kept.
function answering(...bodies: unknown[]): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push({ path, method: init.method ?? 'GET', headers: init.headers as Record<string, string>, body: init.body as string | undefined });
    return Promise.resolve(new Response(JSON.stringify(bodies[asked.length - 1]), { status: 200 }));
  });
  return asked;
}
afterEach(() => vi.unstubAllGlobals());

const file = (path: string) => ({ path, size_bytes: 1, sha256: 'a', url: null, checksum: null });

it('reads files page after page, up to what is wanted', async () => {
  const asked = answering({ files: [file('a'), file('b')], next_cursor: 'b' }, { files: [file('c')], next_cursor: null });
  expect(await listFiles('id/1', 10, 'x/')).toMatchObject({ files: [{ path: 'a' }, { path: 'b' }, { path: 'c' }], isWhole: true });
  expect(asked.map((one) => one.path)).toEqual([
    '/api/v1/artifact-versions/id%2F1/files?prefix=x%2F&limit=1000', '/api/v1/artifact-versions/id%2F1/files?cursor=b&prefix=x%2F&limit=1000',
  ]);
  answering({ files: [file('a'), file('b')], next_cursor: 'b' });
  expect(await listFiles('1', 2)).toMatchObject({ isWhole: false });
});

it('asks for the beginning of a file alone', async () => {
  const asked = answering('text');
  await readStart('1', 'a b/c', 256);
  expect(asked[0]).toMatchObject({ path: '/api/v1/artifact-versions/1/file?path=a+b%2Fc', headers: { range: 'bytes=0-255' } });
});

it('changes what is named and nothing else', async () => {
  const asked = answering({ version: 'v1' }, { version: 'v1' });
  await changeVersion('1', { add_tags: ['good'] });
  await removeAlias('1', 'best');
  expect(asked.map((one) => [one.method, one.path, one.body])).toEqual([
    ['PATCH', '/api/v1/artifact-versions/1', '{"add_tags":["good"]}'], ['DELETE', '/api/v1/artifact-versions/1/aliases/best', undefined],
  ]);
});

it('takes odd fields for empty ones, and an odd frame for an error', async () => {
  answering({ versions: [{ version: 'v0', aliases: ['a', 7], metadata: [], run: 3, size_bytes: 'many' }] });
  expect(await findVersion('p', 'n', 'v0')).toMatchObject({ version: 'v0', aliases: ['a'], metadata: {}, run: null, sizeBytes: 0, description: '' });
  answering({ versions: [] });
  await expect(findVersion('p', 'n', 'v0')).rejects.toThrow('cannot be read');
});

it('reads media page after page, no more than wanted', async () => {
  const entry = (step: number) => ({ key: 'k', type: 'image', step, sha256: 's', content_type: 'image/png', description: null });
  const asked = answering({ media: [entry(0), entry(1)], next_cursor: '1_1_k' }, { media: [entry(2)], next_cursor: '2_2_k' });
  const read = await listMedia({ run: 'r', key: 'k', type: 'image', most: 3, withContent: true });
  expect(read.map((one) => [one.run, one.step, one.description])).toEqual([['r', 0, {}], ['r', 1, {}], ['r', 2, {}]]);
  expect(asked.map((one) => one.path)).toEqual([
    '/api/v1/runs/r/media?key=k&type=image&limit=3&content=1', '/api/v1/runs/r/media?key=k&type=image&limit=1&content=1&cursor=1_1_k',
  ]);
  answering({ keys: [{ run: 'r', key: 'k', type: 'text', count: 2, first_step: -1, last_step: 5 }], more: false });
  expect(await getMediaKeys(['r', 's'])).toEqual([{ run: 'r', key: 'k', type: 'text', count: 2, firstStep: -1, lastStep: 5 }]);
});
