// All that scripts do here: they choose the browser's own time zone in the
// form that subscribes, and show what keywords would bring while they are
// typed. Without them the site's zone stands there, and a button shows it.
"use strict";

for (const box of document.querySelectorAll("[data-zone-guess]")) {
  // Not where the browser kept what somebody typed there before.
  const field = box.querySelector("input[name=zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!field || !zone || zone === "Etc/Unknown" || field.value !== box.dataset.zoneGuess) continue;
  field.value = zone;
  const shown = box.parentElement.querySelector("[data-zone-shown]");
  if (shown) shown.textContent = zone;
}

for (const form of document.querySelectorAll("form[data-preview]")) {
  const field = form.querySelector("[name=keywords]");
  const box = form.querySelector("[data-preview-box]");
  const said = form.querySelector("[data-preview-said]");
  const button = form.querySelector("[data-preview-button]");
  let waiting, asking, shown = null;

  async function show() {
    const keywords = field.value.trim();
    if (keywords === shown) return;
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(form.dataset.preview + "?keywords=" + encodeURIComponent(keywords), { signal: asking.signal });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      box.replaceChildren(...page.body.childNodes);
      said.textContent = box.querySelector("[data-say]")?.textContent ?? "";
      shown = keywords;
      button.hidden = true;
    } catch (e) {
      if (e.name !== "AbortError") button.hidden = false; // it asks in the other way
    }
  }
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 300);
  });
  if (field.value.trim()) show();
}
