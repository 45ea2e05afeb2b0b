// A run that is logged while it is looked at, through `tracker log` as a user would.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export async function startLogging({ program, url, project, name, config, options = [] }) {
  const args = ['log', '--server', url, '--project', project, '--name', name, ...options];
  for (const [key, value] of Object.entries(config)) args.push('--config', `${key}=${value}`);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), ended.then(([code]) => assert.fail(`${program} ended with ${code}`))]);
  const id = /[0-9a-f-]{36}/.exec(String(first[0]))?.[0];
  assert.ok(id, `no run id in "${first[0]}"`);
  return {
    id,
    log: (rows) => child.stdin.write(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
    finish: async () => {
      child.stdin.end();
      const [code] = await ended;
      assert.equal(code, 0);
    },
  };
}
