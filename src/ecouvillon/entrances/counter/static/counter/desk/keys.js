// One ear for the whole page: a lone key is a key of the page, a burst that ends in Enter is a scan.
// A scanner types like a keyboard, only faster; it is heard wherever the focus is, and nothing that
// it types ends up in a field. Letters are never keys of the page (WCAG 2.2, 2.1.4).
const LONE = 90; // ms: a scanner leaves 5 to 35 between two characters, a hand more than 100.
const SHORTEST_SCAN = 6;
const scan = document.querySelector("form[data-scan]");
const field = scan && scan.querySelector("input[name=scan]");
let burst = "";
let codes = [];
let timer = 0;
let kept = null; // what the field under the burst held before it
// Enter leads to a reading and Enter records it: a second one that follows the first by habit, or a
// key that is held, must not record a cassette that nobody has looked at.
const LOOK = 700; // ms
const reading = document.querySelector("form[data-reading]");
let looked = !reading;
if (reading) window.setTimeout(() => { looked = true; }, LOOK);

const isText = (element) =>
  element.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=submit], [type=hidden])");
const digit = (code) => (/^(Digit|Numpad)[0-9]$/.test(code) ? code.slice(-1) : "");
const keyOf = (name) => document.querySelector(`[data-key="${name}"]:not([disabled])`);

function press(name) {
  const target = keyOf(name);
  if (!target || document.querySelector("dialog[open]")) return false;
  const cycle = target.closest("[data-cycle]");
  looked = true;
  target.click();
  if (!cycle && target.matches("input")) target.focus();
  return true;
}

const pressed = (code) => digit(code) !== "" && (cycled(digit(code)) || press(digit(code)));

// No Enter came: not a scan. Digits that the page knows are its keys, however quickly they follow.
function flush() {
  const keys = codes.map((code, at) => [code, burst[at]]);
  burst = "";
  codes = [];
  for (const [code, character] of keys) {
    if ((!field || field.value === "") && pressed(code)) continue;
    if (field) {
      field.value += character;
      field.focus();
    }
  }
}

const known = (code) =>
  digit(code) !== "" && Boolean(document.querySelector(`[data-cycle="${digit(code)}"]`) ?? keyOf(digit(code)));

function cycled(name) {
  const group = document.querySelector(`[data-cycle="${name}"]`);
  if (!group) return false;
  const choices = [...group.querySelectorAll("input")];
  const next = choices[(choices.findIndex((choice) => choice.checked) + 1) % choices.length];
  next.checked = true;
  looked = true;
  next.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function enter(event) {
  window.clearTimeout(timer);
  // A hand that is quick: one or two keys of the page, then Enter. (A cassette has three digits.)
  if (burst.length < 3 && codes.every(known)) flush();
  const text = burst;
  burst = "";
  codes = [];
  if (text && field) {
    event.preventDefault();
    field.value += text;
    scan.requestSubmit();
    return;
  }
  if (event.repeat || (!looked && !(field && field.value))) {
    event.preventDefault();
    return;
  }
  if (event.target === field && field.value) return; // the browser sends the field
  if (event.target.matches("a, button, summary")) return; // the browser presses it
  if (press("Enter")) event.preventDefault();
}

function inText(event) {
  // In a field of a form a hand writes; only what no hand can type is taken for a scan.
  if (event.key === "Enter" && burst.length >= SHORTEST_SCAN && performance.now() - inText.at < LONE && field) {
    event.preventDefault();
    event.target.value = kept;
    field.value = burst;
    scan.requestSubmit();
  } else if (event.key.length === 1) {
    const now = performance.now();
    if (now - inText.at > LONE) {
      burst = "";
      kept = event.target.value;
    }
    burst += event.key;
    inText.at = now;
  }
}
inText.at = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
  const text = isText(event.target) && event.target !== field;
  if (event.key === "Escape" && press("Escape")) event.preventDefault();
  else if (text) inText(event);
  else if (event.key === "Enter") enter(event);
  else if (/^F[0-9]+$/.test(event.key)) { if (press(event.key)) event.preventDefault(); }
  else if (event.key === "Backspace" && !(field && field.value)) { if (press("Backspace")) event.preventDefault(); }
  else if (event.key.length === 1 && event.key !== " " && (!field || field.value === "" || burst)) {
    // The selected radio of a group would take digits and letters for nothing; we hold them a moment.
    event.preventDefault();
    burst += event.key;
    codes.push(event.code);
    window.clearTimeout(timer);
    timer = window.setTimeout(flush, LONE);
  }
});

// The browser's own word on whether keys come here: without it the field says "click to scan".
if (scan) {
  const heard = () => scan.toggleAttribute("data-heard", document.hasFocus());
  window.addEventListener("focus", heard);
  window.addEventListener("blur", heard);
  heard();
}

// Sent once: a second press while the first is on its way does nothing (the server counts once, too).
for (const form of document.querySelectorAll("main form[method=post], [data-foot] form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload(); // a page from the back button may be of an hour ago
});
