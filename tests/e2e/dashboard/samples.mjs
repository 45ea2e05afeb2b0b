// Files and media of which every byte is known, and the programs that hand them to the server.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';

// An RGB picture; `colorAt(x, y)` gives three bytes.
export function png(width, height, colorAt) {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows.set(colorAt(x, y), y * (1 + 3 * width) + 1 + 3 * x);
  const chunk = (type, data) => {
    const out = Buffer.alloc(12 + data.length);
    out.writeUInt32BE(data.length, 0);
    out.write(type, 4, 'latin1');
    data.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

// A tone of one second.
export function wav(hertz) {
  const rate = 8000;
  const out = Buffer.alloc(44 + rate);
  out.write('RIFF', 0);
  out.writeUInt32LE(36 + rate, 4);
  out.write('WAVEfmt ', 8);
  out.writeUInt32LE(16, 16);
  out.writeUInt16LE(1, 20);
  out.writeUInt16LE(1, 22);
  out.writeUInt32LE(rate, 24);
  out.writeUInt32LE(rate, 28);
  out.writeUInt16LE(1, 32);
  out.writeUInt16LE(8, 34);
  out.write('data', 36);
  out.writeUInt32LE(rate, 40);
  for (let i = 0; i < rate; i++) out[44 + i] = 128 + Math.round(60 * Math.sin((2 * Math.PI * hertz * i) / rate));
  return out;
}

// A film of a few frames, as the browser itself records one.
export async function webm(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [64, 48];
    const context = canvas.getContext('2d');
    const recorder = new window.MediaRecorder(canvas.captureStream(), { mimeType: 'video/webm' });
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let frame = 0; frame < 12; frame++) {
      context.fillStyle = frame % 2 === 0 ? '#c22' : '#22c';
      context.fillRect(0, 0, 64, 48);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    recorder.stop();
    await ended;
    return [...new Uint8Array(await new window.Blob(parts).arrayBuffer())];
  });
  return Buffer.from(bytes);
}

// A folder of its own with these files: { path: content }.
export async function folderOf(files) {
  const folder = await mkdtemp(join(tmpdir(), 'dashboard-samples-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

export async function tracker({ program, url }, ...args) {
  const { stdout } = await promisify(execFile)(program, [...args, '--server', url]);
  return stdout;
}

// A run with media and a summary, through the SDK: tests/e2e/dashboard/media_logger.cpp.
export async function logMedia({ program, url, project, name, lines }) {
  // From a folder without a repository, whose changes would be one more medium.
  const child = spawn(program, [project, name], { cwd: tmpdir(), stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, TRACKER_URL: url } });
  const ended = once(child, 'exit');
  const output = createInterface({ input: child.stdout });
  const [id] = await Promise.race([once(output, 'line'), ended.then(([code]) => assert.fail(`${program} ended with ${code}`))]);
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const [code] = await ended;
  assert.equal(code, 0, 'not all media were delivered');
  return id;
}

// Until the page's reads of it are answered in full.
export async function until(what, ask) {
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail(`${what}: not within half a minute`);
}
