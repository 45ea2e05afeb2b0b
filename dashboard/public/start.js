// First what takes time: the code of the page that the address names comes with the entry's, not after it. By the first
// part of the path; scripts/finish_build.mjs puts the names in.
(function () {
  const files = {};
  const place = location.pathname.split('/')[1];
  if (!Object.hasOwn(files, place)) return;
  for (const file of files[place]) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = file;
    document.head.append(link);
  }
})();

// What every page asks, and a project's pages ask first, is on its way while the code that asks is loaded and run;
// src/api/http.ts takes the answers, by exactly these paths (tests/api/early.test.ts).
(function () {
  const paths = ['/api/v1/session'];
  const [, place, name, view = 'charts', more] = location.pathname.split('/');
  if (place === 'p' && name && more === undefined && ['', 'charts', 'runs', 'compare'].includes(view)) {
    try {
      const project = decodeURIComponent(name);
      paths.push(`/api/v1/runs?${new URLSearchParams({ project, limit: 1000 })}`, `/api/v1/keys?${new URLSearchParams({ project, newest: 24 })}`);
    } catch {
      // No name that a project can have: the page says so.
    }
  }
  globalThis.trackerEarly = Object.fromEntries(paths.map((path) => {
    const answer = fetch(path, { headers: { accept: 'application/json' } });
    // Who takes it is told of a failure.
    answer.catch(() => undefined);
    return [path, answer];
  }));
})();

// Before the first paint, so that a chosen theme does not flash. The choice is 'light', 'dark' or absent (system).
(function () {
  let choice = null;
  try {
    choice = localStorage.getItem('tracker.theme');
  } catch {
    // Storage may be forbidden; then the system's theme holds.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
