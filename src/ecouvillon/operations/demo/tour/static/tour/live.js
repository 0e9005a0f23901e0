// Keeps a part of the page as the server has it now; what a visitor types elsewhere stays.
const SECOND = 1000; // ms

for (const part of document.querySelectorAll("[data-live]")) {
  window.setInterval(async () => {
    if (document.hidden) return;
    let page;
    try {
      const answer = await fetch(window.location.href);
      if (!answer.ok) return;
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch { return; } // the house is being started again: the next look will show it
    const now = page.querySelector("[data-live]");
    if (now && now.innerHTML !== part.innerHTML) part.innerHTML = now.innerHTML;
  }, Number(part.dataset.live) * SECOND);
}
