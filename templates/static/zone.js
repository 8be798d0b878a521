// Chooses the browser's own time zone in the form that subscribes, unless
// the browser kept what somebody typed there before. Without this script the site's zone stands there.
"use strict";
for (const box of document.querySelectorAll("[data-zone-guess]")) {
  const field = box.querySelector("input[name=zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field || !zone || zone === "Etc/Unknown" || field.value !== box.dataset.zoneGuess) continue;
  field.value = zone;
  const shown = box.parentElement.querySelector("[data-zone-shown]");
  if (shown) shown.textContent = zone;
}
