// What a page does better with JavaScript; without it everything works, only less quickly.
"use strict";
(() => {
  // A scan's progress, as it happens. The page is fetched anew when it is over.
  const live = document.querySelector("[data-live]");
  if (live && window.EventSource) {
    const source = new EventSource(live.dataset.live);
    const put = (name, value) => {
      const place = live.querySelector(`[data-put="${name}"]`);
      if (!place) return;
      if (place.tagName === "PROGRESS") place.value = value;
      else if (place.textContent !== String(value)) place.textContent = value;
    };
    source.addEventListener("state", (event) => {
      const state = JSON.parse(event.data);
      for (const [name, value] of Object.entries(state)) put(name, value);
      put("tried_count", state.tried);
      const bar = live.querySelector("progress");
      if (bar && state.endpoints) bar.max = state.endpoints;
    });
    source.addEventListener("end", () => {
      source.close();
      // Without what was said when it began.
      location.replace(location.pathname);
    });
    // Who is refused is not connected again.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(() => location.replace(location.pathname), 2000);
    });
    addEventListener("pagehide", () => source.close());
  }
  // A page that shows something that is under way and has no stream is looked at again.
  const again = document.querySelector("[data-again]");
  if (again) setTimeout(() => location.reload(), Number(again.dataset.again) * 1000);
  // Filters apply as they are chosen.
  for (const form of document.querySelectorAll("form[data-eager]")) {
    form.addEventListener("change", (event) => {
      if (event.target.tagName === "SELECT") form.requestSubmit();
    });
  }
  // Nothing is sent twice by a double click.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", () => {
      for (const button of form.querySelectorAll("button")) setTimeout(() => (button.disabled = true));
    });
  }
})();
