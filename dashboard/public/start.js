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
