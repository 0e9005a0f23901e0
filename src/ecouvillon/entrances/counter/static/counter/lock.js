// The screen locks itself: F9, 15 minutes without a hand on it, or the server's word. A page without
// unsent work goes to the lock screen, with its clocks; one with work on it is covered, and is there
// as it was after the touch.
"use strict";

const lock = document.querySelector("form[data-lock]");
const cover = document.querySelector("dialog.cover");
const idle = Number(lock.dataset.lock) * 1000;
let touchedAt = Date.now();
let covered = false;

const hasWork = () =>
  [...document.querySelectorAll("main input, main textarea, main select")].some((field) => {
    if (field.type === "hidden" || field.type === "submit") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  });

function hide() {
  covered = true;
  document.body.classList.add("covered");
  if (!cover.open) cover.showModal();
}

function lockNow() {
  if (covered) return;
  if (!hasWork()) {
    lock.submit();
    return;
  }
  hide();
  // Locked on the server too; if the network is gone, it locks itself.
  fetch(lock.action, { method: "POST", body: new FormData(lock), headers: { "HX-Request": "true" } }).catch(() => {});
}

document.addEventListener("keydown", (event) => {
  if (event.key === "F9") {
    event.preventDefault();
    lockNow();
  }
});
lock.addEventListener("submit", (event) => {
  event.preventDefault();
  lockNow();
});
for (const name of ["pointerdown", "keydown"]) {
  document.addEventListener(name, () => { touchedAt = Date.now(); }, { capture: true, passive: true });
}
// By the clock, not by a timeout: a computer that slept wakes up locked.
window.setInterval(() => { if (Date.now() - touchedAt > idle) lockNow(); }, 1000);

cover.addEventListener("cancel", (event) => event.preventDefault());
cover.addEventListener("close", () => { if (covered) cover.showModal(); });
document.addEventListener("ecouvillon:unlocked", () => {
  covered = false;
  touchedAt = Date.now();
  document.body.classList.remove("covered");
  cover.close();
});
document.addEventListener("ecouvillon:locked", () => { if (hasWork()) hide(); else lockNow(); });
document.addEventListener("ecouvillon:not-fresh", hide);
document.addEventListener("ecouvillon:signed-out", () => { if (!hasWork()) window.location.reload(); });
