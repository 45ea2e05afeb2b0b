#!/usr/bin/env node
// `tracker log` for the tests' own server: what the browser tests need of the real one.
import { createInterface } from 'node:readline';

const options = { config: {} };
const args = process.argv.slice(3).filter((arg) => arg !== '--no-system-metrics');
for (let i = 0; i < args.length; i += 2) {
  const name = args[i].slice(2);
  if (name === 'config') {
    const [key, value] = args[i + 1].split('=');
    options.config[key] = Number.isNaN(Number(value)) ? value : Number(value);
  } else options[name] = args[i + 1];
}
const post = async (body) => (await fetch(`${options.server}/test/log`, { method: 'POST', body: JSON.stringify(body) })).json();

const { id } = await post({ project: options.project, name: options.name, config: options.config, tags: options.tags?.split(','), group: options.group, notes: options.notes });
console.log(id);
let rows = [];
let sent = Promise.resolve();
const flush = () => {
  if (rows.length === 0) return;
  const batch = rows;
  rows = [];
  sent = sent.then(() => post({ run: id, rows: batch }));
};
const timer = setInterval(flush, 50);
for await (const line of createInterface({ input: process.stdin })) rows.push(JSON.parse(line));
clearInterval(timer);
flush();
await sent;
await post({ run: id, end: true });
