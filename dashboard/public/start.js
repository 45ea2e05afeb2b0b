// First what takes time: the code of the page that the address names comes with the entry's, not after it. By the first
// part of the path; scripts/finish_build.mjs puts the names in.
(function () {
  const files = {};
  const [place, name] = location.pathname.split('/').slice(1);
  if (!Object.hasOwn(files, place)) return;
  for (const file of files[place]) {
    const link = document.createElement('link');
    link.rel = 'modulepreload';
    link.href = file;
    document.head.append(link);
  }
  // And what the page will ask for first: src/api takes it over, by the path as it makes it.
  window.early = { socket: new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/v1/live`), answers: new Map() };
  function ask(path) {
    const answer = fetch(path, { headers: { accept: 'application/json' } });
    answer.catch(() => undefined); // told by who takes it
    window.early.answers.set(path, answer);
  }
  ask('/api/v1/session');
  if (place !== 'p' || name === undefined) return;
  let project;
  try {
    project = decodeURIComponent(name);
  } catch {
    return; // the page says that there is no such address
  }
  ask(`/api/v1/runs?${new URLSearchParams({ project, limit: '1000' })}`);
  ask(`/api/v1/keys?${new URLSearchParams({ project, newest: '24' })}`);
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
