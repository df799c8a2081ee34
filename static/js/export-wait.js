// Looks again every two seconds whether an export is ready, or a recomputation done; it stops where the page is left.
setTimeout(() => location.reload(), 2000);
