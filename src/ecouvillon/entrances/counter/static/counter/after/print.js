// Paper: the button opens the browser's print window; a page that was asked for to be printed opens
// it by itself, once.
const button = document.querySelector("[data-print]");
button.addEventListener("click", () => window.print());
if ("printNow" in button.dataset) {
  const address = new URL(window.location.href);
  address.searchParams.delete("now");
  window.history.replaceState(null, "", address);
  window.addEventListener("load", () => window.print());
}
