// The progress of a large document, once a second; at its end the page is loaded again. Without this script the page reloads itself.
"use strict";
(() => {
  const box = document.getElementById("job");
  if (!box) return;
  const bar = box.querySelector("progress");
  const figure = box.querySelector("strong");

  const look = async () => {
    try {
      const answer = await fetch(box.dataset.from, { credentials: "same-origin", headers: { Accept: "application/json" } });
      if (answer.ok) {
        const job = await answer.json();
        if (!job.running || (!bar && job.progress.total)) { window.location.reload(); return; }
        if (bar) {
          bar.value = job.progress.seen;
          const said = (count) => count.toLocaleString(document.documentElement.lang);
          figure.textContent = `${said(job.progress.seen)}/${said(job.progress.total)}`;
        }
      }
    } catch { /* the server is away for a moment: the next look will tell */ }
    window.setTimeout(look, 1000);
  };
  window.setTimeout(look, 1000);
})();
