// The 503 page asks again by itself, every 5 seconds, and comes back when the answer is there.
// It only ever asks with GET: what was sent by POST is sent again by nobody but its author.
"use strict";

const button = document.querySelector("[data-retry]");
const words = document.querySelector("[data-retry-words]");
const every = Number(button.dataset.retry);
let left = every;

async function answered() {
  try {
    const answer = await fetch(button.href, { cache: "no-store", redirect: "manual" });
    return answer.type === "opaqueredirect" || answer.ok;
  } catch {
    return false; // The network is gone: the page stays, and asks again.
  }
}

async function tick() {
  left -= 1;
  if (left <= 0) {
    if (await answered()) {
      window.location.replace(button.href);
      return;
    }
    left = every;
  }
  words.textContent = words.dataset.retryWords.replace("{seconds}", left);
  words.hidden = false;
  window.setTimeout(tick, 1000);
}

window.setTimeout(tick, 1000);
