import { describe, expect, it } from 'vitest';
import { kMostCharacters, parseMarkdown, safeAddress, withoutReferences, type MarkdownBlock, type MarkdownInline } from '../../src/lib/markdown';

type Node = MarkdownBlock | MarkdownInline;
// Every node of a tree, whatever it hangs on.
function nodesOf(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  if (typeof value !== 'object' || value === null) return [];
  return ['kind' in value ? [value as Node] : [], Object.values(value).flatMap(nodesOf)].flat();
}
const textOf = (text: string): string => nodesOf(parseMarkdown(text)).map((node) => ('text' in node ? node.text : '')).join('');
const linksOf = (text: string): string[] => nodesOf(parseMarkdown(text)).flatMap((node) => (node.kind === 'link' ? [node.href] : []));
const imagesOf = (text: string): string[] => nodesOf(parseMarkdown(text)).flatMap((node) => (node.kind === 'image' ? [node.src] : []));

describe('what Markdown says', () => {
  it('has headings, lists, tasks, tables, code and emphasis', () => {
    expect(parseMarkdown('## A *b*')).toEqual([{ kind: 'heading', depth: 2, children: [{ kind: 'text', text: 'A ' }, { kind: 'em', children: [{ kind: 'text', text: 'b' }] }] }]);
    const [list] = parseMarkdown('3. one\n4. two');
    expect(list).toMatchObject({ kind: 'list', start: 3, items: [{ checked: null }, { checked: null }] });
    expect(parseMarkdown('- [x] done\n- [ ] not')[0]).toMatchObject({ kind: 'list', start: null, items: [{ checked: true }, { checked: false }] });
    expect(textOf('- [x] done')).toBe('done');
    expect(parseMarkdown('| a | b |\n|:--|--:|\n| 1 | **2** |')[0]).toMatchObject({
      kind: 'table', align: ['left', 'right'], head: [[{ text: 'a' }], [{ text: 'b' }]], rows: [[[{ text: '1' }], [{ kind: 'strong' }]]],
    });
    expect(parseMarkdown('```sh\nls <x>\n```')).toEqual([{ kind: 'code', text: 'ls <x>' }]);
    expect(parseMarkdown('> q\n\n---').map((one) => one.kind)).toEqual(['quote', 'rule']);
  });

  it('reads tables and lists as long as people make them, and lines of other systems', () => {
    const row = '| `bert_base_lr_1e_5_seed_7` | 0.913 | 0.91 | `eval_f1_macro` |\n';
    expect(parseMarkdown(`| a | b | c | d |\n|---|---|---|---|\n${row.repeat(500)}`)[0]).toMatchObject({ kind: 'table', rows: { length: 500 } });
    expect(parseMarkdown('- `bert_base_lr_1e_5` has *0.913* of `eval_f1_macro`\n'.repeat(500))[0]).toMatchObject({ kind: 'list', items: { length: 500 } });
    expect(parseMarkdown(`${'x_y '.repeat(200)}\r\n\r\n`.repeat(60)).map((one) => one.kind)).toEqual(Array(60).fill('paragraph'));
  });

  it('keeps line breaks, references and escapes', () => {
    expect(parseMarkdown('a\nb')[0]).toMatchObject({ children: [{ text: 'a' }, { kind: 'break' }, { text: 'b' }] });
    expect(textOf('1 &lt; 2 &amp;amp; \\*x\\* &#8722;')).toBe('1 < 2 &amp; *x* \u2212');
    expect(withoutReferences('&#0; &#xD800; &#x110000; &bogus;')).toBe('\ufffd \ufffd \ufffd &bogus;');
  });
});

