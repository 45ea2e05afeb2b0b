// Runs before the first paint, so that a chosen theme does not flash. The choice is 'light', 'dark' or absent (system).
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
