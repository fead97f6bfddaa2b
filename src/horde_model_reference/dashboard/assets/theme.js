"use strict";
// Before anything is drawn: the colours that the reader chose.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* No storage: the system decides. */ }
