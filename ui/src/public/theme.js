// Runs before the first paint, so that the theme never flashes.
let theme = null
try {
  theme = localStorage.getItem('millrace.theme')
} catch {
  // Storage is off: the system's theme holds.
}
if (theme !== 'light' && theme !== 'dark') {
  theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}
document.documentElement.dataset.theme = theme
