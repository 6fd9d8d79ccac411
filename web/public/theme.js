// Before the first paint, so that a page that was set to dark does not begin white.
try {
  const theme = localStorage.getItem('loadline.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing follows the system.
}
