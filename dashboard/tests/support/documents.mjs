// Saved views and reports of the tests' own server, as docs/http-api.md has them.
import { randomUUID } from 'node:crypto';

// `first`: what is kept at the start, [key, list] each.
export function createDocuments(fail, first = []) {
  const kept = new Map(first);
  const head = ({ id, name, author, created_us, updated_us, revision }) => ({ id, name, author, created_us, updated_us, revision });
  // `place`: project, kind and, of one, its id. What is answered: status, body, ETag.
  return function answer(method, [project, kind, id], body, match) {
    const list = kept.get(`${project}\n${kind}`) ?? [];
    kept.set(`${project}\n${kind}`, list);
    const now = Date.now() * 1000;
    if (id === undefined && method === 'GET') return { status: 200, body: { items: list.toSorted((a, b) => b.updated_us - a.updated_us).map(head) } };
    if (id === undefined) {
      const made = { id: randomUUID(), name: body.name, author: 'ada', created_us: now, updated_us: now, revision: 1, spec: body.spec };
      list.push(made);
      return { status: 201, body: made };
    }
    const at = list.findIndex((one) => one.id === id);
    if (at < 0) fail(404, 'not_found', `no such item ${id}`);
    if (method === 'DELETE') {
      list.splice(at, 1);
      return { status: 204, body: null };
    }
    if (method === 'PUT') {
      if (match !== `"${list[at].revision}"`) fail(412, 'changed_meanwhile', 'somebody else changed it meanwhile');
      Object.assign(list[at], { name: body.name, spec: body.spec, updated_us: now, revision: list[at].revision + 1 });
    }
    return { status: 200, body: list[at] };
  };
}
