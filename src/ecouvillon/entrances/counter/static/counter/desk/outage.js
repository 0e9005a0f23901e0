// An outage begins by nothing but time, so the page asks for it by itself; a bar that says the same
// as before stays as it is, so that a screen reader does not say it again.
const EVERY = 3000; // ms
const place = document.querySelector("[data-outage]");

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(place.dataset.outage, { cache: "no-store", headers: { "HX-Request": "true" } });
    if (!answer.ok) return; // the queue's own question says what is wrong
    const bar = answer.status === 204 ? "" : await answer.text();
    if (bar === place.dataset.shown) return;
    place.dataset.shown = bar;
    place.innerHTML = bar;
  } catch { /* the queue says that the network is gone */ }
}

look();
window.setInterval(look, EVERY);
