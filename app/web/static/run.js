// The progress of a run of label files, once a second; at its end the page is loaded again. Without this script the page reloads itself.
"use strict";
(() => {
  const box = document.getElementById("run");
  if (!box) return;
  const bar = box.querySelector("progress");
  const figure = box.querySelector("strong");

  const look = async () => {
    try {
      const answer = await fetch(box.dataset.from, { credentials: "same-origin" });
      if (answer.ok) {
        const run = await answer.json();
        if (String(run.state) !== "waiting" && String(run.state) !== "drawing") { window.location.reload(); return; }
        bar.value = run.done;
        figure.textContent = `${run.done}/${run.parts}`;
      }
    } catch { /* the server is away for a moment: the next look will tell */ }
    window.setTimeout(look, 1000);
  };
  window.setTimeout(look, 1000);
})();
