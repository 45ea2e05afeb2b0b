import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/api/audit';
import { auditCsv, auditQueryOf, dayStartUs, deedLabel, isoTime, kDeeds, targetOf, type AuditFilter } from '../../src/lib/audit';
import { visibleText } from '../../src/lib/visible_text';

const entry = (more: Partial<AuditEntry>): AuditEntry => ({
  no: 1, atUs: new Date(2026, 4, 3, 12).getTime() * 1000, actor: 'ada', key: '', address: '10.0.0.1', requestId: 'r1', action: 'project.share', target: 'imdb', detail: 'user bob as viewer', ...more,
});
const filter = (more: Partial<AuditFilter>): AuditFilter => ({ who: '', deed: '', about: '', since: '', until: '', ...more });
const asks = (more: Partial<AuditFilter>) => auditQueryOf(filter(more));

describe('the filter of the audit log', () => {
  it('asks for all when it is empty', () => expect(asks({ who: ' ', about: ' ' })).toEqual({}));
  it('asks for a part of a name, in any case, and for nobody', () => {
    expect(asks({ who: ' AD' })).toEqual({ actor: '*ad*' });
    expect(asks({ who: 'Nobody' })).toEqual({ actor: '' });
  });
  it('asks for one deed, or all of a kind', () => {
    expect(asks({ deed: 'project.share' })).toEqual({ action: 'project.share' });
    expect(asks({ deed: 'project.*' })).toEqual({ action: 'project,project.*' });
    expect(asks({ deed: 'login.*' })).toEqual({ action: 'login,login.*,logout' });
  });
  it('asks for a text as it is', () => expect(asks({ about: ' IMDB, 100% ' })).toEqual({ text: 'IMDB, 100%' }));
  it('includes both days', () => {
    expect(asks({ since: '2026-05-03', until: '2026-05-03' })).toEqual({ fromUs: new Date(2026, 4, 3).getTime() * 1000, toUs: new Date(2026, 4, 4).getTime() * 1000 });
    expect(asks({ since: 'yesterday', until: '2026-02-30' })).toEqual({});
    expect(asks({ since: '1900-01-01', until: '1900-01-02' })).toEqual({ fromUs: 0, toUs: 0 });
  });
  it('knows a day from what is none', () => {
    expect(dayStartUs('2026-12-31', 1)).toBe(new Date(2027, 0, 1).getTime() * 1000);
    for (const text of ['', '2026-13-01', '2026-02-30', 'yesterday', '2026-1-1']) expect(dayStartUs(text)).toBeNull();
  });
});

describe('an entry', () => {
  it('says what was done, and what it does not know as it is', () => {
    expect(deedLabel('team.join')).toBe('put a user in a team');
    expect(deedLabel('moon.land')).toBe('moon.land');
    expect(deedLabel('constructor')).toBe('constructor');
    const all = kDeeds.flatMap((group) => Object.keys(group.deeds));
    expect(new Set(all).size).toBe(all.length);
  });
  it('is opened only as what it is', () => {
    const id = '00000000-0000-4000-8000-000000000000';
    expect(targetOf(entry({ action: 'run.delete', target: id }))).toEqual({ kind: 'run', name: id });
    expect(targetOf(entry({ action: 'run.delete', target: 'javascript:alert(1)' }))).toBeNull();
    expect(targetOf(entry({}))).toEqual({ kind: 'project', name: 'imdb' });
    expect(targetOf(entry({ action: 'team.join', target: 'vision' }))).toEqual({ kind: 'team', name: 'vision' });
    expect(targetOf(entry({ action: 'login', target: 'ada' }))).toBeNull();
  });
  it('goes into a file whole, and starts no formula there', () => {
    const text = auditCsv([entry({ no: 7, atUs: 1e6, target: '=1+1', detail: 'a "b",\nc' })]);
    expect(text).toBe('no,time,actor,key,address,request_id,action,target,detail\r\n7,1970-01-01T00:00:01.000Z,ada,,10.0.0.1,r1,project.share,\'=1+1,"a ""b"",\nc"\r\n');
  });
  it('has a time, however odd', () => expect(isoTime(9e18)).toBe('9000000000000000000'));
});

describe('visibleText', () => {
  it('writes out what hides or turns text, and nothing else', () => {
    expect(visibleText('a\nb\tc\r')).toBe('a\\nb\\tc\\r');
    expect(visibleText('bob\u202egnp\u0000')).toBe('bob\\u{202e}gnp\\u{0}');
    expect(visibleText('a\u200bb\ufeff\u{e0041}')).toBe('a\\u{200b}b\\u{feff}\\u{e0041}');
    expect(visibleText('<b>ünï 日本 😀</b>')).toBe('<b>ünï 日本 😀</b>');
  });
});
