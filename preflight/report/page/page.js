"use strict";
// Search and filter as an extra: without script the page shows everything.
const form = document.getElementById("filter");
const checks = [...document.querySelectorAll(".check")];
const show = () => {
  const words = document.getElementById("words").value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = new Set([...form.querySelectorAll("input:checked")].map((box) => box.value));
  let shown = 0;
  for (const check of checks) {
    const text = check.textContent.toLowerCase();
    check.hidden = !wanted.has(check.dataset.status) || !words.every((word) => text.includes(word));
    shown += check.hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll(".group")) {
    group.hidden = !group.querySelector(".check:not([hidden])");
  }
  document.getElementById("shown").textContent = `${shown} of ${checks.length} checks shown`;
};
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
show();
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  opened.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => opened.forEach((details) => { details.open = false; }));
