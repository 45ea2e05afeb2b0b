// Reports and saved views: made by mouse and by keyboard, met by others, read by whoever has the link; hostile texts.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser, waitForPixels } from './browser.mjs';
import { startLogging } from './logger.mjs';

const url = process.env.TRACKER_URL;
const project = `reports-${process.pid}`;
const kHostile = '<img src=x onerror=alert(1)>';

describe('reports and saved views', () => {
  let session;
  let runs;
  const place = `${url}/p/${project}`;
  const api = async (path, method = 'GET', body = undefined, headers = {}) => {
    const answer = await fetch(`${url}/api/v1/projects/${project}/${path}`, {
      method, headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers }, ...(body ? { body: JSON.stringify(body) } : {}),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.status === 204 ? null : answer.json();
  };
  const report = (name, ...blocks) => api('reports', 'POST', { name, spec: { version: 1, blocks } });
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  // What the browser itself says of a refusal.
  const forgive = (status) => session.problems.splice(0, session.problems.length, ...session.problems.filter((text) => !text.includes(String(status))));
  const note = (text) => session.page.getByRole('region', { name: 'Notes' }).getByText(text).last().waitFor();
  const closeNotes = async () => {
    const close = session.page.getByRole('button', { name: 'Close this note' });
    while (await close.count() > 0) await close.first().click();
  };
  const undo = () => session.page.getByRole('region', { name: 'Notes' }).getByRole('button', { name: 'Undo' }).last().click();
  const focused = () => session.page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);
  const inBothThemes = async (name) => {
    const { page, picture } = session;
    // As the system has it: a press on the page's own choice would close what is open.
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction((theme) => document.documentElement.dataset.theme === theme, colorScheme);
      await assertAccessible(page, `${name}, ${colorScheme}`);
      await picture(`${name}_${colorScheme}`);
    }
  };
  // What stands beyond the edge of a narrow window.
  const assertFits = async (name) => {
    const width = await session.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(width <= 0, `${name} is ${width} px wider than the window`);
  };
  const views = () => session.page.getByRole('button', { name: /^View/ });

  before(async () => {
    assert.ok(url, 'TRACKER_URL must name a running server');
    runs = [];
    for (const [index, name] of ['small', 'large', 'huge'].entries()) {
      const run = await startLogging({ program: process.env.TRACKER_CLI, url, project, name, config: { lr: 10 ** -index }, options: ['--no-system-metrics'] });
      run.log(Array.from({ length: 60 }, (_, step) => ({ step, loss: 1 / (step + 1 + index), accuracy: step / 60 })));
      await run.finish();
      runs.push(run.id);
    }
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  test('a view is saved under a name, found again, and opened by its link in a tab that knows nothing', async () => {
    const { page, clipboard } = session;
    await page.goto(`${place}?sm=0.6&q=state:finished&color=${runs[0].slice(0, 8)}.7`);
    await waitForPixels(page, 'loss', 60);
    await views().click();
    await page.getByText('No view is saved yet.').waitFor();
    await inBothThemes('views_empty');
    await page.getByRole('textbox', { name: 'Name of the new view' }).fill('Smooth ones');
    await page.keyboard.press('Enter');
    await note('Smooth ones was saved');
    assert.equal(await page.getByRole('button', { name: 'View: Smooth ones', exact: true }).count(), 1);
    await views().click();
    await page.getByText('as it was saved').waitFor();
    await page.getByRole('button', { name: 'Copy a link to Smooth ones' }).click();
    const link = await clipboard();
    assert.match(link, /\?saved=[\w-]+$/);
    const other = await session.another();
    await other.goto(link);
    await other.getByRole('button', { name: 'View: Smooth ones', exact: true }).waitFor();
    assert.match(other.url(), /sm=0\.6/);
    assert.match(other.url(), /q=state%3Afinished/);
    assert.match(other.url(), /color=/);
    // What was opened stays what it is when the page is read again.
    await other.reload();
    await other.getByRole('button', { name: 'View: Smooth ones', exact: true }).waitFor();
    await other.close();
    quiet();
  });

  test('a view that is changed says so, is updated, left for another, and met by somebody else’s change', async () => {
    const { page } = session;
    const [view] = (await api('views')).items;
    await page.goto(`${place}?saved=${view.id}`);
    await views().waitFor();
    await page.getByRole('searchbox', { name: /Search panels/ }).fill('loss');
    await page.getByRole('button', { name: 'View: Smooth ones · changed' }).click();
    await page.getByText('differs: panel search').waitFor();
    await inBothThemes('views_changed');
    await page.getByRole('button', { name: 'Update view' }).click();
    await note('Smooth ones was updated');
    assert.match((await api(`views/${view.id}`)).spec.query, /keys=loss/);
    const now = await api(`views/${view.id}`);
    await api(`views/${view.id}`, 'PUT', { name: 'Theirs', spec: { ...now.spec, query: 'sm=0.9' } }, { 'if-match': `"${now.revision}"` });
    await page.getByRole('searchbox', { name: /Search panels/ }).fill('acc');
    await views().click();
    await page.getByRole('button', { name: 'Update view' }).click();
    await page.getByText('Somebody else changed this view').waitFor();
    forgive(412);
    assert.match((await api(`views/${view.id}`)).spec.query, /sm=0\.9/);
    await assertAccessible(page, 'a view that somebody else changed');
    await page.getByRole('textbox', { name: 'Name of the new view' }).fill('Mine');
    await page.getByRole('button', { name: 'Save as new' }).click();
    await note('Mine was saved');
    assert.equal((await api('views')).items.length, 2);
    quiet();
  });

  test('views are renamed and deleted by keyboard, and brought back; one that is gone is told', async () => {
    const { page } = session;
    await closeNotes();
    await page.goto(`${place}/runs`);
    await views().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^Mine/ }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'Rename Mine');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Name of Mine' }).waitFor();
    await page.keyboard.type(kHostile);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: `Delete ${kHostile}` }).waitFor();
    await assertAccessible(page, 'views of a hostile name');
    await page.getByRole('button', { name: `Delete ${kHostile}` }).focus();
    await page.keyboard.press('Enter');
    await note(`${kHostile} was deleted`);
    assert.equal((await api('views')).items.length, 1);
    await undo();
    await note(`${kHostile} was brought back`);
    assert.equal((await api('views')).items.length, 2);
    await page.goto(`${place}?saved=00000000-0000-4000-8000-000000000000`);
    await note('There is no such view any more');
    await waitForPixels(page, 'loss', 60);
    assert.ok(!page.url().includes('saved='));
    forgive(404);
    quiet();
  });

  test('a report is made by mouse: text, charts, and its link is read by others', async () => {
    const { page } = session;
    await closeNotes();
    await page.goto(place);
    await page.getByRole('link', { name: 'Reports' }).click();
    await page.getByRole('heading', { name: `No reports in ${project} yet` }).waitFor();
    await inBothThemes('reports_empty');
    await page.getByRole('button', { name: 'New report' }).click();
    await page.getByRole('textbox', { name: 'Title of the report' }).fill('What the rate does');
    await page.getByRole('button', { name: 'Text at the top' }).click();
    await page.getByRole('textbox', { name: 'Text, in Markdown' }).fill('# Rates\n\nThe **largest** is worst:\n\n| rate | loss |\n|--|--:|\n| 1 | 0.02 |\n\n- [x] tried\n- [ ] understood\n\n```\ntracker log\n```\n\n[paper](https://example.org/)');
    await page.getByRole('group', { name: 'Preview' }).getByRole('heading', { name: 'Rates' }).waitFor();
    await page.getByRole('button', { name: 'Charts below block 1' }).click();
    await page.getByRole('textbox', { name: 'Title of the charts' }).fill('Loss by rate');
    for (const key of ['loss', 'accuracy']) {
      await page.getByRole('button', { name: 'panel', exact: true }).click();
      await page.getByRole('combobox', { name: 'New panel' }).fill(key);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
    }
    await waitForPixels(page, 'loss', 60);
    await page.getByRole('searchbox', { name: /Filter runs/ }).fill('name:small');
    await page.getByText('1 of 1 run drawn').waitFor();
    await inBothThemes('report_writing');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'What the rate does', level: 1 }).waitFor();
    await waitForPixels(page, 'accuracy', 60);
    await inBothThemes('report');
    const link = page.getByRole('link', { name: 'paper' });
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    const other = await session.another();
    await other.goto(page.url());
    await other.getByRole('heading', { name: 'Loss by rate' }).waitFor();
    await waitForPixels(other, 'loss', 60);
    await other.close();
    const [{ id }] = (await api('reports')).items;
    const stored = await api(`reports/${id}`);
    assert.equal(stored.name, 'What the rate does');
    assert.deepEqual(stored.spec.blocks[1], { kind: 'panels', title: 'Loss by rate', query: 'q=name%3Asmall', keys: ['loss', 'accuracy'] });
    quiet();
  });

  test('a report is made by keyboard alone, its blocks moved and deleted and brought back', async () => {
    const { page } = session;
    await closeNotes();
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByRole('button', { name: 'New report' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'Title of the report' }).focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('By keyboard');
    for (const text of ['first', 'second']) {
      await page.getByRole('button', { name: 'Text at the top' }).focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.activeElement.tagName === 'TEXTAREA');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Alt+ArrowDown');
    const texts = () => page.getByRole('textbox', { name: 'Text, in Markdown' }).evaluateAll((areas) => areas.map((area) => area.value));
    assert.deepEqual(await texts(), ['first', 'second']);
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-label') === 'Move block 2 up');
    await page.keyboard.press('Enter');
    assert.deepEqual(await texts(), ['second', 'first']);
    await page.getByRole('button', { name: 'Delete block 1' }).focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(await texts(), ['first']);
    await undo();
    assert.deepEqual(await texts(), ['second', 'first']);
    await page.getByRole('textbox', { name: 'Title of the report' }).focus();
    await page.keyboard.press('Control+s');
    await note('By keyboard was saved');
    await page.getByText('Saved', { exact: true }).waitFor();
    // What is not saved waits while other pages are open.
    await page.getByRole('textbox', { name: 'Text, in Markdown' }).first().fill('kept');
    await page.getByRole('link', { name: 'Compare' }).click();
    await page.goBack();
    await page.getByText('Not saved').waitFor();
    assert.deepEqual(await texts(), ['kept', 'first']);
    await page.getByRole('button', { name: 'Discard changes' }).click();
    assert.deepEqual(await texts(), ['second', 'first']);
    await undo();
    assert.deepEqual(await texts(), ['kept', 'first']);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'By keyboard', level: 1 }).waitFor();
    quiet();
  });

  test('who saves after somebody else is told, and nothing that was written is lost', async () => {
    const { page, picture } = session;
    await closeNotes();
    const made = await report('Of two', { kind: 'markdown', text: 'first' });
    const path = `${place}/reports/${made.id}`;
    const theirs = (revision, text) => api(`reports/${made.id}`, 'PUT', { name: 'Of two', spec: { version: 1, blocks: [{ kind: 'markdown', text }] } }, { 'if-match': `"${revision}"` });
    await page.goto(`${path}?edit=1`);
    const area = page.getByRole('textbox', { name: 'Text, in Markdown' });
    await area.fill('mine');
    await theirs(1, 'theirs');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('What you wrote is still here.').waitFor();
    assert.equal(await area.inputValue(), 'mine');
    await assertAccessible(page, 'a conflict');
    await picture('report_conflict');
    await page.getByRole('button', { name: 'Save mine as a new report' }).click();
    await page.getByRole('heading', { name: 'Of two (mine)', level: 1 }).waitFor();
    assert.equal((await api(`reports/${made.id}`)).spec.blocks[0].text, 'theirs');
    await page.goto(`${path}?edit=1`);
    await area.fill('mine again');
    await theirs(2, 'theirs again');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Save mine over it' }).click();
    await note('Of two was saved');
    assert.equal((await api(`reports/${made.id}`)).spec.blocks[0].text, 'mine again');
    // Deleted meanwhile.
    await area.fill('homeless');
    await api(`reports/${made.id}`, 'DELETE');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('This report was deleted while you were writing.').waitFor();
    await page.getByRole('button', { name: 'Save mine as a new report' }).click();
    await page.getByText('homeless').waitFor();
    forgive(412);
    forgive(404);
    quiet();
  });

  test('a report that is too long says by how much, as the server counts, and is sent once it fits', async () => {
    const { page } = session;
    await closeNotes();
    const made = await report('Long', { kind: 'markdown', text: 'short' });
    const around = Buffer.byteLength(JSON.stringify({ version: 1, blocks: [{ kind: 'markdown', text: '' }] }));
    // Three bytes each.
    const room = Math.floor((256 * 1024 - around) / 3);
    await page.goto(`${place}/reports/${made.id}?edit=1`);
    const area = page.getByRole('textbox', { name: 'Text, in Markdown' });
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await area.fill('\u5b57'.repeat(room + 10));
    await page.getByText(/^(28|29|30) bytes too long\.$/).waitFor();
    assert.equal(await save.isDisabled(), true);
    await assertAccessible(page, 'a report that is too long');
    await area.press('Control+s');
    assert.equal((await api(`reports/${made.id}`)).revision, 1);
    await area.fill('\u5b57'.repeat(room));
    await save.click();
    await note('Long was saved');
    assert.equal((await api(`reports/${made.id}`)).spec.blocks[0].text.length, room);
    // One byte more than that is what the server refuses.
    const full = { version: 1, blocks: [{ kind: 'markdown', text: 'x'.repeat(256 * 1024 - around) }] };
    assert.equal((await api('reports', 'POST', { name: 'Full', spec: full })).revision, 1);
    full.blocks[0].text += 'x';
    await assert.rejects(api('reports', 'POST', { name: 'Over', spec: full }), /400/);
    for (const one of (await api('reports')).items.filter((item) => ['Long', 'Full'].includes(item.name))) await api(`reports/${one.id}`, 'DELETE');
    quiet();
  });

  test('what others wrote is text and never runs; unknown blocks are told and kept', async () => {
    const { page } = session;
    const bad = [
      kHostile, '<script>alert(1)</script>', '[x](javascript:alert(1)) <javascript:alert(1)>', '![p](https://evil.example/p.png)', '<iframe srcdoc="<script>alert(1)</script>">',
      '# <svg onload=alert(1)>', `| ${kHostile} |\n|--|\n| a |`, `\`\`\`\n${kHostile}\n\`\`\``,
    ].join('\n\n');
    const made = await report(kHostile, { kind: 'markdown', text: bad }, { kind: 'later', x: [1] }, 7, { kind: 'panels', title: kHostile, query: 'q=<b>&where=)(', keys: [kHostile, 'loss'] });
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${place}/reports/${made.id}`);
    await page.getByRole('heading', { name: kHostile, level: 1 }).waitFor();
    await page.getByText('<script>alert(1)</script>', { exact: true }).waitFor();
    assert.equal(await page.getByText('This block cannot be shown.').count(), 2);
    await page.getByText('The query of these charts cannot be read').waitFor();
    assert.equal(await page.locator('.markdown :is(script, img, iframe, svg:not(.icon))').count(), 0);
    const addresses = await page.locator('.markdown a').evaluateAll((links) => links.map((link) => link.protocol));
    assert.ok(addresses.every((protocol) => ['http:', 'https:'].includes(protocol)), addresses.join());
    assert.ok(asked.every((address) => address.startsWith(url)), asked.find((address) => !address.startsWith(url)));
    await inBothThemes('report_hostile');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Title of the report' }).fill('Tamed');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Tamed', level: 1 }).waitFor();
    const stored = (await api(`reports/${made.id}`)).spec.blocks;
    assert.deepEqual(stored.slice(1, 3), [{ kind: 'later', x: [1] }, 7]);
    // The server refuses the query of the charts, as it should, and the page says so.
    for (const [name, spec, title] of [['Newer', { version: 2 }, 'Newer'], ['No report', { blocks: 'x' }, 'No report']]) {
      const other = await api('reports', 'POST', { name, spec });
      await page.goto(`${place}/reports/${other.id}`);
      await page.getByRole('heading', { name: title }).waitFor();
      await assertAccessible(page, name);
    }
    await page.goto(`${place}/reports/00000000-0000-4000-8000-000000000000`);
    await page.getByRole('heading', { name: 'There is no such report' }).waitFor();
    forgive(400);
    forgive(404);
    quiet();
  });

  test('a panel of the charts goes into a report as it is looked at', async () => {
    const { page } = session;
    await page.goto(`${place}?sm=0.5&q=name:huge`);
    await waitForPixels(page, 'loss', 20);
    for (const key of ['loss', 'accuracy']) {
      await page.locator(`[data-key="${key}"]`).hover();
      await page.getByRole('button', { name: `Export ${key}` }).click();
      await page.getByRole('button', { name: 'Add to a report…' }).click();
      await page.getByRole('dialog', { name: `Add ${key} to a report` }).waitFor();
      await assertAccessible(page, 'add to a report');
      if (key === 'loss') {
        await page.getByRole('textbox', { name: 'Title of the new report' }).fill('Collected');
        await page.keyboard.press('Enter');
      } else {
        await page.getByRole('button', { name: 'Collected' }).click();
      }
      await note(`${key} was added to Collected`);
    }
    await page.getByRole('region', { name: 'Notes' }).getByRole('button', { name: 'Open' }).last().click();
    await page.getByRole('heading', { name: 'Collected', level: 1 }).waitFor();
    await waitForPixels(page, 'accuracy', 20);
    await page.getByText('1 of 1 run drawn').waitFor();
    const stored = await api(`reports/${page.url().split('/').at(-1)}`);
    assert.deepEqual(stored.spec.blocks, [{ kind: 'panels', title: '', query: 'q=name%3Ahuge&sm=0.5', keys: ['loss', 'accuracy'] }]);
    quiet();
  });

  test('reports are listed, found, deleted and brought back; all of it fits a phone', async () => {
    const { page, picture } = session;
    await closeNotes();
    await page.goto(`${place}/reports`);
    await page.getByRole('searchbox', { name: /Search reports/ }).fill('rate');
    await page.getByRole('listitem').filter({ hasText: 'What the rate does' }).waitFor();
    await page.getByRole('button', { name: 'Delete What the rate does' }).click();
    await note('What the rate does was deleted');
    await undo();
    await note('What the rate does was brought back');
    await page.getByRole('searchbox', { name: /Search reports/ }).fill('');
    await inBothThemes('reports');
    const { items } = await api('reports');
    const { id } = items.find((one) => one.name === 'What the rate does');
    await page.setViewportSize({ width: 390, height: 844 });
    for (const [name, address] of [['reports', `${place}/reports`], ['report', `${place}/reports/${id}`], ['report_writing', `${place}/reports/${id}?edit=1`], ['views', `${place}?sm=0.6`]]) {
      await page.goto(address);
      if (name === 'reports') await page.getByRole('heading', { name: 'Reports' }).waitFor();
      else {
        await page.locator('[data-key="loss"]').scrollIntoViewIfNeeded();
        await waitForPixels(page, 'loss', 20);
      }
      if (name === 'views') {
        await views().click();
        await page.getByRole('list', { name: 'Saved views' }).waitFor();
      }
      await assertFits(name);
      await assertAccessible(page, `${name} on a phone`);
      await picture(`phone_${name}`);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    quiet();
  });
});