describe('what Markdown cannot do', () => {
  const kHtml = [
    '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', 'a <b onclick="alert(1)">b</b> c', '<svg/onload=alert(1)>', '<!-- c --> x',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>', '<a href="javascript:alert(1)">x</a>', '<style>*{display:none}</style>',
    '<details open ontoggle=alert(1)>', '<form action=//evil.example><input name=p>', '<?php x ?>', '<![CDATA[x]]>', '<div\n\nonclick=alert(1)>',
  ];
  it.each(kHtml)('shows HTML as the text it is: %s', (html) => {
    const nodes = nodesOf(parseMarkdown(html));
    expect(nodes.every((node) => ['paragraph', 'text', 'link', 'break'].includes(node.kind))).toBe(true);
    expect(linksOf(html)).toEqual([]);
    expect(textOf(html).replace(/\s/g, '')).toBe(html.replace(/\s/g, ''));
  });

  const kForbidden = [
    'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', '\u0001javascript:alert(1)', ' javascript:alert(1)', 'javascript&colon;alert(1)',
    'data:text/html,<script>alert(1)</script>', 'vbscript:x', 'file:///etc/passwd', 'blob:https://x/y', 'ftp://x/y', '//evil.example/x', '/\\evil.example/x', '\\\\evil.example',
    'https://', 'view-source:x', '', '/\t/evil.example', '/.//evil.example', '/x/..//evil.example', '/%2e//evil.example', '../../../..//evil.example',
  ];
  it.each(kForbidden)('follows no such address: %s', (address) => {
    const safe = safeAddress(address);
    // A reference that is no reference any more is a path of this server.
    if (safe !== null) expect(safe).toEqual({ href: 'javascript&colon;alert(1)', isOutside: false });
    else expect(safe).toBeNull();
  });

  it('has links of Markdown only where they may lead', () => {
    expect(linksOf('[a](javascript:alert(1)) [b](<java\tscript:alert(1)>) [c](java&#115;cript:alert(1)) [d](&#106;avascript:alert(1)) <javascript:alert(1)>')).toEqual([]);
    expect(linksOf('[x][r]\n\n[r]: javascript:alert(1)')).toEqual([]);
    expect(linksOf('[a](https://example.org/p?q=1) <mailto:a@example.org> https://example.org [r](/runs/1) [s](?x=1)'))
      .toEqual(['https://example.org/p?q=1', 'mailto:a@example.org', 'https://example.org/', '/runs/1', '?x=1']);
    expect(textOf('[shown](javascript:alert(1))')).toBe('shown');
    expect(nodesOf(parseMarkdown('[a](https://example.org)')).find((node) => node.kind === 'link')).toMatchObject({ isOutside: true });
    expect(nodesOf(parseMarkdown('[a](/p/x)')).find((node) => node.kind === 'link')).toMatchObject({ isOutside: false });
  });

  it('asks no other server for a picture', () => {
    expect(imagesOf('![a](https://evil.example/x.png) ![b](//evil.example/x.png) ![c](data:image/png;base64,AA) ![d](javascript:x)')).toEqual([]);
    expect(linksOf('![a](https://evil.example/x.png)')).toEqual(['https://evil.example/x.png']);
    expect(imagesOf('![d](/api/v1/x.png)')).toEqual(['/api/v1/x.png']);
  });

  it('ends with what is nested or long without end, and in time', () => {
    const kBad = ['>'.repeat(20_000), '['.repeat(20_000), '*a_'.repeat(20_000), '- '.repeat(5_000), '![['.repeat(20_000), '`'.repeat(20_001), '<'.repeat(20_000), '| a '.repeat(10_000), '\\'.repeat(50_000), '&#'.repeat(20_000),
      // As much as is read at all.
      '*a_'.repeat(1250), '[a]('.repeat(1100), '![a]('.repeat(1000), '[['.repeat(1500), '> '.repeat(20_000), '1. '.repeat(5000), `${'*a_'.repeat(400)}\n\n`.repeat(10)];
    for (const text of kBad) {
      // Time of the processor: others may be using the machine.
      const started = process.cpuUsage();
      parseMarkdown(text);
      expect(process.cpuUsage(started).user / 1e6, text.slice(0, 8)).toBeLessThan(3);
    }
    expect(parseMarkdown('x'.repeat(kMostCharacters + 1))).toHaveLength(1);
  }, 60_000);

  it('knows nothing of names that every object has', () => {
    expect(linksOf('[a][constructor] [b][__proto__]')).toEqual([]);
    expect(textOf('[a][__proto__]')).toBe('[a][proto]');
  });
});
