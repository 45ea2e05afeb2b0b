// The tests' own server answers as the API's document says: else the pictures would be of pages that nobody sees.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Document, source } from '../../../tests/e2e/openapi/document.mjs';
import { idOf } from '../support/artifacts.mjs';
import { makeBareWorld, makeWorld } from '../support/data.mjs';
import { savedId } from '../support/saved_documents.mjs';
import { startServer } from '../support/server.mjs';

const kNow = Date.UTC(2026, 2, 14, 12) * 1000;
const version = `/artifact-versions/${idOf('sentiment:2')}`;
const routes = (project, run) => [
  '/server', '/session', '/projects', '/users', '/teams', '/audit?limit=200', '/api-keys', `/members?project=${project}`,
  `/projects/${project}/views`, `/projects/${project}/reports`, `/runs?project=${project}`, `/runs/${run}`, `/runs/${run}/keys`, `/runs/${run}/alerts`,
  `/keys?project=${project}&newest=2`, `/runs/${run}/logs?stream=stdout&limit=3`, `/runs/${run}/artifacts`, `/artifacts?project=${project}`,
  `/media-keys?runs=${run}`, `/runs/${run}/media?key=samples/answer&type=text&content=1`,
];
const fullRoutes = [
  '/artifact-versions?project=imdb&name=sentiment', `${version}/files`, `${version}/lineage?depth=4`,
  `/projects/imdb/views/${savedId('Baselines, smoothed')}`, `/projects/imdb/reports/${savedId('What the learning rate does')}`,
];

describe('answers of the tests’ own server', () => {
  const document = new Document(JSON.parse(source));
  const operations = document.operations();
  const world = makeWorld(kNow);
  const bare = makeBareWorld(kNow);
  for (const [what, runs, asked] of [['full', world, [...routes('imdb', world[0].id), ...fullRoutes]], ['bare', bare, routes('bare', bare[0].id)]]) {
    test(`are as the document says, ${what}`, async () => {
      const server = await startServer({ dist: '.', runs, port: 0 });
      try {
        for (const path of asked) {
          const [plain] = `/api/v1${path}`.split('?');
          const one = operations.find((operation) => operation.method === 'GET' && new RegExp(`^${operation.path.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(plain));
          assert.ok(one, `no operation of ${path}`);
          const answer = await fetch(`${server.url}/api/v1${path}`);
          const body = await answer.json();
          const { schema } = document.responses(one.operation).get(answer.status).content['application/json'];
          assert.equal(document.objection(schema, body), '', `${path}: ${JSON.stringify(body).slice(0, 200)}`);
        }
      } finally {
        server.close();
      }
    });
  }
});
