// Draws the label of a design again while somebody chooses. Without this script the button "look" does the same.
"use strict";
const form = document.querySelector("form[data-preview]");
const look = document.getElementById("preview");
let waiting = 0;
let asked = 0;

async function again() {
  const turn = ++asked;
  look.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    const page = await answer.text();
    if (turn === asked && answer.ok) look.innerHTML = page; // our own page, whose texts were escaped when it was made
  } finally {
    if (turn === asked) look.removeAttribute("aria-busy");
  }
}

function soon(event) {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(again, event.type === "change" ? 0 : 400);
}

if (form && look && !form.querySelector("fieldset[disabled]")) {
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}
